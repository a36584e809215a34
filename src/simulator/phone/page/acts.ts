import type { Persona } from "../contract.ts";
import type { ChatMessage } from "./state.ts";

/** Whoever acts, and upon which message. */
export interface ActContext {
  persona: Persona;
  /** What was typed; empty when the act asks for nothing. */
  input: string;
  wamid: string;
}

/** Something one can do besides typing. */
export interface Act {
  id: string;
  label: string;
  hint: string;
  /** The one thing it asks for, and what stands there first. */
  asks: { label: string; suggest(persona: Persona, message?: ChatMessage): string } | null;
  /** What the control API is asked for. */
  request(context: ActContext): { path: string; body: Record<string, unknown> };
}

function nextNumber({ phone }: Persona): string {
  const digits = phone ?? "15550109990";
  return `${digits.slice(0, -1)}${(Number(digits.at(-1)) + 1) % 10}`;
}

const AD = {
  source_url: "https://fb.me/solar-week",
  source_type: "ad",
  source_id: "120200000000000001",
  headline: "Solar week",
  body: "What would solar cost on your roof?",
  ctwa_clid: "simulated-click-id",
};

/** What can be sent into a chat, in the order of the sheet. */
export const chatActs: readonly Act[] = [
  {
    id: "voice",
    label: "Voice note",
    hint: "It is fetched, put into words and answered.",
    asks: { label: "What you say", suggest: ({ suggestions }) => suggestions[0] ?? "" },
    request: ({ persona, input }) => ({
      path: "/media",
      body: { persona: persona.id, kind: "voice", says: input },
    }),
  },
  {
    id: "mumbled",
    label: "Voice note, hard to hear",
    hint: "The bot asks again instead of guessing.",
    asks: { label: "What you mumble", suggest: ({ suggestions }) => suggestions.at(-1) ?? "" },
    request: ({ persona, input }) => ({
      path: "/media",
      body: { persona: persona.id, kind: "voice", says: input, certainty: 0.2 },
    }),
  },
  {
    id: "image",
    label: "Photo",
    hint: "Described to the bot if the organization allows it.",
    asks: { label: "What it shows", suggest: () => "A roof with red tiles." },
    request: ({ persona, input }) => ({
      path: "/media",
      body: { persona: persona.id, kind: "image", shows: input },
    }),
  },
  {
    id: "document",
    label: "Document",
    hint: "A PDF.",
    asks: { label: "Its name", suggest: () => "Power bill.pdf" },
    request: ({ persona, input }) => ({
      path: "/media",
      body: { persona: persona.id, kind: "document", filename: input },
    }),
  },
  {
    id: "location",
    label: "Location",
    hint: "A place in Boulder.",
    asks: { label: "Name of the place", suggest: () => "Home" },
    request: ({ persona, input }) => ({
      path: "/messages",
      body: {
        ...{ persona: persona.id, type: "location", placeName: input },
        ...{ latitude: 40.015, longitude: -105.2705, address: "Boulder, Colorado" },
      },
    }),
  },
  {
    id: "contact",
    label: "Share a phone number",
    hint: "How somebody behind a username gives theirs.",
    asks: { label: "Number, digits only", suggest: (persona) => persona.phone ?? "15550100002" },
    request: ({ persona, input }) => ({
      path: "/messages",
      body: {
        ...{ persona: persona.id, type: "contacts", origin: "contact_request" },
        cards: [{ name: persona.name, phone: input }],
      },
    }),
  },
  {
    id: "ad",
    label: "Come from an ad",
    hint: "The message carries the ad and its click id.",
    asks: { label: "What you write", suggest: ({ suggestions }) => suggestions[0] ?? "" },
    request: ({ persona, input }) => ({
      path: "/messages",
      body: { persona: persona.id, text: input, referral: AD },
    }),
  },
  {
    id: "number",
    label: "Change the phone number",
    hint: "The business is told; nothing appears in the chat.",
    asks: { label: "New number, digits only", suggest: nextNumber },
    request: ({ persona, input }) => ({
      path: "/messages",
      body: { persona: persona.id, type: "changed_number", newPhone: input },
    }),
  },
  {
    id: "echo",
    label: "Business answers from its phone app",
    hint: "A colleague types in the WhatsApp Business app: the bot falls silent.",
    asks: { label: "What the colleague writes", suggest: () => "Hi, this is Nora. I am on it." },
    request: ({ persona, input }) => ({ path: "/echoes", body: { to: persona.id, text: input } }),
  },
];

function change(type: "reaction" | "edit" | "revoke", { persona, wamid }: ActContext) {
  return { persona: persona.id, type, messageId: wamid };
}

const react: Act = {
  id: "react",
  label: "React",
  hint: "Answered only if it means something.",
  asks: { label: "Emoji", suggest: () => "👍" },
  request: (context) => ({
    path: "/messages",
    body: { ...change("reaction", context), emoji: context.input },
  }),
};

const takeBack: Act = {
  id: "unreact",
  label: "Take the reaction back",
  hint: "As tapping it again does.",
  asks: null,
  request: (context) => ({ path: "/messages", body: change("reaction", context) }),
};

const reply: Act = {
  id: "reply",
  label: "Reply",
  hint: "The answer quotes this message.",
  asks: { label: "What you write", suggest: () => "" },
  request: ({ persona, input, wamid }) => ({
    path: "/messages",
    body: { persona: persona.id, text: input, context: wamid },
  }),
};

const edit: Act = {
  id: "edit",
  label: "Edit",
  hint: "The bot goes by the new words.",
  asks: { label: "New words", suggest: (_persona, message) => message?.text ?? "" },
  request: (context) => ({
    path: "/messages",
    body: { ...change("edit", context), text: context.input },
  }),
};

const remove: Act = {
  id: "revoke",
  label: "Delete for everyone",
  hint: "The bot no longer sees it.",
  asks: null,
  request: (context) => ({ path: "/messages", body: change("revoke", context) }),
};

/** What can be done about a message: only one's own can be changed. */
export function messageActs({ from, kind, reaction }: ChatMessage): readonly Act[] {
  const about = reaction === undefined ? [react, reply] : [react, takeBack, reply];
  if (from === "business") return about;
  return kind === "text" ? [...about, edit, remove] : [...about, remove];
}

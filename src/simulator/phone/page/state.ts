import type { Persona, PersonasAnswer, PhoneMessage, PhoneSend } from "../contract.ts";

export type Connection = "connecting" | "open" | "reconnecting";

export interface ChatMessage extends PhoneMessage {
  /** Stays the same while a bubble goes from "typed here" to "known to the server". */
  key: string;
  /** What to post, or post again; present on own messages typed on this page. */
  outgoing?: PhoneSend;
  /** Why it was not sent, in words for the person. */
  problem?: string;
}

export interface Chat {
  /** `failed` keeps whatever messages it already has. */
  history: "loading" | "loaded" | "failed";
  connection: Connection;
  messages: readonly ChatMessage[];
  businessTyping: boolean;
  /** Business messages that arrived while this chat was closed or scrolled away from its end. */
  unreadCount: number;
  draft: string;
}

export interface PhoneState {
  /** Whether the list of people is there; `failed` retries by itself. */
  people: "loading" | "ready" | "failed";
  personas: readonly Persona[];
  business: PersonasAnswer["business"];
  activePersona: string;
  chats: Readonly<Record<string, Chat>>;
  /** The open chat shows its newest message. */
  atEnd: boolean;
  /** wamid of the list message whose rows are open in the bottom sheet. */
  openList: string | null;
  /** The sheet of what else can be done: about a message, or (`wamid: null`) in the chat. */
  openActs: { wamid: string | null } | null;
  /** Business time minus this device's time. */
  clockOffsetMs: number;
  /** One sentence about the business clock: what just happened to it. */
  clockNote: string;
}

export const emptyChat: Chat = {
  history: "loading",
  connection: "connecting",
  messages: [],
  businessTyping: false,
  unreadCount: 0,
  draft: "",
};

export const initialState: PhoneState = {
  people: "loading",
  personas: [],
  business: { name: "", displayPhoneNumber: "" },
  activePersona: "",
  chats: {},
  atEnd: true,
  openList: null,
  openActs: null,
  clockOffsetMs: 0,
  clockNote: "",
};

/** The chat of a persona; an empty one for somebody not loaded. */
export function chatOf(state: PhoneState, persona: string): Chat {
  return state.chats[persona] ?? emptyChat;
}

/** The person being played, once the people are loaded. */
export function activePerson(state: PhoneState): Persona | undefined {
  return state.personas.find((persona) => persona.id === state.activePersona);
}

/** What the simulated phone page and its server say to each other: GETs, two POSTs, one WebSocket. */

export interface Persona {
  id: string;
  name: string;
  /** One sentence for the visitor: who this person is and what to notice when playing them. */
  about: string;
  /** E.164 digits without +; null = this person hides their number behind a username. */
  phone: string | null;
  /** Business-scoped user id: always there. */
  bsuid: string;
  username: string | null;
  /** BCP 47, the language of the quick suggestions. */
  language: string;
  /** Tappable openers shown above the keyboard while the chat is empty. */
  suggestions: readonly string[];
}

/**
 * Ticks. For the lead's own message: `pending` until the webhook answered 200, then `delivered`, then
 * `read` once the business marked it read. Business messages need no ticks on this phone.
 */
export type Ticks = "pending" | "sent" | "delivered" | "read" | "failed";

export interface ReplyOption {
  id: string;
  title: string;
  description?: string;
}

export interface PhoneMessage {
  wamid: string;
  /** The `clientRef` this message was sent with, echoed so that the page knows its own bubble again. */
  clientRef?: string;
  /** ISO 8601, business time. */
  at: string;
  from: "lead" | "business";
  kind: "text" | "buttons" | "list" | "button_reply" | "list_reply" | "other";
  text: string;
  /** `buttons`: the tappable replies. */
  buttons?: readonly ReplyOption[];
  /** `list`: the label that opens it, and its rows. */
  list?: { button: string; rows: readonly ReplyOption[] };
  /** wamid of the quoted message, if any; for a reply to buttons or a list, the message tapped. */
  replyTo?: string;
  /** The emoji the lead put under it. */
  reaction?: string;
  ticks: Ticks;
}

/** GET /simulator/api/personas → `{ data: Persona[], business: { name, displayPhoneNumber } }` */
export interface PersonasAnswer {
  data: readonly Persona[];
  business: { name: string; displayPhoneNumber: string };
}

/** GET /simulator/api/chats/{persona} → `{ data: PhoneMessage[] }`, oldest first. */
export interface ChatAnswer {
  data: readonly PhoneMessage[];
}

/**
 * WebSocket /simulator/api/phone?persona=ID, server → page. A `message` may replace one it has.
 * `typing` shows the indicator for `forMs` from now, or until the next business message.
 * `clock` is sent on connect and after each change of the business clock.
 */
export type PhoneFrame =
  | { type: "message"; message: PhoneMessage }
  | { type: "ticks"; wamid: string; ticks: Ticks }
  | { type: "typing"; forMs: number }
  | { type: "clock"; now: string };

/**
 * Page → server, POST /simulator/api/messages → `SendAnswer`. A repeated `clientRef` is the same
 * message: the server answers with the first one's wamid and sends nothing again, unless it failed.
 */
export type PhoneSend = { persona: string; clientRef: string } & (
  | { text: string }
  | {
      type: "button_reply" | "list_reply";
      id: string;
      title: string;
      /** `list_reply`: the row's second line, if it has one. */
      description?: string;
      /** wamid of the message tapped. */
      context: string;
    }
);

/** Answered once the message is accepted for sending; ticks follow over the WebSocket. */
export interface SendAnswer {
  wamid: string;
}

/** POST /simulator/api/clock `{ advanceMs }` → `ClockAnswer`; moves the business into its future. */
export interface ClockAnswer {
  /** ISO 8601, business time. */
  now: string;
}

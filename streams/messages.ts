import { type Static, Type } from "@sinclair/typebox";

/** Version of every entry's shape; a reader refuses one it does not know, it never guesses. */
export const ENTRY_VERSION = 1;

const versioned = { v: Type.Literal(ENTRY_VERSION) };
const id = Type.String({ minLength: 1 });

/** One normalised webhook item. `item` is owned by `src/whatsapp/payload`; here it is opaque JSON. */
export const WebhookEntry = Type.Object({
  ...versioned,
  organizationId: id,
  integrationId: id,
  /** ISO 8601, wall clock of the process that took the webhook. */
  receivedAt: Type.String(),
  requestId: id,
  item: Type.Unknown(),
});
export type WebhookEntry = Static<typeof WebhookEntry>;

/** A webhook item that is no message: account news, or what nobody could read or route. */
export const NoticeEntry = Type.Object({
  ...versioned,
  organizationId: Type.Union([id, Type.Null()]),
  integrationId: Type.Union([id, Type.Null()]),
  receivedAt: Type.String(),
  requestId: id,
  item: Type.Unknown(),
});
export type NoticeEntry = Static<typeof NoticeEntry>;

export const TurnEntry = Type.Object({
  ...versioned,
  organizationId: id,
  conversationId: id,
  cause: Type.Union([
    Type.Literal("message"),
    Type.Literal("follow_up"),
    Type.Literal("release"),
    Type.Literal("retry"),
  ]),
});
export type TurnEntry = Static<typeof TurnEntry>;

/** "This number has work": which messages, the rows tell. */
export const OutboundEntry = Type.Object({ ...versioned, organizationId: id, integrationId: id });
export type OutboundEntry = Static<typeof OutboundEntry>;

export const MemoryEntry = Type.Object({ ...versioned, organizationId: id, conversationId: id });
export type MemoryEntry = Static<typeof MemoryEntry>;

/** What is kept of an entry that was given up. `bytes` is the entry exactly as it stood. */
export const DeadEntry = Type.Object({
  ...versioned,
  origin: Type.String(),
  originId: Type.String(),
  bytes: Type.String(),
  reason: Type.String(),
  errorClass: Type.String(),
  tries: Type.Integer({ minimum: 0 }),
  /** Epoch milliseconds. */
  firstSeenAt: Type.Integer(),
  lastSeenAt: Type.Integer(),
});
export type DeadEntry = Static<typeof DeadEntry>;

/** Shape of each stream's entry, checked once when it is read. */
export const entrySchemas = {
  inbound: WebhookEntry,
  receipts: WebhookEntry,
  notices: NoticeEntry,
  turns: TurnEntry,
  outbound: OutboundEntry,
  memory: MemoryEntry,
  dead: DeadEntry,
} as const;

export interface EntryOf {
  inbound: WebhookEntry;
  receipts: WebhookEntry;
  notices: NoticeEntry;
  turns: TurnEntry;
  outbound: OutboundEntry;
  memory: MemoryEntry;
  dead: DeadEntry;
}

import { type Static, Type } from "@sinclair/typebox";

/** Version of every entry's shape; a reader refuses one it does not know, it never guesses. */
export const ENTRY_VERSION = 1;

const id = Type.String({ minLength: 1 });
const nullableId = Type.Union([id, Type.Null()]);
const versioned = {
  v: Type.Literal(ENTRY_VERSION),
  /** Id of the dead letter that was replayed as this entry, so that another burial can name it. */
  replayOf: Type.Optional(id),
};

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
  organizationId: nullableId,
  integrationId: nullableId,
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
export const OutboundEntry = Type.Object({
  ...versioned,
  organizationId: id,
  integrationId: id,
  /** Only in dead letters: the message that failed. */
  messageId: Type.Optional(id),
});
export type OutboundEntry = Static<typeof OutboundEntry>;

export const MemoryEntry = Type.Object({ ...versioned, organizationId: id, conversationId: id });
export type MemoryEntry = Static<typeof MemoryEntry>;

/** "This file has work": what, its row tells. */
export const MediaEntry = Type.Object({ ...versioned, organizationId: id, mediaId: id });
export type MediaEntry = Static<typeof MediaEntry>;

/**
 * Why an entry was given up: it could not be read, its handler called it hopeless, it failed too
 * often, or its handler kept dying with it.
 */
export const DeadClass = Type.Union([
  Type.Literal("malformed"),
  Type.Literal("poison"),
  Type.Literal("exhausted"),
  Type.Literal("crashed"),
]);
export type DeadClass = Static<typeof DeadClass>;

/** What is kept of an entry that was given up. */
export const DeadEntry = Type.Object({
  ...versioned,
  /** The stream it came from. */
  stream: id,
  /** `<key>/<entry id>` in Redis: the same burial told twice is one row. */
  origin: id,
  /** Null when not even the organization could be read from it. */
  organizationId: nullableId,
  /** One sentence, from the error; at most 500 characters. */
  reason: Type.String(),
  errorClass: DeadClass,
  tries: Type.Integer({ minimum: 0 }),
  /** Epoch milliseconds, wall clock. */
  firstSeenAt: Type.Integer(),
  lastSeenAt: Type.Integer(),
  /** The entry exactly as it stood; copied inside Redis, so nothing is lost to text decoding. */
  bytes: Type.Uint8Array(),
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
  media: MediaEntry,
  dead: DeadEntry,
} as const;

export interface EntryOf {
  inbound: WebhookEntry;
  receipts: WebhookEntry;
  notices: NoticeEntry;
  turns: TurnEntry;
  outbound: OutboundEntry;
  memory: MemoryEntry;
  media: MediaEntry;
  dead: DeadEntry;
}

/** One live event as it stands in `events`: the public state of one row at one version. */
export const EventEntry = Type.Object({
  eventId: id,
  organizationId: id,
  kind: id,
  entityId: id,
  version: Type.Number(),
  data: Type.Unknown(),
});
export type EventEntry = Static<typeof EventEntry>;

/** One entry in a handler's hands. */
export interface Delivery<Name extends keyof EntryOf = keyof EntryOf> {
  readonly stream: Name;
  readonly partition: number;
  /** Redis stream id, `<ms>-<n>`; stable over all tries. */
  readonly id: string;
  readonly entry: EntryOf[Name];
  /** 1 for the first delivery. Deliveries that never reached a handler do not count. */
  readonly tries: number;
  /** Aborts when the entry is no longer ours, or when shutdown cannot wait any longer. */
  readonly signal: AbortSignal;
}

/**
 * Handles one or several entries of a stream. Resolving acknowledges all of them; rejecting with
 * several makes each run alone; rejecting with one lets `classify` decide.
 */
export type Handler<Name extends keyof EntryOf = keyof EntryOf> = (
  deliveries: readonly Delivery<Name>[],
) => Promise<void>;

/** Which streams this process serves, and how. */
export type Handlers = { readonly [Name in keyof EntryOf]?: Handler<Name> };

/**
 * For ordered streams: what an entry must not overtake or be overtaken by. None = it may go whenever.
 * An ordered stream that is not named keeps all its entries in order.
 */
export type OrderKeys = {
  readonly [Name in keyof EntryOf]?: (entry: EntryOf[Name]) => readonly string[];
};

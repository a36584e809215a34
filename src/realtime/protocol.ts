import { type Static, type TSchema, Type } from "@sinclair/typebox";
import type { LiveEventKind } from "../lib/events.ts";
import { QueueState } from "./queue-state.ts";
import {
  AlertRow,
  BookingRow,
  ConversationRow,
  LeadRow,
  MessageRow,
  QueueAlert,
  TemplateRow,
} from "./rows.ts";

/** Version of every frame's shape. */
export const FRAME_VERSION = 1;

/** The first frame must be `hello`, and must come this soon after the socket opened. */
export const HELLO_DEADLINE_MS = 5_000;
/** Clients send `ping` this often; no `pong` within 10 s means that the socket is dead. */
export const PING_EVERY_MS = 20_000;

/** Why the server closed a socket. All but `sessionEnded` mean: reconnect, with the last cursor. */
export const closeCodes = {
  /** Too many frames that cannot be read, or far too many frames. Wait before reconnecting. */
  policy: 1008,
  /** The server restarts: resume elsewhere. */
  restart: 1012,
  /** Redis or Postgres is away: try again later. */
  tryLater: 1013,
  /** No `hello` came in time. */
  helloLate: 4001,
  /** The ticket is unknown, used or too old: get a new one. */
  ticketRefused: 4003,
  /** The session was ended: sign in again. */
  sessionEnded: 4004,
  /** The client reads too slowly: resume later, nothing is lost. */
  resumeLater: 4008,
} as const;

const id = Type.String({ minLength: 1, maxLength: 100 });
const cursor = Type.String({
  minLength: 1,
  maxLength: 100,
  description: "`<epoch>:<stream id>`, from `welcome`, `reset` or the id of an event.",
});

function clientFrame<Name extends string, Data extends TSchema>(type: Name, data: Data) {
  return Type.Object(
    {
      v: Type.Literal(FRAME_VERSION),
      type: Type.Literal(type),
      id: Type.Optional({
        ...id,
        description: "Chosen by the client; the answer names it in `of`.",
      }),
      data,
    },
    { additionalProperties: false },
  );
}

const strict = { additionalProperties: false } as const;
const uuid = Type.String({ pattern: "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" });
const conversation = Type.Object({ conversationId: uuid }, strict);

/** Every frame a client may send. */
export const clientFrames = {
  hello: clientFrame(
    "hello",
    Type.Object(
      { ticket: Type.String({ minLength: 1, maxLength: 500 }), cursor: Type.Optional(cursor) },
      strict,
    ),
  ),
  ping: clientFrame("ping", Type.Object({}, strict)),
  takeover: clientFrame("takeover", conversation),
  release: clientFrame("release", conversation),
  typing: clientFrame(
    "typing",
    Type.Object({ conversationId: uuid, typing: Type.Boolean() }, strict),
  ),
  /** Which conversation this person looks at; null = none. */
  presence: clientFrame(
    "presence",
    Type.Object({ conversationId: Type.Union([uuid, Type.Null()]) }, strict),
  ),
} as const;

type ClientFrames = typeof clientFrames;
export type ClientFrameType = keyof ClientFrames;
export type ClientFrame = {
  [Type in ClientFrameType]: Static<ClientFrames[Type]>;
}[ClientFrameType];

const at = Type.String({ description: "ISO 8601, UTC: when the server made the frame or event." });

/** A frame outside the log: it is not repeated on resume. */
function serverFrame<Name extends string, Data extends TSchema>(type: Name, data: Data) {
  return Type.Object({
    v: Type.Literal(FRAME_VERSION),
    type: Type.Literal(type),
    id: Type.Null(),
    at,
    data,
  });
}

/** A live event: `id` is the cursor after it. */
function eventFrame<Name extends LiveEventKind, Row extends TSchema>(type: Name, row: Row) {
  return Type.Object({
    v: Type.Literal(FRAME_VERSION),
    type: Type.Literal(type),
    id: cursor,
    at,
    data: Type.Object({
      eventId: Type.String({ description: "The same event may come twice: ignore a known one." }),
      entityId: id,
      version: Type.Integer({ description: "Ignore what is not newer than the row you have." }),
      row,
    }),
  });
}

/** Every live event, with the row it carries. */
export const eventFrames = {
  "message.received": eventFrame("message.received", MessageRow),
  "message.queued": eventFrame("message.queued", MessageRow),
  "message.sent": eventFrame("message.sent", MessageRow),
  "message.status": eventFrame("message.status", MessageRow),
  "message.updated": eventFrame("message.updated", MessageRow),
  "lead.created": eventFrame("lead.created", LeadRow),
  "lead.updated": eventFrame("lead.updated", LeadRow),
  "stage.changed": eventFrame("stage.changed", ConversationRow),
  "conversation.updated": eventFrame("conversation.updated", ConversationRow),
  "takeover.started": eventFrame("takeover.started", ConversationRow),
  "takeover.ended": eventFrame("takeover.ended", ConversationRow),
  "attention.required": eventFrame("attention.required", ConversationRow),
  "attention.resolved": eventFrame("attention.resolved", ConversationRow),
  "cta.initiated": eventFrame("cta.initiated", BookingRow),
  "follow_up.scheduled": eventFrame("follow_up.scheduled", ConversationRow),
  "follow_up.sent": eventFrame("follow_up.sent", MessageRow),
  "follow_up.cancelled": eventFrame("follow_up.cancelled", ConversationRow),
  "template.status": eventFrame("template.status", TemplateRow),
  "alert.raised": eventFrame("alert.raised", AlertRow),
} as const satisfies Record<LiveEventKind, TSchema>;

type EventFrames = typeof eventFrames;
export type EventFrame = { [Kind in LiveEventKind]: Static<EventFrames[Kind]> }[LiveEventKind];

const Person = Type.Object({ userId: id, name: Type.String() });
export type Person = Static<typeof Person>;

/** Every frame the server sends that is no live event. */
export const controlFrames = {
  /** To `hello` without a cursor: follow from here. Fetch the snapshot after this frame. */
  welcome: serverFrame("welcome", Type.Object({ cursor })),
  /** To `hello` with a good cursor: `missed` events follow at once, oldest first. */
  resumed: serverFrame("resumed", Type.Object({ missed: Type.Integer({ minimum: 0 }) })),
  /** Events may have been missed: forget the old cursor, take this one, fetch the snapshot anew. */
  reset: serverFrame("reset", Type.Object({ cursor })),
  pong: serverFrame("pong", Type.Object({ of: Type.Union([id, Type.Null()]) })),
  /** The command was done; `version` is the conversation's row version after it. */
  ack: serverFrame(
    "ack",
    Type.Object({ of: Type.Union([id, Type.Null()]), version: Type.Integer() }),
  ),
  error: serverFrame(
    "error",
    Type.Object({
      of: Type.Union([id, Type.Null()], { description: "Null when the frame could not be read." }),
      code: Type.String({ description: "The same closed list as the API's problems." }),
      userMessage: Type.String({ description: "What may be shown to the person." }),
    }),
  ),
  /** Has ended when it was not repeated for 6 s: clients repeat it every 3 s while it goes on. */
  typing: serverFrame(
    "typing",
    Type.Object({ conversationId: id, person: Person, typing: Type.Boolean() }),
  ),
  /** Who looks at these conversations now; the others are unchanged, or empty if it is complete. */
  presence: serverFrame(
    "presence",
    Type.Object({
      complete: Type.Boolean({ description: "After each hello: forget what you knew." }),
      conversations: Type.Array(Type.Object({ conversationId: id, viewers: Type.Array(Person) })),
    }),
  ),
  /** To operators only, every 2 s: where the work of the whole installation stands. */
  "queue.snapshot": serverFrame("queue.snapshot", QueueState),
  /** To operators only: a rule over the queue has something to say, or no longer. */
  "queue.alert": serverFrame("queue.alert", QueueAlert),
} as const;

type ControlFrames = typeof controlFrames;
export type ControlFrameType = keyof ControlFrames;
export type ControlFrame = {
  [Type in ControlFrameType]: Static<ControlFrames[Type]>;
}[ControlFrameType];
export type ControlData<Type extends ControlFrameType> = Static<ControlFrames[Type]>["data"];

/** Everything that can arrive at a client. */
export type ServerFrame = EventFrame | ControlFrame;

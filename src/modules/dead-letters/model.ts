import { t } from "elysia";
import { Id, Instant, pageOfRows, paging } from "../../http/plugins/fields.ts";
import { instantInput } from "../../http/plugins/instants.ts";

const word = (description: string, example: string) =>
  t.String({ minLength: 1, maxLength: 100, description, examples: [example] });

export const letterStates = ["waiting", "scheduled", "replayed", "discarded"] as const;
export type LetterState = (typeof letterStates)[number];

const summary = {
  id: Id,
  state: t.UnionEnum(letterStates, {
    description:
      "`waiting`: for somebody to decide. `scheduled`: to be replayed at `replayDueAt`. `replayed` and `discarded` are for good.",
  }),
  organizationId: t.Nullable(Id, { description: "Null when it could not even be read." }),
  stream: t.String({ examples: ["inbound"] }),
  origin: t.String({
    description: "Where it stood: `<key>/<entry id>` in Redis, or `messages/<id>/<attempt>`.",
  }),
  reason: t.String({ description: "Why it was given up; numbers and quotations are masked." }),
  errorClass: t.String({
    examples: ["poison"],
    description:
      "`malformed`, `poison` (no try could succeed), `exhausted` (tried too often), `crashed`, or of a message `refused` (by WhatsApp, for what can be put right).",
  }),
  tries: t.Integer(),
  byteCount: t.Integer({ description: "Of the entry." }),
  firstSeenAt: Instant,
  lastSeenAt: Instant,
  replayOf: t.Nullable(Id, { description: "The letter whose replay died again as this one." }),
  replays: t.Array(Id, { description: "The letters that this one's replay became." }),
  edited: t.Boolean({ description: "Whether another entry than the original is replayed." }),
  replayAskedAt: t.Nullable(Instant),
  replayAskedBy: t.Nullable(t.String({ description: "As they were called then." })),
  replayDueAt: t.Nullable(Instant),
  replayedAt: t.Nullable(Instant),
  refusal: t.Nullable(
    t.String({ description: "Why the last replay that was asked for did nothing." }),
  ),
  discardedAt: t.Nullable(Instant),
  discardedBy: t.Nullable(t.String({ description: "As they were called then." })),
  discardReason: t.Nullable(t.String()),
  createdAt: Instant,
};

export const DeadLetter = t.Object(summary, { title: "DeadLetter" });
export type DeadLetter = typeof DeadLetter.static;

export const DeadLetterPage = pageOfRows(DeadLetter);

const Content = t.Union(
  [
    t.Object({
      kind: t.Literal("json"),
      value: t.Unknown({
        description: "Ids, instants and kinds as they are; all other text and long numbers masked.",
      }),
    }),
    t.Object({
      kind: t.Literal("bytes"),
      headHex: t.String({ description: "The first 32 bytes: it is no JSON." }),
    }),
  ],
  { title: "RedactedEntry" },
);

export const DeadLetterDetail = t.Object(
  { ...summary, entry: Content, editedEntry: t.Optional(Content) },
  { title: "DeadLetterDetail" },
);
export type DeadLetterDetail = typeof DeadLetterDetail.static;

const filters = {
  stream: t.Optional(word("Exactly this stream.", "inbound")),
  organizationId: t.Optional(Id),
  errorClass: t.Optional(word("Exactly this class.", "poison")),
  from: t.Optional(instantInput("Given up not before this instant.")),
  to: t.Optional(instantInput("Given up before this instant.")),
};

/** Which letters, of those that a call is about. */
export const LetterFilter = t.Object(filters);
export type LetterFilter = typeof LetterFilter.static;

export const DeadLettersQuery = t.Object({
  ...paging(50),
  ...filters,
  state: t.Optional(t.UnionEnum(letterStates)),
  replayed: t.Optional(t.UnionEnum(["yes", "no"])),
});
export type DeadLettersQuery = typeof DeadLettersQuery.static;

export const ReplayBody = t.Object({
  entry: t.Optional(
    t.Record(t.String(), t.Unknown(), {
      description:
        "The corrected entry, whole. What is left as `GET` shows it, masks included, stays as it was.",
    }),
  ),
});
export type ReplayBody = typeof ReplayBody.static;

export const DiscardBody = t.Object({
  reason: t.String({
    minLength: 3,
    maxLength: 500,
    pattern: "\\S",
    description: "Kept on the letter, for whoever asks later.",
    examples: ["Test traffic of the load test"],
  }),
});
export type DiscardBody = typeof DiscardBody.static;

/** Letters that one call may schedule: what lies beyond waits for the next call. */
export const MAX_SCHEDULED = 10_000;

export const PacedReplayBody = t.Object({
  perSecond: t.Number({
    minimum: 0.1,
    maximum: 50,
    description: "Entries per second, in steps of two seconds.",
    examples: [10],
  }),
});
export type PacedReplayBody = typeof PacedReplayBody.static;

export const PacedReplay = t.Object(
  {
    scheduled: t.Integer({ description: `At most ${MAX_SCHEDULED}.` }),
    left: t.Integer({ description: "Fit the filter and wait still: call again." }),
    firstDueAt: t.Nullable(Instant),
    lastDueAt: t.Nullable(Instant),
  },
  { title: "PacedReplay" },
);
export type PacedReplay = typeof PacedReplay.static;

export const StoppedReplay = t.Object(
  { stopped: t.Integer({ description: "They are `waiting` again." }) },
  { title: "StoppedReplay" },
);
export type StoppedReplay = typeof StoppedReplay.static;

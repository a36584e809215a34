import { t } from "elysia";
import { Id, Instant, pageOfRows, paging, Version } from "../../http/plugins/fields.ts";

/** WhatsApp's window: a nudge is free-form, and may go out for 24 hours only. */
const LAST_NUDGE_MINUTES = 1_439;

const afterMinutes = t.Integer({
  minimum: 1,
  maximum: LAST_NUDGE_MINUTES,
  description: "Since the lead's last message; within WhatsApp's 24 hours.",
  examples: [10],
});

const hint = t.Nullable(
  t.String({
    minLength: 1,
    maxLength: 500,
    pattern: "\\S",
    description:
      "What the nudge should say, in the bot's words. An amount in it has to be among the facts. Null: the last topic.",
    examples: ["Offer the free site visit."],
  }),
);

const MAX_STEPS = 10;
const STEPS =
  "One nudge each, ascending. Empty: none is sent, and silence until `ghostAfterMinutes` is ghosted.";

const written = {
  name: t.String({ minLength: 1, maxLength: 100, pattern: "\\S", examples: ["Gentle"] }),
  steps: t.Array(t.Object({ afterMinutes, hint: t.Optional(hint) }), {
    maxItems: MAX_STEPS,
    description: STEPS,
  }),
  ghostAfterMinutes: t.Integer({
    minimum: 1,
    maximum: 43_200,
    description: "A lead who is silent for so long counts as ghosted. Beyond the last step.",
    examples: [1_440],
  }),
};

export const FollowUpSequence = t.Object(
  {
    id: Id,
    ...written,
    steps: t.Array(t.Object({ afterMinutes, hint }), { description: STEPS }),
    active: t.Boolean({ description: "The one the bot follows; at most one is." }),
    createdAt: Instant,
    updatedAt: Instant,
    version: Version,
  },
  { title: "FollowUpSequence", description: "When the bot writes again by itself." },
);
export type FollowUpSequence = typeof FollowUpSequence.static;

export const SequencePage = pageOfRows(FollowUpSequence);

export const SequencesQuery = t.Object({
  ...paging(50),
  active: t.Optional(t.Boolean()),
});
export type SequencesQuery = typeof SequencesQuery.static;

export const SequenceCreation = t.Object({
  ...written,
  active: t.Optional(
    t.Boolean({ description: "Left out: only if no other is.", examples: [false] }),
  ),
});
export type SequenceCreation = typeof SequenceCreation.static;

export const SequenceEdit = t.Partial(
  t.Object({
    ...written,
    active: t.Boolean({
      description: "True makes every other one inactive; the active one stays so until then.",
    }),
  }),
  { title: "FollowUpSequenceEdit", minProperties: 1 },
);
export type SequenceEdit = typeof SequenceEdit.static;

export const FollowUp = t.Object(
  {
    id: t.String({ format: "uuid", description: "Of the conversation: each has at most one." }),
    lead: t.Object({ id: Id, name: t.Nullable(t.String()) }),
    kind: t.UnionEnum(["nudge", "ghost"], {
      description: "`ghost`: nothing is sent any more, the lead then counts as ghosted.",
    }),
    step: t.Integer({ description: "Of the active sequence, from 1." }),
    dueAt: t.String({ format: "date-time", description: "Business time." }),
    version: t.Integer({ description: "Of the conversation." }),
  },
  { title: "FollowUp", description: "What the bot will do by itself, if the lead stays silent." },
);
export type FollowUp = typeof FollowUp.static;

export const FollowUpPage = pageOfRows(FollowUp);

export const FollowUpsQuery = t.Object(paging(50));
export type FollowUpsQuery = typeof FollowUpsQuery.static;

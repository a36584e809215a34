import { t } from "elysia";
import { authors, conversationModes, intents, sentiments, stages } from "../../funnel/lead.ts";
import { messageStates } from "../../funnel/message-state.ts";
import { attentionReasons, turnCauses, turnDispositions } from "../../funnel/turn.ts";
import { Id, Instant, pageOfRows, paging } from "../../http/plugins/fields.ts";

/** A conversation as REST and live events both carry it. */
const state = {
  id: Id,
  leadId: Id,
  integrationId: Id,
  mode: t.UnionEnum(conversationModes),
  takenOverBy: t.Nullable(Id),
  takenOverAt: t.Nullable(Instant),
  assigneeId: t.Nullable({ ...Id, description: "Who of the team looks after the chat." }),
  optedOutAt: t.Nullable(Instant),
  stage: t.UnionEnum(stages),
  intent: t.UnionEnum(intents),
  sentiment: t.UnionEnum(sentiments),
  language: t.Nullable(t.String()),
  summary: t.Nullable(t.String()),
  lastSeq: t.Integer(),
  readSeq: t.Integer({ description: "What the lead wrote after it is unread." }),
  followUpAt: t.Nullable(Instant),
  followUpStep: t.Integer(),
  attentionReason: t.Nullable(t.UnionEnum(attentionReasons)),
  attentionAt: t.Nullable(Instant),
  attentionOwnerId: t.Nullable(Id),
  lastLeadMessageAt: t.Nullable(Instant),
  lastMessageAt: t.Nullable(Instant),
  version: t.Integer({ description: "Rises with each change of the row." }),
};
export const Conversation = t.Object(state, { title: "Conversation" });
export type Conversation = typeof Conversation.static;

const Lead = t.Object({
  id: Id,
  name: t.Nullable(t.String()),
  username: t.Nullable(t.String()),
  phone: t.Nullable(t.String({ description: "Digits; a lead may have none." })),
});

const Person = t.Object({ id: Id, name: t.String() });

/** One line of the inbox. */
export const ConversationRow = t.Object({
  ...state,
  lead: Lead,
  takenOverByName: t.Nullable(t.String()),
  assigneeName: t.Nullable(t.String()),
  lastMessage: t.Nullable(
    t.Object({
      id: Id,
      seq: t.Integer(),
      kind: t.String(),
      text: t.Nullable(t.String()),
      author: t.UnionEnum(authors),
      state: t.UnionEnum(messageStates),
      sentAt: Instant,
    }),
  ),
  unreadCount: t.Integer({ description: "The lead's messages nobody has read; 100 means more." }),
  window: t.Object(
    {
      closesAt: t.Nullable(Instant, { description: "When free-form messages end." }),
      open: t.Boolean({
        description: "False before `closesAt` where WhatsApp itself has said so.",
      }),
      freeEntryClosesAt: t.Nullable(Instant, {
        description:
          "Until then all messages are free, because an ad brought the lead; null: it did not, or that is over.",
      }),
      asOf: Instant,
    },
    { description: "Business time, as is `asOf`, this answer's: the countdown starts there." },
  ),
});
export type ConversationRow = typeof ConversationRow.static;

export const queues = ["all", "unread", "attention", "human", "bot"] as const;

export const ConversationsQuery = t.Object({
  queue: t.Optional(t.UnionEnum(queues, { default: "all" })),
  search: t.Optional(
    t.String({
      maxLength: 100,
      description: "A part of the name, username, e-mail address, company or phone number.",
    }),
  ),
  stage: t.Optional(t.UnionEnum(stages)),
  intent: t.Optional(t.UnionEnum(intents)),
  sentiment: t.Optional(t.UnionEnum(sentiments)),
  mode: t.Optional(t.UnionEnum(conversationModes)),
  assigneeId: t.Optional(
    t.Union([Id, t.Literal("me"), t.Literal("none")], { description: "`none`: nobody's." }),
  ),
  integrationId: t.Optional({ ...Id, description: "The number that the lead writes to." }),
  leadId: t.Optional(Id),
  ...paging(30),
});
export type ConversationsQuery = typeof ConversationsQuery.static;

export const ConversationPage = pageOfRows(ConversationRow);
export type ConversationPage = typeof ConversationPage.static;

export const ReadBody = t.Object({
  throughSeq: t.Integer({ minimum: 0, description: "The last message that was on the screen." }),
});

/** BCP 47: `en`, `pt-BR`. */
const LanguageTag = t.String({
  maxLength: 35,
  pattern: "^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$",
  examples: ["pt-BR"],
});

export const ConversationEdit = t.Partial(
  t.Object({
    stage: t.UnionEnum(stages, { description: "Any: people are not bound to the bot's moves." }),
    stageReason: t.String({
      minLength: 1,
      maxLength: 500,
      pattern: "\\S",
      description: "Why it moves. Only together with `stage`.",
    }),
    intent: t.UnionEnum(intents),
    sentiment: t.UnionEnum(sentiments),
    language: t.Nullable(LanguageTag),
    followUpAt: t.Nullable(
      t.String({
        format: "date-time",
        maxLength: 40,
        description: "When the bot is to write again by itself; null: not at all.",
      }),
    ),
  }),
  { minProperties: 1, title: "ConversationEdit" },
);
export type ConversationEdit = typeof ConversationEdit.static;

export const AssignBody = t.Object({
  userId: t.Nullable({ ...Id, description: "A member of the team; null: nobody any more." }),
});

export const TakeOverQuery = t.Object({
  fromUserId: t.Optional({
    ...Id,
    description: "The colleague who is to lose the chat. For owners and admins.",
  }),
});

const entry = { id: Id, at: Instant };

const TimelineEntry = t.Union(
  [
    t.Object({
      ...entry,
      kind: t.Literal("stage"),
      from: t.UnionEnum(stages),
      to: t.UnionEnum(stages),
      author: t.UnionEnum(authors),
      reason: t.String(),
      confidence: t.Nullable(t.Number()),
      turnId: t.Nullable(Id),
      by: t.Nullable(Person),
    }),
    t.Object({
      ...entry,
      kind: t.Literal("turn"),
      finishedAt: t.Nullable(Instant),
      cause: t.UnionEnum(turnCauses),
      disposition: t.Nullable(t.UnionEnum(turnDispositions)),
      gate: t.Nullable(t.String({ description: "The rule that stopped the answer." })),
      action: t.Nullable(t.String()),
      reason: t.Nullable(t.String({ description: "How the model saw the situation." })),
      costUsd: t.Nullable(t.String({ description: "Exact decimal; null if nothing was priced." })),
    }),
    t.Object({
      ...entry,
      kind: t.Literal("booking"),
      cta: t.Object({ id: Id, kind: t.String(), name: t.String() }),
      requestedTime: t.Nullable(t.String()),
      status: t.String(),
    }),
    t.Object({
      ...entry,
      kind: t.UnionEnum(["takeover", "release", "attention_claimed", "attention_resolved"]),
      by: t.Nullable(Person),
      reason: t.Nullable(t.UnionEnum(attentionReasons)),
      calledAt: t.Nullable({ ...Instant, description: "When `reason` called for a person." }),
    }),
    t.Object({
      ...entry,
      kind: t.Literal("assigned"),
      by: t.Nullable(Person),
      to: t.Nullable(Person),
    }),
  ],
  { title: "TimelineEntry" },
);
export type TimelineEntry = typeof TimelineEntry.static;

export const Panel = t.Object(
  {
    lead: t.Composite([Lead, t.Object({ createdAt: Instant })]),
    stage: t.UnionEnum(stages),
    intent: t.UnionEnum(intents),
    sentiment: t.UnionEnum(sentiments),
    language: t.Nullable(t.String()),
    summary: t.Nullable(t.String()),
    attention: t.Nullable(t.Object({ reason: t.UnionEnum(attentionReasons), at: Instant })),
    followUp: t.Nullable(t.Object({ at: Instant, step: t.Integer() })),
    cost: t.Object({
      usd: t.String({ description: "Exact decimal: the priced calls together." }),
      callCount: t.Integer(),
      unpricedCount: t.Integer({ description: "Calls whose price is not known; not in `usd`." }),
    }),
    timeline: t.Array(TimelineEntry, { description: "Newest first, at most 100." }),
  },
  { title: "Panel", description: "What is known about a lead, as the rows say now." },
);
export type Panel = typeof Panel.static;

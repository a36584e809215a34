import { t } from "elysia";
import {
  authors,
  conversationModes,
  intents,
  leadSources,
  sentiments,
  stages,
} from "../../funnel/lead.ts";
import { attentionReasons } from "../../funnel/turn.ts";
import { Id, Instant, pageOfRows, paging, Version } from "../../http/plugins/fields.ts";
import { instantInput } from "../../http/plugins/instants.ts";

const Person = t.Object({ id: Id, name: t.String() });

/** Without commas: an address lists several of them with commas between. */
const Tag = t.String({
  minLength: 1,
  maxLength: 64,
  pattern: "^[^,]*[^,\\s][^,]*$",
  examples: ["vip"],
});
export const MAX_TAGS = 50;
const Tags = t.Array(Tag, { maxItems: MAX_TAGS });

export const MAX_FIELDS = 50;
export const MAX_FIELD_NAME_LENGTH = 64;
const FieldText = t.String({ maxLength: 2_000 });
const FieldValue = t.Union([FieldText, t.Number(), t.Boolean()]);

const LeadConversation = t.Object({
  id: Id,
  integrationId: Id,
  stage: t.UnionEnum(stages),
  intent: t.UnionEnum(intents),
  sentiment: t.UnionEnum(sentiments),
  mode: t.UnionEnum(conversationModes),
  lastMessageAt: t.Nullable(Instant),
  isArchived: t.Boolean({
    description: "Of a lead merged into this one, on a number where this one has its own chat.",
  }),
});

export const Lead = t.Object(
  {
    id: Id,
    name: t.Nullable(t.String({ description: "As the team wrote it, else as WhatsApp shows it." })),
    username: t.Nullable(t.String({ description: "WhatsApp's, without @." })),
    phones: t.Array(t.String({ examples: ["14155550123"] }), {
      description: "Digits, the one known longest first; none while the lead hides its number.",
    }),
    hasBsuid: t.Boolean({ description: "WhatsApp knows the lead by an id without a number." }),
    email: t.Nullable(t.String()),
    company: t.Nullable(t.String()),
    source: t.UnionEnum(leadSources, {
      description: "`organic`: wrote by itself; `ad`: through one; `manual`: entered by the team.",
    }),
    referral: t.Nullable(t.Unsafe<object>(t.Object({}, { additionalProperties: true })), {
      description: "The first ad or post that brought the lead, as Meta tells it.",
    }),
    tags: t.Array(t.String()),
    fields: t.Record(t.String(), FieldValue, {
      description: "What the organization keeps beside the fields above.",
    }),
    ownerId: t.Nullable(Id),
    owner: t.Nullable(Person, { description: "Whose lead it is, of the team." }),
    conversations: t.Array(LeadConversation, {
      description: "One for each number, latest first, at most 20; none if it never wrote.",
    }),
    mergedInto: t.Nullable(Id, {
      description: "The lead that this one turned out to be; it is not listed any more.",
    }),
    maybeSameAs: t.Nullable(Id, {
      description:
        "Another lead that WhatsApp's news make look like the same person; set on both. Merge them, or set it to null on either: then they are two.",
    }),
    createdAt: Instant,
    version: Version,
  },
  { title: "Lead", description: "Somebody who writes to the business, or may." },
);
export type Lead = typeof Lead.static;

export const LeadPage = pageOfRows(Lead);

const leadSorts = ["-createdAt", "createdAt", "-lastMessageAt", "lastMessageAt", "name"] as const;

export const LeadsQuery = t.Object({
  ...paging(50),
  sort: t.Optional(
    t.UnionEnum(leadSorts, {
      default: "-createdAt",
      description: "With `lastMessageAt`, whoever never exchanged a message comes last.",
    }),
  ),
  stage: t.Optional(t.UnionEnum(stages, { description: "Of one of its conversations." })),
  intent: t.Optional(t.UnionEnum(intents, { description: "Of the same conversation." })),
  sentiment: t.Optional(t.UnionEnum(sentiments, { description: "Of the same conversation." })),
  tag: t.Optional(
    t.Array(Tag, {
      minItems: 1,
      maxItems: 10,
      description: "All of them: `tag=a&tag=b`, `tag=a,b`.",
    }),
  ),
  ownerId: t.Optional(
    t.String({
      pattern: "^(none|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$",
      description: "A member's id, or `none`.",
      examples: ["none"],
    }),
  ),
  source: t.Optional(t.UnionEnum(leadSources)),
  adId: t.Optional(
    t.String({ minLength: 1, maxLength: 200, description: "Meta's id of the ad or post." }),
  ),
  createdFrom: t.Optional(instantInput("Not before this instant.")),
  createdTo: t.Optional(instantInput("Before this instant.")),
  search: t.Optional(
    t.String({
      minLength: 2,
      maxLength: 100,
      description:
        "A part of name, username, e-mail, company or phone number. Two characters: where a word or number begins with them.",
      examples: ["ann"],
    }),
  ),
});
export type LeadsQuery = typeof LeadsQuery.static;

const name = t.String({ minLength: 1, maxLength: 200, pattern: "\\S", examples: ["Ann Lee"] });
const email = t.String({ format: "email", maxLength: 254 });
const company = t.String({ minLength: 1, maxLength: 200, pattern: "\\S", examples: ["Acme"] });
const OwnerId = t.Nullable(Id, { description: "A member; null = nobody." });

export const LeadCreation = t.Object({
  name: t.Optional(name),
  phone: t.Optional(
    t.String({
      pattern: "^\\+?[0-9]{5,20}$",
      description: "With country code; `+` may be left out.",
      examples: ["14155550123"],
    }),
  ),
  email: t.Optional(email),
  company: t.Optional(company),
  ownerId: t.Optional(OwnerId),
  tags: t.Optional(Tags),
  fields: t.Optional(t.Record(t.String(), FieldValue, { maxProperties: MAX_FIELDS })),
});
export type LeadCreation = typeof LeadCreation.static;

export const LeadEdit = t.Partial(
  t.Object({
    name: t.Nullable(name, {
      description: "Null: as WhatsApp shows it, from its next message on.",
    }),
    email: t.Nullable(email),
    company: t.Nullable(company),
    ownerId: OwnerId,
    tags: t.Array(Tag, { maxItems: MAX_TAGS, description: "Instead of those that are there." }),
    fields: t.Record(t.String(), t.Union([FieldText, t.Number(), t.Boolean(), t.Null()]), {
      maxProperties: MAX_FIELDS,
      description: "Changes what is named; null removes it. At most 50, their names up to 64 long.",
    }),
    maybeSameAs: t.Null({ description: "They are two people: forgotten on both leads." }),
  }),
  { minProperties: 1 },
);
export type LeadEdit = typeof LeadEdit.static;

export const TagsEdit = t.Partial(t.Object({ add: Tags, remove: Tags }), { minProperties: 1 });
export type TagsEdit = typeof TagsEdit.static;

export const MergeBody = t.Object({
  intoId: t.String({ format: "uuid", description: "The lead that stays." }),
});

export const BulkBody = t.Object({
  ids: t.Array(Id, { minItems: 1, maxItems: 200 }),
  addTags: t.Optional(Tags),
  removeTags: t.Optional(Tags),
  ownerId: t.Optional(OwnerId),
});
export type BulkBody = typeof BulkBody.static;

export const BulkAnswer = t.Object(
  { changedIds: t.Array(Id, { description: "The others were so already." }) },
  { title: "BulkChange" },
);
export type BulkAnswer = typeof BulkAnswer.static;

export const NoteParams = t.Object({ id: Id, noteId: Id });

export const Note = t.Object(
  {
    id: Id,
    leadId: Id,
    author: t.Object({ id: Id, name: t.String() }, { description: "A key's note: who made it." }),
    text: t.String(),
    createdAt: Instant,
    version: Version,
  },
  { title: "Note", description: "What the team writes down about a lead; the bot never reads it." },
);
export type Note = typeof Note.static;

export const NotePage = pageOfRows(Note);

export const NotesQuery = t.Object(paging(50));
export type NotesQuery = typeof NotesQuery.static;

export const NoteBody = t.Object({
  text: t.String({ minLength: 1, maxLength: 5_000, pattern: "\\S", examples: ["Wants a call."] }),
});
export type NoteBody = typeof NoteBody.static;

const entry = { id: Id, at: Instant };
const chat = { ...entry, conversationId: Id };
const by = t.Nullable(Person, { description: "Null: nobody of the team, or not known." });

export const LeadTimelineEntry = t.Union(
  [
    t.Object({ ...entry, kind: t.Literal("created"), source: t.UnionEnum(leadSources) }),
    t.Object({
      ...chat,
      kind: t.Literal("takeover"),
      by,
      reason: t.Nullable(t.UnionEnum(attentionReasons)),
    }),
    t.Object({ ...chat, kind: t.Literal("release"), by }),
    t.Object({
      ...chat,
      kind: t.UnionEnum(["attention_claimed", "attention_resolved"]),
      by,
      reason: t.Nullable(t.UnionEnum(attentionReasons)),
    }),
    t.Object({
      ...chat,
      kind: t.Literal("conversation_assigned"),
      by,
      assignee: t.Nullable(Person, { description: "Null: to nobody." }),
    }),
    t.Object({
      ...chat,
      kind: t.Literal("stage"),
      from: t.UnionEnum(stages),
      to: t.UnionEnum(stages),
      author: t.UnionEnum(authors),
      by,
      reason: t.String(),
    }),
    t.Object({
      ...chat,
      kind: t.Literal("booking"),
      cta: t.Object({ id: Id, name: t.String() }),
      requestedTime: t.Nullable(t.String({ description: "As the lead said it." })),
      status: t.String(),
    }),
    t.Object({
      ...chat,
      kind: t.Literal("opt_out"),
      keyword: t.String(),
      endedAt: t.Nullable(Instant, { description: "When the lead took it back." }),
    }),
    t.Object({ ...chat, kind: t.Literal("follow_up_sent"), messageId: Id }),
    t.Object({ ...entry, kind: t.Literal("note"), by, text: t.String() }),
    t.Object({
      ...entry,
      kind: t.Literal("assigned"),
      by,
      owner: t.Nullable(Person, { description: "Null: to nobody." }),
    }),
    t.Object({
      ...entry,
      kind: t.Literal("merged"),
      by,
      lead: t.Object({ id: Id, name: t.Nullable(t.String()) }),
    }),
  ],
  { title: "LeadTimelineEntry", description: "`kind` says which it is." },
);
export type LeadTimelineEntry = typeof LeadTimelineEntry.static;

export const LeadTimelinePage = pageOfRows(LeadTimelineEntry);

export const LeadTimelineQuery = t.Object(paging(50));
export type LeadTimelineQuery = typeof LeadTimelineQuery.static;

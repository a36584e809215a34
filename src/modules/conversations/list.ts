import type { Db, Parameter } from "../../db/client.ts";
import { keyset, pageOf } from "../../db/keyset.ts";
import { withOwnPlan } from "../../db/own-plan.ts";
import { conversationState, utc } from "../../db/queries/public-state.ts";
import { META_CLOSED } from "../../db/queries/window.ts";
import { isWindowOpen, windowClosesAt } from "../../funnel/window.ts";
import type { Principal } from "../../http/plugins/auth.ts";
import type { ConversationPage, ConversationRow, ConversationsQuery } from "./model.ts";
import { type Reader, searched } from "./search.ts";
import { noConversation } from "./service.ts";

/** Counting stops here: the dashboard writes 99+. */
const UNREAD_LIMIT = 100;

const UNREAD = `select 1 from messages m
  where m.conversation_id = c.id and m.seq > c.read_seq and m.direction = 'in'`;

/** Static SQL per queue, over conversation `c`. */
const queueFilters = {
  all: "true",
  unread: "c.last_in_seq > c.read_seq",
  attention: "c.attention_reason is not null",
  human: "c.mode = 'human'",
  bot: "c.mode = 'bot'",
} as const satisfies Record<NonNullable<ConversationsQuery["queue"]>, string>;

const ROW = `${conversationState("c")} || jsonb_build_object(
    'lead', jsonb_build_object('id', l.id, 'name', l.name, 'username', l.username,
      'phone', c.phone),
    'takenOverByName', u.name, 'assigneeName', a.name,
    'unreadCount', (select count(*) from (${UNREAD} limit ${UNREAD_LIMIT}) unread),
    'lastMessage', (
      select jsonb_build_object('id', m.id, 'seq', m.seq, 'kind', m.kind, 'text', m.text,
        'author', m.author, 'state', m.state, 'sentAt', ${utc("m.sent_at")})
      from messages m where m.conversation_id = c.id order by m.seq desc limit 1)) as row,
  c.last_lead_message_at, c.free_entry_until, (${META_CLOSED}) as meta_closed`;

const FROM = `from conversations c
  join leads l on l.organization_id = c.organization_id and l.id = c.lead_id
  left join users u on u.id = c.taken_over_by
  left join users a on a.id = c.assignee_id`;

interface Found {
  row: Omit<ConversationRow, "window">;
  lastLeadMessageAt: Date | null;
  freeEntryUntil: Date | null;
  metaClosed: boolean;
}

const sorts = { lastMessageAt: { sql: "c.last_message_at", type: "timestamptz" } } as const;

/**
 * One page of the inbox, latest message first. Rows that move up while somebody pages are not shown
 * again further down, and none is skipped. Fails with `invalid_input` for a cursor that is not ours.
 */
export async function listConversations(
  db: Db,
  { organizationId, userId }: Pick<Principal, "organizationId" | "userId">,
  { queue = "all", search = "", limit = 30, cursor, ...filters }: ConversationsQuery,
  now: Date,
): Promise<ConversationPage> {
  const { after, order, position } = keyset(db, {
    sorts,
    sort: "-lastMessageAt",
    id: "c.id",
    cursor,
  });
  const read = async (reader: Reader) => {
    const where = [
      db.fragment(queueFilters[queue]),
      ...conditions(db, userId, filters),
      (await searched(reader, organizationId, search)).condition,
    ].reduce((all, one) => db.part`${all} and ${one}`);
    return await reader.rows<Found & { position: string }>`
      select ${db.fragment(ROW)}, ${position} as position
      ${db.fragment(FROM)}
      where c.organization_id = ${organizationId} and c.ended_at is null
        and c.last_message_at is not null
        and ${where} and ${after}
      order by ${order} limit ${limit + 1}`;
  };
  const rows = search === "" ? await read(db) : await withOwnPlan(db, read);
  const { data, nextCursor } = pageOf(rows, limit);
  return { data: data.map((one) => withWindow(one, now)), nextCursor };
}

type Filters = Omit<ConversationsQuery, "queue" | "search" | "limit" | "cursor">;

function conditions(
  db: Db,
  userId: string,
  { stage, intent, sentiment, mode, assigneeId, integrationId, leadId }: Filters,
): Parameter[] {
  return [
    ...(stage === undefined ? [] : [db.part`c.stage = ${stage}`]),
    ...(intent === undefined ? [] : [db.part`c.intent = ${intent}`]),
    ...(sentiment === undefined ? [] : [db.part`c.sentiment = ${sentiment}`]),
    ...(mode === undefined ? [] : [db.fragment(queueFilters[mode])]),
    ...(assigneeId === undefined
      ? []
      : [assignedTo(db, assigneeId === "me" ? userId : assigneeId)]),
    ...(integrationId === undefined ? [] : [db.part`c.integration_id = ${integrationId}`]),
    ...(leadId === undefined ? [] : [db.part`c.lead_id = ${leadId}`]),
  ];
}

function assignedTo(db: Db, assigneeId: string): Parameter {
  return assigneeId === "none"
    ? db.fragment("c.assignee_id is null")
    : db.part`c.assignee_id = ${assigneeId}`;
}

/** One conversation as the inbox shows it. Fails with `not_found`. */
export async function getConversation(
  db: Db,
  organizationId: string,
  conversationId: string,
  now: Date,
): Promise<ConversationRow> {
  const found = await db.first<Found>`
    select ${db.fragment(ROW)} ${db.fragment(FROM)}
    where c.organization_id = ${organizationId} and c.id = ${conversationId}`;
  if (!found) throw noConversation(conversationId);
  return withWindow(found, now);
}

function withWindow(found: Found, now: Date): ConversationRow {
  const { row, lastLeadMessageAt, freeEntryUntil, metaClosed } = found;
  const isFree = freeEntryUntil !== null && freeEntryUntil > now;
  return {
    ...row,
    window: {
      closesAt: windowClosesAt(lastLeadMessageAt)?.toISOString() ?? null,
      open: !metaClosed && isWindowOpen(lastLeadMessageAt, now),
      freeEntryClosesAt: isFree ? freeEntryUntil.toISOString() : null,
      asOf: now.toISOString(),
    },
  };
}

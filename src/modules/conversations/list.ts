import type { Db } from "../../db/client.ts";
import { conversationState, utc } from "../../db/queries/public-state.ts";
import { isWindowOpen, windowClosesAt } from "../../funnel/window.ts";
import { AppError } from "../../lib/errors.ts";
import type { ConversationPage, ConversationRow, ConversationsQuery } from "./model.ts";
import { noConversation } from "./service.ts";

/** Counting stops here: the dashboard writes 99+. */
const UNREAD_LIMIT = 100;

const UNREAD = `select 1 from messages m
  where m.conversation_id = c.id and m.seq > c.read_seq and m.direction = 'in'`;

/** Static SQL per queue, over conversation `c`. */
const queueFilters = {
  all: "true",
  unread: `c.last_seq > c.read_seq and exists (${UNREAD})`,
  attention: "c.attention_reason is not null",
  human: "c.mode = 'human'",
  bot: "c.mode = 'bot'",
} as const satisfies Record<NonNullable<ConversationsQuery["queue"]>, string>;

const ROW = `${conversationState("c")} || jsonb_build_object(
    'lead', jsonb_build_object('id', l.id, 'name', l.name, 'username', l.username,
      'phone', c.phone),
    'takenOverByName', u.name,
    'unreadCount', (select count(*) from (${UNREAD} limit ${UNREAD_LIMIT}) unread),
    'lastMessage', (
      select jsonb_build_object('id', m.id, 'seq', m.seq, 'kind', m.kind, 'text', m.text,
        'author', m.author, 'state', m.state, 'sentAt', ${utc("m.sent_at")})
      from messages m where m.conversation_id = c.id order by m.seq desc limit 1)) as row,
  c.last_lead_message_at`;

const FROM = `from conversations c
  join leads l on l.organization_id = c.organization_id and l.id = c.lead_id
  left join users u on u.id = c.taken_over_by`;

interface Found {
  row: Omit<ConversationRow, "window">;
  lastLeadMessageAt: Date | null;
}

/**
 * One page of the inbox, latest message first. Rows that move up while somebody pages are not shown
 * again further down, and none is skipped. Fails with `invalid_input` for a cursor that is not ours.
 */
export async function listConversations(
  db: Db,
  organizationId: string,
  { queue = "all", search = "", limit = 30, cursor }: ConversationsQuery,
  now: Date,
): Promise<ConversationPage> {
  const from = cursor === undefined ? START : parseCursor(cursor);
  const { text, phone } = patterns(search);
  const found = await db.rows<Found & { position: string }>`
    select ${db.fragment(ROW)}, (extract(epoch from c.last_message_at) * 1000000)::bigint || '|' || c.id as position
    ${db.fragment(FROM)}
    where c.organization_id = ${organizationId} and c.ended_at is null
      and (c.last_message_at, c.id) < (
        'epoch'::timestamptz + ${from.micros}::float8 * interval '1 microsecond', ${from.id}::uuid)
      and ${db.fragment(queueFilters[queue])}
      and (${text}::text is null or l.name ilike ${text} or l.username ilike ${text}
        or c.phone like ${phone})
    order by c.last_message_at desc, c.id desc limit ${limit + 1}`;
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return {
    data: page.map((one) => withWindow(one, now)),
    nextCursor: last ? Buffer.from(last.position).toString("base64url") : null,
  };
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

function withWindow({ row, lastLeadMessageAt }: Found, now: Date): ConversationRow {
  const closesAt = windowClosesAt(lastLeadMessageAt)?.toISOString() ?? null;
  const open = isWindowOpen(lastLeadMessageAt, now);
  return { ...row, window: { closesAt, open, asOf: now.toISOString() } };
}

/** After everything: a list starts here. */
const START = { micros: "9000000000000000", id: "ffffffff-ffff-ffff-ffff-ffffffffffff" };
const POSITION = /^(\d{1,16})\|([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The exact microsecond and the id of a page's last row. */
function parseCursor(cursor: string): { micros: string; id: string } {
  const [, micros, id] = POSITION.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
  if (micros === undefined || id === undefined) {
    throw new AppError("invalid_input", "The cursor is not one of ours.");
  }
  return { micros, id };
}

/** Patterns for ILIKE in which what the person typed stands for itself. Null matches nothing. */
function patterns(search: string): { text: string | null; phone: string | null } {
  const typed = search.trim().replace(/^@/, "");
  if (typed === "") return { text: null, phone: null };
  const digits = typed.replaceAll(/[\s()+./-]/g, "");
  return {
    text: `%${typed.replaceAll(/[\\%_]/g, "\\$&")}%`,
    phone: /^\d{3,}$/.test(digits) ? `%${digits}%` : null,
  };
}

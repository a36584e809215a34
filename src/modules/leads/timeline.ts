import type { Db } from "../../db/client.ts";
import { keyset, pageOf } from "../../db/keyset.ts";
import { utc } from "../../db/queries/public-state.ts";
import type { LeadTimelineEntry, LeadTimelineQuery } from "./model.ts";
import { getLead } from "./read.ts";

const person = (alias: string) => `case when ${alias}.id is not null
  then jsonb_build_object('id', ${alias}.id, 'name', ${alias}.name) end`;

/** What every entry has, and more; static SQL over a row. */
const entry = (alias: string, kind: string, more: string, sometimes = "'{}'") =>
  `${alias}.created_at, ${alias}.id, jsonb_build_object('id', ${alias}.id,
    'at', ${utc(`${alias}.created_at`)}, 'kind', ${kind}, ${more}) || ${sometimes} as entry`;

const inChat = (table: string, alias: string) =>
  `chats c join ${table} ${alias} on ${alias}.organization_id = c.organization_id
    and ${alias}.conversation_id = c.id`;

/** Each kind's rows of the lead `wanted`, of its `people` (itself and those merged into it) and their `chats`. */
const ENTRIES = [
  `select ${entry("l", "'created'", "'source', l.source")}
    from wanted w join leads l on l.organization_id = w.organization_id and l.id = w.id`,
  `select ${entry(
    "e",
    "case e.kind when 'assigned' then 'conversation_assigned' else e.kind end",
    `'conversationId', c.id, 'by', ${person("u")}`,
    `case e.kind when 'release' then '{}'
      when 'assigned' then jsonb_build_object('assignee', ${person("a")})
      else jsonb_build_object('reason', e.reason) end`,
  )}
    from ${inChat("timeline_events", "e")} left join users u on u.id = e.user_id
    left join users a on a.id = e.assignee_id`,
  `select ${entry(
    "s",
    "'stage'",
    `'conversationId', c.id, 'from', s.from_stage, 'to', s.to_stage, 'author', s.author,
    'by', ${person("u")}, 'reason', s.reason`,
  )}
    from ${inChat("stage_changes", "s")} left join users u on u.id = s.user_id`,
  `select ${entry(
    "b",
    "'booking'",
    `'conversationId', c.id, 'cta', jsonb_build_object('id', a.id, 'name', a.name),
    'requestedTime', b.requested_time, 'status', b.status`,
  )}
    from ${inChat("bookings", "b")}
    join ctas a on a.organization_id = b.organization_id and a.id = b.cta_id`,
  `select ${entry(
    "o",
    "'opt_out'",
    `'conversationId', c.id, 'keyword', o.keyword, 'endedAt', ${utc("o.ended_at")}`,
  )}
    from ${inChat("opt_outs", "o")}`,
  `select ${entry("m", "'follow_up_sent'", "'conversationId', c.id, 'messageId', m.id")}
    from chats c cross join lateral (
      select * from messages
      where organization_id = c.organization_id and conversation_id = c.id
        and seen_wake_seq is not null
        and state in ('accepted', 'sent', 'delivered', 'read', 'played') offset 0) m`,
  `select ${entry("n", "'note'", `'by', ${person("u")}, 'text', n.text`)}
    from wanted w join lead_notes n on n.organization_id = w.organization_id and n.lead_id = w.id
    left join users u on u.id = n.user_id`,
  `select ${entry(
    "e",
    "e.kind",
    `'by', ${person("u")}`,
    `case e.kind when 'assigned' then jsonb_build_object('owner', ${person("o")})
      else jsonb_build_object('lead', jsonb_build_object('id', s.id, 'name', s.name)) end`,
  )}
    from people p cross join lateral (
      select * from lead_events
      where organization_id = p.organization_id and lead_id = p.id offset 0) e
    left join users u on u.id = e.user_id left join users o on o.id = e.owner_id
    left join leads s on s.organization_id = e.organization_id and s.id = e.merged_lead_id`,
].join(" union all ");

const sorts = { at: { sql: "t.created_at", type: "timestamptz" } } as const;

/** One page of what happened with a lead, newest first. Fails with `not_found` and `invalid_input`. */
export async function listTimeline(
  db: Db,
  organizationId: string,
  leadId: string,
  { limit = 50, cursor }: LeadTimelineQuery,
): Promise<{ data: LeadTimelineEntry[]; nextCursor: string | null }> {
  const { after, order, position } = keyset(db, { sorts, sort: "-at", id: "t.id", cursor });
  await getLead(db, organizationId, leadId);
  const rows = await db.rows<{ entry: LeadTimelineEntry; position: string }>`
    with wanted as (
      select ${organizationId}::uuid as organization_id, ${leadId}::uuid as id
    ), people as (
      select * from wanted
      union all
      select l.organization_id, l.id from wanted w
      join leads l on l.organization_id = w.organization_id and l.merged_into = w.id
    ), chats as (
      select c.organization_id, c.id from people p
      join conversations c on c.organization_id = p.organization_id and c.lead_id = p.id
    )
    select t.entry, ${position} as position from (${db.fragment(ENTRIES)}) t
    where ${after} order by ${order} limit ${limit + 1}`;
  const page = pageOf(rows, limit);
  return { data: page.data.map((row) => row.entry), nextCursor: page.nextCursor };
}

import type { Db } from "../../db/client.ts";
import { utc } from "../../db/queries/public-state.ts";
import type { Panel } from "./model.ts";
import { noConversation } from "./service.ts";

const TIMELINE_LIMIT = 100;

/** The person of the joined row, or null. */
const person = (user: string) =>
  `case when ${user}.id is not null then
    jsonb_build_object('id', ${user}.id, 'name', ${user}.name) end`;

/** Rows of each kind as (created at, entry): static SQL over conversation `c`. */
const TIMELINE = `
  select s.created_at, jsonb_build_object('kind', 'stage', 'id', s.id, 'at', ${utc("s.created_at")},
    'from', s.from_stage, 'to', s.to_stage, 'author', s.author, 'reason', s.reason,
    'confidence', s.confidence, 'turnId', s.turn_id, 'by', ${person("u")}) as entry
  from stage_changes s left join users u on u.id = s.user_id
  where s.organization_id = c.organization_id and s.conversation_id = c.id
  union all
  select t.started_at, jsonb_build_object('kind', 'turn', 'id', t.id, 'at', ${utc("t.started_at")},
    'finishedAt', ${utc("t.finished_at")}, 'cause', t.cause, 'disposition', t.disposition,
    'gate', t.gate, 'action', t.decision ->> 'action', 'reason', t.decision ->> 'situation',
    'costUsd', (select trim_scale(sum(k.cost))::text from llm_calls k
      where k.organization_id = t.organization_id and k.turn_id = t.id
        and k.disposition is distinct from 'replay'))
  from turns t
  where t.organization_id = c.organization_id and t.conversation_id = c.id
  union all
  select b.created_at, jsonb_build_object('kind', 'booking', 'id', b.id,
    'at', ${utc("b.created_at")}, 'requestedTime', b.requested_time, 'status', b.status,
    'cta', jsonb_build_object('id', a.id, 'kind', a.kind, 'name', a.name))
  from bookings b join ctas a on a.organization_id = b.organization_id and a.id = b.cta_id
  where b.organization_id = c.organization_id and b.conversation_id = c.id
  union all
  select e.created_at, jsonb_build_object('kind', e.kind, 'id', e.id, 'at', ${utc("e.created_at")},
    'by', ${person("u")})
    || case when e.kind = 'assigned' then jsonb_build_object('to', ${person("a")})
      else jsonb_build_object('reason', e.reason, 'calledAt', ${utc("e.called_at")}) end
  from timeline_events e left join users u on u.id = e.user_id
  left join users a on a.id = e.assignee_id
  where e.organization_id = c.organization_id and e.conversation_id = c.id`;

const PANEL = `jsonb_build_object(
  'lead', jsonb_build_object('id', l.id, 'name', l.name, 'username', l.username, 'phone', c.phone,
    'createdAt', ${utc("l.created_at")}),
  'stage', c.stage, 'intent', c.intent, 'sentiment', c.sentiment, 'language', c.language,
  'summary', c.summary,
  'attention', case when c.attention_reason is not null then
    jsonb_build_object('reason', c.attention_reason, 'at', ${utc("c.attention_at")}) end,
  'followUp', case when c.follow_up_at is not null then
    jsonb_build_object('at', ${utc("c.follow_up_at")}, 'step', c.follow_up_step) end,
  'cost', (
    select jsonb_build_object('usd', coalesce(trim_scale(sum(k.cost)), 0)::text,
      'callCount', count(*), 'unpricedCount', count(*) filter (where k.cost is null))
    from llm_calls k
    where k.organization_id = c.organization_id and k.lead_id = c.lead_id
      and k.conversation_id = c.id),
  'timeline', (
    select coalesce(jsonb_agg(newest.entry order by newest.created_at desc), '[]'::jsonb)
    from (select * from (${TIMELINE}) entries
      order by entries.created_at desc limit ${TIMELINE_LIMIT}) newest))`;

/** Everything the rows know about a conversation's lead, in one statement. Fails with `not_found`. */
export async function readPanel(
  db: Db,
  organizationId: string,
  conversationId: string,
): Promise<Panel> {
  const row = await db.first<{ panel: Panel }>`
    select ${db.fragment(PANEL)} as panel
    from conversations c
    join leads l on l.organization_id = c.organization_id and l.id = c.lead_id
    where c.organization_id = ${organizationId} and c.id = ${conversationId}`;
  if (!row) throw noConversation(conversationId);
  return row.panel;
}

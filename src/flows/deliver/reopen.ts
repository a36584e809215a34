import type { Db, Parameter } from "../../db/client.ts";
import { isBots } from "../../db/queries/claimable.ts";
import { conversationNews, messageNews } from "../../db/queries/public-state.ts";
import { sendPriority } from "../../funnel/message-state.ts";

/** How long the request to write again is worth sending. */
const LIFETIME_MINUTES = 60;

/** The body of the template `t`, as the lead reads it: static SQL. */
const BODY = `(select part ->> 'text' from jsonb_array_elements(t.components) part
  where part ->> 'type' = 'BODY')`;

/**
 * The number's template that asks a lead to write again, if the bot may send it to the conversation
 * `c` now: approved, without variables, not asked since the lead last wrote, and no marketing for
 * somebody who wants none. Static SQL.
 */
const REOPENING = `select t.name, t.language, ${BODY} as body
  from integrations i
  join templates t on t.organization_id = i.organization_id and t.integration_id = i.id
    and t.id = i.reopening_template_id
  join leads l on l.organization_id = c.organization_id and l.id = c.lead_id
  where i.organization_id = c.organization_id and i.id = c.integration_id
    and t.status = 'APPROVED' and ${BODY} not like '%{{%'
    and c.reopened_in_seq is distinct from c.last_in_seq
    and (t.category <> 'MARKETING' or l.marketing_stopped_at is null)`;

/**
 * What follows when messages (CTE `closed`) did not go out because the lead's window is closed: the
 * number's template asks the lead to write again, once; without one a person is called, but not for a
 * nudge. Where Meta said so (`byMeta`, static SQL over `closed`), the window counts as closed until the lead
 * writes. Chats in which the lead has written since are left alone.
 *
 * CTEs: `chats` (locked), `touched` conversations and of them those `calling` a person, `asked`
 * messages. `now` is business time.
 */
export function reopening(db: Pick<Db, "part" | "fragment">, byMeta: string, now: Date): Parameter {
  const sql = db.fragment;
  return db.part`chats as (
      select c.organization_id, c.id, c.attention_reason, k.by_meta, t.name, t.language, t.body,
        k.calls and t.name is null and c.reopened_in_seq is distinct from c.last_in_seq as calls
      from conversations c
      join (select organization_id, conversation_id, bool_or(seen_wake_seq is null) as calls,
          bool_or(author = 'bot') as of_bot, bool_or(${sql(byMeta)}) as by_meta, max(seq) as seq
        from closed group by organization_id, conversation_id) k
        on k.organization_id = c.organization_id and k.conversation_id = c.id
      left join lateral (${sql(REOPENING)} and k.of_bot and ${sql(isBots("c"))}) t on true
      where c.last_in_seq < k.seq
      order by c.id for update of c
    ), touched as (
      update conversations c set last_seq = c.last_seq + (h.name is not null)::int,
        reopened_in_seq = case when h.name is not null then c.last_in_seq
          else c.reopened_in_seq end,
        closed_in_seq = case when h.by_meta then c.last_in_seq else c.closed_in_seq end,
        last_message_at = case when h.name is null then c.last_message_at
          else greatest(c.last_message_at, ${now}::timestamptz) end,
        attention_reason = case when h.calls then coalesce(c.attention_reason, 'window_closed')
          else c.attention_reason end,
        attention_at = case when h.calls then coalesce(c.attention_at, now())
          else c.attention_at end,
        version = c.version + 1
      from chats h
      where c.organization_id = h.organization_id and c.id = h.id
        and (h.name is not null or h.calls or h.by_meta)
      returning c.*, h.name, h.language as template_language, h.body,
        h.calls and h.attention_reason is null as called
    ), asked as (
      insert into messages (organization_id, id, conversation_id, integration_id, seq, direction,
        author, kind, text, payload, state, priority, next_attempt_at, expires_at, fence, sent_at)
      select organization_id, gen_random_uuid(), id, integration_id, last_seq, 'out', 'bot',
        'template', body, jsonb_build_object('type', 'template', 'name', name,
          'language', template_language, 'variables', '[]'::jsonb), 'queued',
        ${sendPriority.reply}::smallint, now(), now() + ${LIFETIME_MINUTES} * interval '1 minute',
        fence, ${now}
      from touched where name is not null
      returning messages.*
    ), calling as (
      select * from touched where called
    )`;
}

/** Rows for `outbox` about `touched` and `asked`. */
export const REOPENING_NEWS: readonly string[] = [
  conversationNews("conversation.updated", "touched"),
  conversationNews("attention.required", "calling"),
  messageNews("message.queued", "asked"),
];

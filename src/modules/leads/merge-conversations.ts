import {
  conversationNews,
  messageNews,
  outboxEvents,
  outboxInsert,
} from "../../db/queries/public-state.ts";
import type { LiveEvent } from "../../lib/events.ts";
import type { Change } from "../mutate.ts";
import type { Pair } from "./merge.ts";

/**
 * Moves the source's conversations to the target; one on a number where the target has its own stays
 * with the source and ends. Both leads' conversations are locked already.
 */
export async function joinConversations(change: Change, pair: Pair): Promise<LiveEvent[]> {
  const ended = await endDoubles(change, pair);
  return [...ended, ...(await moveOthers(change, pair))];
}

/**
 * The fence rises, so that nothing of the bot's is sent there any more; what called for a person, or
 * was not answered yet, calls one to the target's conversation; a stop word counts there too. Changes
 * that wait for their message wait there from now on; the sweep looks whether it is there already.
 */
async function endDoubles(change: Change, pair: Pair): Promise<LiveEvent[]> {
  const sql = change.fragment;
  const row = await change.first<{ events: LiveEvent[] }>`
    with doubles as (
      select s.*, t.id as heir_id, exists (select 1 from message_changes x
          where x.organization_id = s.organization_id and x.conversation_id = s.id
            and x.settled_at is null) as waits, t.opted_out_at is null and s.opted_out_at is not null as stops,
        t.attention_reason is null and (s.attention_reason is not null
          or s.mode = 'bot' and s.opted_out_at is null and (s.wake_seq > s.handled_seq
            or exists (select 1 from messages m where m.conversation_id = s.id
              and m.state = 'queued' and m.author = 'bot' and m.seen_wake_seq is null))) as calls
      from conversations s join conversations t on t.organization_id = s.organization_id
        and t.integration_id = s.integration_id and t.lead_id = ${pair.into}
      where s.organization_id = ${pair.organizationId} and s.lead_id = ${pair.from}
        and s.ended_at is null
    ), ended as (
      update conversations c set ended_at = now(), mode = 'human', taken_over_by = null,
        taken_over_at = null, assignee_id = null, fence = c.fence + 1, handled_seq = c.wake_seq,
        answered_seq = c.last_seq, read_seq = c.last_seq, follow_up_at = null, follow_up_step = 0,
        attention_reason = null, attention_at = null, attention_owner_id = null,
        version = c.version + 1
      from doubles d where c.organization_id = d.organization_id and c.id = d.id
      returning c.*
    ), heirs as (
      update conversations c set
        attention_reason = case when d.calls then coalesce(d.attention_reason, 'unsure')
          else c.attention_reason end,
        attention_at = case when d.calls then coalesce(d.attention_at, now())
          else c.attention_at end,
        opted_out_at = coalesce(c.opted_out_at, d.opted_out_at),
        fence = c.fence + d.stops::int,
        handled_seq = case when d.stops then c.wake_seq else c.handled_seq end,
        parked_at = case when d.waits
          then greatest(now(), c.parked_at + interval '1 microsecond') else c.parked_at end,
        follow_up_at = case when d.stops then null else c.follow_up_at end,
        version = c.version + 1
      from doubles d where c.organization_id = d.organization_id and c.id = d.heir_id
        and (d.calls or d.stops or d.waits)
      returning c.*, d.calls
    ), carried as (
      update message_changes x set conversation_id = d.heir_id, created_at = now() from doubles d
      where x.organization_id = d.organization_id and x.conversation_id = d.id
        and x.settled_at is null
    ), stopped as (
      update opt_outs o set conversation_id = d.heir_id, lead_id = ${pair.into} from doubles d
      where d.stops and o.organization_id = d.organization_id and o.conversation_id = d.id
        and o.ended_at is null
    ), cancelled as (
      update messages m set state = 'cancelled', cancel_reason = 'fence', version = m.version + 1
      from doubles d
      where m.organization_id = d.organization_id
        and (m.conversation_id = d.id or d.stops and m.conversation_id = d.heir_id)
        and m.state = 'queued' and m.author = 'bot'
      returning m.*
    ), called as (
      select * from heirs where calls
    ), news as (
      ${sql(
        outboxInsert(
          conversationNews("conversation.updated", "ended"),
          conversationNews("conversation.updated", "heirs"),
          conversationNews("attention.required", "called"),
          messageNews("message.updated", "cancelled"),
        ),
      )}
    )
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}

/** Their calls to the model go along: a conversation's cost is counted by its lead. */
async function moveOthers(change: Change, pair: Pair): Promise<LiveEvent[]> {
  const sql = change.fragment;
  const row = await change.first<{ events: LiveEvent[] }>`
    with moved as (
      update conversations set lead_id = ${pair.into}, version = version + 1
      where organization_id = ${pair.organizationId} and lead_id = ${pair.from}
        and ended_at is null
      returning *
    ), billed as (
      update llm_calls l set lead_id = ${pair.into} from moved m
      where l.organization_id = m.organization_id and l.lead_id = ${pair.from}
        and l.conversation_id = m.id
    ), stopped as (
      update opt_outs o set lead_id = ${pair.into} from moved m
      where o.organization_id = m.organization_id and o.conversation_id = m.id
    ), news as (
      ${sql(outboxInsert(conversationNews("conversation.updated", "moved")))}
    )
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}

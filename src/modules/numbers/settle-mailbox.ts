import { conversationState, messageNews, outboxEvents } from "../../db/queries/public-state.ts";
import type { LiveEvent } from "../../lib/events.ts";
import type { Change } from "../mutate.ts";

/** Live events told at once; the sweep publishes the rest from the outbox within seconds. */
const TOLD_AT_ONCE = 200;

/**
 * Ends all that the number's conversations have open: unanswered counts as handled, nudges are no longer
 * planned, queued messages are cancelled, and a turn under way commits nothing. Conversations are locked
 * before their messages, as everywhere.
 */
export async function settleMailbox(
  change: Change,
  organizationId: string,
  integrationId: string,
): Promise<LiveEvent[]> {
  const sql = change.fragment;
  const row = await change.first<{ events: LiveEvent[] }>`
    with open as (
      select c.id, c.follow_up_at from conversations c
      where c.organization_id = ${organizationId} and c.integration_id = ${integrationId}
        and (c.wake_seq > c.handled_seq or c.follow_up_at is not null or exists (
          select 1 from messages m where m.conversation_id = c.id and m.state = 'queued'))
      order by c.id for update
    ), settled as (
      update conversations c set handled_seq = c.wake_seq, unseen_since = null,
        fence = c.fence + 1, follow_up_at = null, follow_up_step = 0, version = c.version + 1
      from open o where c.organization_id = ${organizationId} and c.id = o.id
      returning c.*, o.follow_up_at as planned_at
    ), cancelled as (
      update messages m set state = 'cancelled', cancel_reason = 'disconnected',
        version = m.version + 1
      from settled s
      where m.organization_id = s.organization_id and m.conversation_id = s.id
        and m.state = 'queued'
      returning m.*
    ), news as (
      insert into outbox (id, organization_id, kind, entity_id, version, data)
      ${sql(messageNews("message.updated", "cancelled"))}
      union all
      select gen_random_uuid(), s.organization_id, kind, s.id, s.version,
        ${sql(conversationState("s"))}
      from settled s cross join lateral (
        select 'conversation.updated' as kind
        union all select 'follow_up.cancelled' where s.planned_at is not null) kinds
      returning outbox.*
    )
    select ${sql(outboxEvents(`(select * from news limit ${TOLD_AT_ONCE})`))} as events`;
  return row?.events ?? [];
}

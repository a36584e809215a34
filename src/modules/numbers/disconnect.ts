import { conversationNews, messageNews, outboxEvents } from "../../db/queries/public-state.ts";
import type { Actor } from "../../http/plugins/auth.ts";
import type { LiveEvent } from "../../lib/events.ts";
import type { Change } from "../mutate.ts";
import type { WhatsAppNumber } from "./model.ts";
import { edit, type NumbersDeps } from "./service.ts";

/** Live events told at once; the sweep publishes the rest from the outbox within seconds. */
const TOLD_AT_ONCE = 200;

/**
 * Nothing comes in or goes out by the number any more: what waited to be sent is cancelled, what leads
 * had open counts as handled, no nudge is planned. Chats stay readable; connecting the number again goes
 * on with them. A POST that is under way at this moment stays visible as such.
 */
export async function disconnectNumber(
  deps: Pick<NumbersDeps, "mutate" | "publicUrl">,
  actor: Actor,
  id: string,
): Promise<WhatsAppNumber> {
  return await edit(deps, actor, id, "number.disconnected", async (change) => {
    await change.rows`
      update integrations set active = false, version = version + 1
      where organization_id = ${actor.organizationId} and id = ${id}`;
    change.stored(await settle(change, actor.organizationId, id));
  });
}

async function settle(
  change: Change,
  organizationId: string,
  integrationId: string,
): Promise<LiveEvent[]> {
  const sql = change.fragment;
  const row = await change.first<{ events: LiveEvent[] }>`
    with open as (
      select c.id from conversations c
      where c.organization_id = ${organizationId} and c.integration_id = ${integrationId}
        and (c.wake_seq > c.handled_seq or c.follow_up_at is not null or exists (
          select 1 from messages m where m.conversation_id = c.id and m.state = 'queued'))
      order by c.id for update
    ), settled as (
      update conversations c set handled_seq = c.wake_seq, fence = c.fence + 1,
        follow_up_at = null, follow_up_step = 0, version = c.version + 1
      from open o where c.organization_id = ${organizationId} and c.id = o.id
      returning c.*
    ), cancelled as (
      update messages m set state = 'cancelled', cancel_reason = 'disconnected',
        version = m.version + 1
      where m.organization_id = ${organizationId} and m.integration_id = ${integrationId}
        and m.state = 'queued'
      returning m.*
    ), news as (
      insert into outbox (id, organization_id, kind, entity_id, version, data)
      ${sql(messageNews("message.updated", "cancelled"))}
      union all ${sql(conversationNews("conversation.updated", "settled"))}
      returning outbox.*
    )
    select ${sql(outboxEvents(`(select * from news limit ${TOLD_AT_ONCE})`))} as events`;
  return row?.events ?? [];
}

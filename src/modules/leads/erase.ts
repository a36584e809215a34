import { conversationNews, outboxEvents, outboxInsert } from "../../db/queries/public-state.ts";
import { requireVersion } from "../../http/plugins/versions.ts";
import type { LiveEvent } from "../../lib/events.ts";
import type { Change, Mutate } from "../mutate.ts";
import { forgetCopies } from "./erase-copies.ts";
import { forgetFiles } from "./erase-files.ts";
import { forgetIdentities } from "./erase-identities.ts";
import { tellOfLeads, wasMerged } from "./locks.ts";
import { withdrawOffers } from "./offers.ts";
import { getLead, noLead } from "./read.ts";
import type { By } from "./service.ts";

/** What of a person is spread over the tables. */
export interface Traces {
  organizationId: string;
  /** The lead, and those merged into it. */
  leadIds: string[];
  conversationIds: string[];
  /** Phone numbers and BSUIDs. */
  values: string[];
}

/**
 * Takes everything personal of a lead out of the database (decision 0012); what counts and costs need
 * stays. Fails with `not_found` also the second time, `conflict` for a merged one, and
 * `precondition_failed`.
 */
export async function eraseLead(
  mutate: Mutate,
  { actor, headers }: Pick<By, "actor" | "headers">,
  leadId: string,
): Promise<void> {
  const { organizationId } = actor;
  await mutate(actor, async (change) => {
    const traces = await findTraces(change, organizationId, leadId);
    requireVersion(headers, await getLead(change, organizationId, leadId));
    await forgetIdentities(change, traces);
    await forgetFiles(change, traces);
    await forgetChats(change, traces);
    await forgetLeads(change, traces);
    await withdrawOffers(change, organizationId, traces.leadIds);
    await forgetCopies(change, traces);
    change.stored(await tellOfChats(change, traces));
    await tellOfLeads(change, "lead.updated", organizationId, traces.leadIds);
    change.audit({ action: "lead.erased", resourceId: leadId });
  });
}

/** The leads are locked before their conversations, each in the order of ids. */
async function findTraces(change: Change, organizationId: string, leadId: string): Promise<Traces> {
  const leads = await change.rows<{ id: string; mergedInto: string | null }>`
    select id, merged_into from leads
    where organization_id = ${organizationId} and (id = ${leadId} or merged_into = ${leadId})
      and erased_at is null
    order by id for update`;
  const lead = leads.find(({ id }) => id === leadId);
  if (!lead) throw noLead(leadId);
  if (lead.mergedInto !== null) throw wasMerged(leadId, lead.mergedInto);
  const leadIds = leads.map(({ id }) => id);
  const chats = await change.rows<{ id: string; phone: string | null; bsuid: string | null }>`
    select id, phone, bsuid from conversations
    where organization_id = ${organizationId} and lead_id = any(${leadIds}::uuid[])
    order by id for update`;
  const identities = await change.rows<{ value: string }>`
    select value from lead_identities
    where organization_id = ${organizationId} and lead_id = any(${leadIds}::uuid[])`;
  const known = [
    ...identities.map(({ value }) => value),
    ...chats.flatMap(({ phone, bsuid }) => [phone, bsuid]),
  ];
  return {
    organizationId,
    leadIds,
    conversationIds: chats.map(({ id }) => id),
    values: [...new Set(known.filter((value) => value !== null))],
  };
}

/**
 * Ends the conversations, taking them from whoever holds the lease: a turn or summary under way can
 * write nothing any more. A message's WhatsApp id names the phone, so it goes too; what stands in for
 * it keeps late statuses from bringing it back.
 */
async function forgetChats(
  change: Change,
  { organizationId, conversationIds }: Traces,
): Promise<void> {
  await change.rows`
    with chats as (
      update conversations set ended_at = coalesce(ended_at, now()), phone = null, bsuid = null,
        summary = null, summary_seq = last_seq, last_lead_wamid = null, last_message_at = null,
        mode = 'human', taken_over_by = null, taken_over_at = null, assignee_id = null,
        fence = fence + 1, handled_seq = wake_seq, answered_seq = last_seq, read_seq = last_seq,
        lease_owner = null, lease_until = null, lease_epoch = lease_epoch + 1,
        follow_up_at = null, follow_up_step = 0, attention_reason = null, attention_at = null,
        attention_owner_id = null, version = version + 1
      where organization_id = ${organizationId} and id = any(${conversationIds}::uuid[])
    ), texts as (
      update messages set text = null, raw = null, payload = null, reply_to_wamid = null,
        reactions = null, error_text = null, wamid = 'erased:' || id, version = version + 1,
        state = case when state = 'queued' then 'cancelled' else state end,
        cancel_reason = case when state = 'queued' then 'fence' else cancel_reason end,
        doubt_at = case when state in ('sending', 'unknown') then coalesce(doubt_at, now())
          else doubt_at end
      where organization_id = ${organizationId} and conversation_id = any(${conversationIds}::uuid[])
    ), changes as (
      delete from message_changes
      where organization_id = ${organizationId} and conversation_id = any(${conversationIds}::uuid[])
    ), thoughts as (
      update turns set decision = null, draft = null, error = null, gate = null
      where organization_id = ${organizationId} and conversation_id = any(${conversationIds}::uuid[])
    ), traces as (
      delete from turn_traces x using turns t
      where t.organization_id = ${organizationId} and t.conversation_id = any(${conversationIds}::uuid[])
        and x.organization_id = t.organization_id and x.turn_id = t.id
    ), reasons as (
      update stage_changes set reason = 'erased'
      where organization_id = ${organizationId} and conversation_id = any(${conversationIds}::uuid[])
    )
    update bookings set requested_time = null, note = null, version = version + 1
    where organization_id = ${organizationId} and conversation_id = any(${conversationIds}::uuid[])`;
}

async function forgetLeads(change: Change, { organizationId, leadIds }: Traces): Promise<void> {
  await change.rows`
    with people as (
      update leads set name = null, named_by_team = false, username = null, email = null,
        company = null, referral = null, phones = '', has_bsuid = false, tags = '{}', fields = '{}',
        owner_id = null, maybe_same_as = null, erased_at = now(), version = version + 1
      where organization_id = ${organizationId} and id = any(${leadIds}::uuid[])
    )
    delete from lead_notes
    where organization_id = ${organizationId} and lead_id = any(${leadIds}::uuid[])`;
}

async function tellOfChats(
  change: Change,
  { organizationId, conversationIds }: Traces,
): Promise<LiveEvent[]> {
  const sql = change.fragment;
  const row = await change.first<{ events: LiveEvent[] }>`
    with told as (
      select * from conversations
      where organization_id = ${organizationId} and id = any(${conversationIds}::uuid[])
    ), news as (
      ${sql(outboxInsert(conversationNews("conversation.updated", "told")))}
    )
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}

import type { Change } from "../mutate.ts";
import type { Traces } from "./erase.ts";

/** What was written elsewhere about the person: logs, answers kept for repeats, entries given up. */
export async function forgetCopies(change: Change, traces: Traces): Promise<void> {
  await forgetAudit(change, traces);
  await forgetAnswers(change, traces);
  await forgetRaw(change, traces);
}

/** Who did what stays; what it was about goes. */
async function forgetAudit(change: Change, traces: Traces): Promise<void> {
  const { organizationId, leadIds, conversationIds } = traces;
  await change.rows`
    with things as (
      select 'lead' as resource, unnest(${leadIds}::uuid[]) as id
      union all select 'conversation', unnest(${conversationIds}::uuid[])
      union all select 'booking', id from bookings
        where organization_id = ${organizationId} and conversation_id = any(${conversationIds}::uuid[])
      union all select 'message', id from messages
        where organization_id = ${organizationId} and conversation_id = any(${conversationIds}::uuid[])
    )
    update audit_log a set before = null, after = null from things t
    where a.organization_id = ${organizationId} and a.resource = t.resource
      and a.resource_id = t.id::text and (a.before is not null or a.after is not null)`;
}

/** A repeat of an earlier request is refused from now on, rather than done again. */
async function forgetAnswers(change: Change, traces: Traces): Promise<void> {
  const { organizationId, leadIds, conversationIds } = traces;
  await change.rows`
    update idempotency_keys k set answer = null, request_hash = 'erased'
    where k.organization_id = ${organizationId} and exists (
      select 1 from unnest(${[...leadIds, ...conversationIds]}::uuid[]) as t(id)
      where strpos(k.answer::text, t.id::text) > 0)`;
}

/** Found by number or BSUID within the raw text, or by what a letter is about. */
async function forgetRaw(change: Change, traces: Traces): Promise<void> {
  const { organizationId, leadIds, conversationIds, values } = traces;
  await change.rows`
    delete from notices n
    where n.organization_id = ${organizationId} and exists (
      select 1 from unnest(${values}::text[]) as t(value) where strpos(n.raw::text, t.value) > 0)`;
  await change.rows`
    delete from dead_letters d
    where d.organization_id = ${organizationId} and (exists (
        select 1 from unnest(${values}::text[]) as t(value)
        where position(convert_to(t.value, 'UTF8') in d.entry) > 0
          or position(convert_to(t.value, 'UTF8') in d.edited_entry) > 0)
      or d.subject_id = any(${conversationIds}::uuid[])
      or d.subject_id in (select m.id from messages m where m.organization_id = ${organizationId}
        and m.conversation_id = any(${conversationIds}::uuid[])))`;
  // Events that are published already and only wait to be cleared away.
  await change.rows`
    delete from outbox o
    where o.organization_id = ${organizationId} and (
      o.entity_id = any(${[...leadIds, ...conversationIds]}::uuid[])
      or o.data ->> 'conversationId' = any(${conversationIds}::text[]))`;
}

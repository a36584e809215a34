import type { Actor, Principal } from "../../http/plugins/auth.ts";
import { requireVersion } from "../../http/plugins/versions.ts";
import { AppError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import { phoneOrNull } from "../../whatsapp/fields.ts";
import { phoneVariants } from "../../whatsapp/phone-variants.ts";
import type { Change, Mutate } from "../mutate.ts";
import { lockLead, requireMember, tellOfLeads } from "./locks.ts";
import type { Lead, LeadCreation, LeadEdit, TagsEdit } from "./model.ts";
import { withdrawOffers } from "./offers.ts";
import { getLead } from "./read.ts";
import { changedFields, changedTags, cleanTags } from "./rules.ts";

/** Who asks, and what of the request matters beside its body. */
export interface By {
  principal: Principal;
  actor: Actor;
  headers: { "if-match"?: string | undefined; "idempotency-key"?: string | undefined };
}

/**
 * Enters a lead by hand. Fails with `invalid_input` when nothing says who it is or the owner is no
 * member, and `conflict` when a lead has the number already.
 */
export async function createLead(
  mutate: Mutate,
  { principal, actor, headers }: By,
  body: LeadCreation,
): Promise<Lead> {
  const { organizationId } = actor;
  const { name, phone, email, company, ownerId = null, tags = [], fields = {} } = body;
  const digits = phone === undefined ? null : phoneOrNull(phone);
  if (name === undefined && digits === null && email === undefined) {
    throw new AppError("invalid_input", "Give a name, a phone number or an e-mail address.");
  }
  const id = newId();
  return await mutate(
    actor,
    async (change) => {
      await requireMember(change, organizationId, ownerId);
      await change.rows`
        insert into leads (organization_id, id, name, named_by_team, email, company, source, phones,
          tags, fields, owner_id)
        values (${organizationId}, ${id}, ${name?.trim() ?? null}, ${name !== undefined},
          ${email ?? null}, ${company?.trim() ?? null}, 'manual', ${digits ?? ""},
          ${cleanTags(tags)}::text[], ${change.json(changedFields({}, fields))}, ${ownerId})`;
      if (digits !== null) await addPhone(change, organizationId, id, digits);
      if (ownerId !== null) await noteOwner(change, [{ leadId: id, ownerId }], principal);
      const lead = await getLead(change, organizationId, id);
      change.audit({ action: "lead.created", resourceId: id, after: lead });
      await tellOfLeads(change, "lead.created", organizationId, [id]);
      return lead;
    },
    { key: headers["idempotency-key"], request: ["lead", body] },
  );
}

/** Waits for whoever is just writing the same number. */
async function addPhone(
  change: Change,
  organizationId: string,
  leadId: string,
  digits: string,
): Promise<void> {
  const added = await change.first`
    insert into lead_identities (organization_id, id, lead_id, kind, scope, value)
    select ${organizationId}, ${newId()}, ${leadId}, 'phone', '', ${digits}
    where not exists (select 1 from lead_identities
      where organization_id = ${organizationId} and kind = 'phone' and scope = ''
        and value = any(${phoneVariants(digits)}::text[]) and ended_at is null)
    on conflict do nothing returning id`;
  if (added) return;
  const other = await change.first<{ leadId: string }>`
    select lead_id from lead_identities
    where organization_id = ${organizationId} and kind = 'phone' and scope = ''
      and value = any(${phoneVariants(digits)}::text[]) and ended_at is null`;
  throw new AppError("conflict", `The lead ${other?.leadId ?? ""} has this number.`, { ...other });
}

/**
 * Changes what the team knows of a lead. Fails with `not_found`, `conflict` for a merged one,
 * `precondition_failed`, and `invalid_input` when the owner is no member or there is too much.
 */
export async function editLead(
  mutate: Mutate,
  { principal, actor, headers }: By,
  leadId: string,
  edit: LeadEdit,
): Promise<Lead> {
  const { organizationId } = actor;
  return await mutate(actor, async (change) => {
    await requireMember(change, organizationId, edit.ownerId);
    await lockLead(change, organizationId, leadId);
    const before = await getLead(change, organizationId, leadId);
    requireVersion(headers, before);
    const wanted = {
      ...before,
      ...edit,
      tags: edit.tags === undefined ? before.tags : cleanTags(edit.tags),
      fields: changedFields(before.fields, edit.fields ?? {}),
    };
    await change.rows`
      update leads set name = ${wanted.name?.trim() ?? null},
        named_by_team = case when ${edit.name !== undefined} then ${wanted.name !== null}
          else named_by_team end,
        email = ${wanted.email}, company = ${wanted.company?.trim() ?? null},
        owner_id = ${wanted.ownerId}, tags = ${wanted.tags}::text[],
        fields = ${change.json(wanted.fields)}, maybe_same_as = ${wanted.maybeSameAs},
        version = version + 1
      where organization_id = ${organizationId} and id = ${leadId}`;
    if (edit.maybeSameAs === null) await withdrawOffers(change, organizationId, [leadId]);
    if (wanted.ownerId !== before.ownerId) {
      await noteOwner(change, [{ leadId, ownerId: wanted.ownerId }], principal);
    }
    return await told(change, organizationId, before);
  });
}

/** Adds and removes tags; a tag in both stays. Fails as `editLead`. */
export async function editTags(
  mutate: Mutate,
  { actor, headers }: By,
  leadId: string,
  edit: TagsEdit,
): Promise<Lead> {
  const { organizationId } = actor;
  return await mutate(
    actor,
    async (change) => {
      await lockLead(change, organizationId, leadId);
      const before = await getLead(change, organizationId, leadId);
      const tags = changedTags(before.tags, edit);
      if (tags.join() === before.tags.join()) return before;
      await change.rows`
        update leads set tags = ${tags}::text[], version = version + 1
        where organization_id = ${organizationId} and id = ${leadId}`;
      return await told(change, organizationId, before);
    },
    { key: headers["idempotency-key"], request: ["lead tags", leadId, edit] },
  );
}

async function told(change: Change, organizationId: string, before: Lead): Promise<Lead> {
  const { id } = before;
  const after = await getLead(change, organizationId, id);
  change.audit({ action: "lead.updated", resourceId: id, before, after });
  await tellOfLeads(change, "lead.updated", organizationId, [id]);
  return after;
}

/** For the timeline: whose lead it is from now on. */
export async function noteOwner(
  change: Change,
  owners: readonly { leadId: string; ownerId: string | null }[],
  { organizationId, userId }: Principal,
): Promise<void> {
  await change.rows`
    insert into lead_events (organization_id, id, lead_id, kind, user_id, owner_id)
    select ${organizationId}, gen_random_uuid(), "leadId", 'assigned', ${userId}, "ownerId"
    from jsonb_to_recordset(${change.json(owners)}) as o("leadId" uuid, "ownerId" uuid)`;
}

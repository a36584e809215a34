import { AppError } from "../../lib/errors.ts";
import type { Change, Mutate } from "../mutate.ts";
import { requireMember, tellOfLeads } from "./locks.ts";
import type { BulkAnswer, BulkBody } from "./model.ts";
import { changedTags } from "./rules.ts";
import { type By, noteOwner } from "./service.ts";

interface Chosen {
  id: string;
  tags: string[];
  ownerId: string | null;
}

/**
 * Changes many leads in one commit, or none. Fails with `not_found` when one of them is not there or
 * was merged, and `invalid_input` as an edit of one.
 */
export async function changeMany(
  mutate: Mutate,
  { principal, actor, headers }: By,
  body: BulkBody,
): Promise<BulkAnswer> {
  const { organizationId } = actor;
  return await mutate(
    actor,
    async (change) => {
      await requireMember(change, organizationId, body.ownerId);
      const ids = body.ids.map((id) => id.toLowerCase());
      const before = await lockAll(change, organizationId, ids);
      const after = before.map((lead) => wanted(lead, body));
      const fresh = after.filter((lead, at) => differs(lead, before[at]));
      const owned = fresh.filter((lead) => lead.ownerId !== ownerOf(before, lead.id));
      await write(change, organizationId, fresh);
      await noteOwner(
        change,
        owned.map(({ id, ownerId }) => ({ leadId: id, ownerId })),
        principal,
      );
      for (const lead of fresh) {
        const old = before.find(({ id }) => id === lead.id);
        change.audit({ action: "lead.updated", resourceId: lead.id, before: old, after: lead });
      }
      const changedIds = fresh.map(({ id }) => id);
      await tellOfLeads(change, "lead.updated", organizationId, changedIds);
      return { changedIds };
    },
    { key: headers["idempotency-key"], request: ["leads", body] },
  );
}

async function lockAll(
  change: Change,
  organizationId: string,
  ids: readonly string[],
): Promise<Chosen[]> {
  const found = await change.rows<Chosen>`
    select id, tags, owner_id from leads
    where organization_id = ${organizationId} and id = any(${[...ids]}::uuid[])
      and erased_at is null and merged_into is null
    order by id for update`;
  const missing = ids.find((id) => !found.some((lead) => lead.id === id));
  if (missing === undefined) return found;
  throw new AppError("not_found", `There is no lead ${missing}; none was changed.`);
}

function wanted(lead: Chosen, { addTags, removeTags, ownerId }: BulkBody): Chosen {
  return {
    id: lead.id,
    tags: changedTags(lead.tags, {
      ...(addTags && { add: addTags }),
      ...(removeTags && { remove: removeTags }),
    }),
    ownerId: ownerId === undefined ? lead.ownerId : ownerId,
  };
}

function differs(after: Chosen, before: Chosen | undefined): boolean {
  return after.ownerId !== before?.ownerId || after.tags.join() !== before.tags.join();
}

function ownerOf(leads: readonly Chosen[], leadId: string): string | null | undefined {
  return leads.find(({ id }) => id === leadId)?.ownerId;
}

async function write(
  change: Change,
  organizationId: string,
  leads: readonly Chosen[],
): Promise<void> {
  await change.rows`
    update leads l set tags = n.tags, owner_id = n."ownerId", version = l.version + 1
    from jsonb_to_recordset(${change.json(leads)}) as n(id uuid, tags text[], "ownerId" uuid)
    where l.organization_id = ${organizationId} and l.id = n.id`;
}

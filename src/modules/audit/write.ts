import { isDeepStrictEqual } from "node:util";
import type { Transaction } from "../../db/transaction.ts";
import type { Actor } from "../../http/plugins/auth.ts";
import { newId } from "../../lib/ids.ts";
import { masked } from "./mask.ts";

/** What was done to one thing. */
export interface AuditEntry {
  /** `lead.updated`, `api_key.rotated`: the resource, then what became of it. */
  action: `${string}.${string}`;
  resourceId: string;
  /** In whose log: the actor's organization, unless another is named; null: the installation. */
  organizationId?: string | null;
  /** The row as it was, in full or in part; left out for a creation. */
  before?: object | undefined;
  /** The row as it is now; left out for a removal. */
  after?: object | undefined;
}

/** Who acted. Without an organization: on the installation itself. */
type AuditActor = Omit<Actor, "organizationId"> & { organizationId: string | null };

/** Writes one row for each entry, in the transaction of the change. */
export async function writeAudit(
  tx: Transaction,
  actor: AuditActor,
  entries: readonly AuditEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const { organizationId, kind, id, name, address, requestId } = actor;
  const rows = entries.map(({ action, resourceId, before, after, ...entry }) => ({
    id: newId(),
    organizationId: entry.organizationId === undefined ? organizationId : entry.organizationId,
    action,
    resource: action.slice(0, action.lastIndexOf(".")),
    resourceId,
    ...difference(before, after),
  }));
  await tx.rows`
    insert into audit_log (id, organization_id, actor_kind, actor_id, actor_name, action, resource,
      resource_id, before, after, address, request_id)
    select r.id, r."organizationId", ${kind}, ${id}, ${name}, r.action, r.resource, r."resourceId",
      r.before, r.after, ${address}, ${requestId}
    from jsonb_to_recordset(${tx.json(rows)}) as r(id uuid, "organizationId" uuid,
      action text, resource text, "resourceId" text, before jsonb, after jsonb)`;
}

/** Only what differs between the two, with secrets masked: that one changed shows, not what it is. */
function difference(
  before: object | undefined,
  after: object | undefined,
): { before: object | null; after: object | null } {
  const old = new Map(Object.entries(before ?? {}));
  const fresh = new Map(Object.entries(after ?? {}));
  const changed = (name: string) => !isDeepStrictEqual(old.get(name), fresh.get(name));
  const kept = (side: Map<string, unknown>) =>
    Object.fromEntries(
      [...side]
        .filter(([name]) => name !== "version" && (!(before && after) || changed(name)))
        .map(([name, value]) => [name, masked(name, value)]),
    );
  return { before: before ? kept(old) : null, after: after ? kept(fresh) : null };
}

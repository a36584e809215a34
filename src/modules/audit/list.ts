import type { Db } from "../../db/client.ts";
import { keyset, pageOf } from "../../db/keyset.ts";
import { utc } from "../../db/queries/public-state.ts";
import { instantOf } from "../../http/plugins/instants.ts";
import type { AuditEntry, AuditQuery } from "./model.ts";

const ROW = `a.id, ${utc("a.created_at")} as at,
  jsonb_build_object('kind', a.actor_kind, 'id', a.actor_id, 'name', a.actor_name) as actor,
  a.action, a.resource, a.resource_id, a.before, a.after, a.address, a.request_id`;

const sorts = { at: { sql: "a.created_at", type: "timestamptz" } } as const;

/**
 * One page of what happened, newest first: in an organization, or (null) to the installation itself.
 * Fails with `invalid_input` for a cursor that is not ours, or for no instant.
 */
export async function listAudit(
  db: Db,
  organizationId: string | null,
  { limit = 50, cursor, ...filters }: AuditQuery,
) {
  const { after, order, position } = keyset(db, { sorts, sort: "-at", id: "a.id", cursor });
  const whose =
    organizationId === null
      ? db.fragment("a.organization_id is null")
      : db.part`a.organization_id = ${organizationId}`;
  const where = conditions(db, filters).reduce((all, one) => db.part`${all} and ${one}`, whose);
  // The order is the index's whole one: without an organization Postgres would sort everything else.
  const rows = await db.rows<AuditEntry & { position: string }>`
    select ${db.fragment(ROW)}, ${position} as position from audit_log a
    where ${where} and ${after}
    order by a.organization_id desc, ${order} limit ${limit + 1}`;
  return pageOf(rows, limit);
}

function conditions(db: Db, { actorId, action, resource, resourceId, from, to }: AuditQuery) {
  return [
    ...(actorId === undefined ? [] : [db.part`a.actor_id = ${actorId}`]),
    ...(action === undefined ? [] : [db.part`a.action = ${action}`]),
    ...(resource === undefined ? [] : [db.part`a.resource = ${resource}`]),
    ...(resourceId === undefined ? [] : [db.part`a.resource_id = ${resourceId}`]),
    ...(from === undefined ? [] : [db.part`a.created_at >= ${instantOf(from)}`]),
    ...(to === undefined ? [] : [db.part`a.created_at < ${instantOf(to)}`]),
  ];
}

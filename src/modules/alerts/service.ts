import type { Db } from "../../db/client.ts";
import { keyset, pageOf } from "../../db/keyset.ts";
import { utc } from "../../db/queries/public-state.ts";
import type { Alert, AlertsQuery } from "./model.ts";

const ROW = `a.id, ${utc("a.created_at")} as at, a.kind, a.severity, a.text, a.integration_id`;

const sorts = { at: { sql: "a.created_at", type: "timestamptz" } } as const;

/** One page of an organization's alerts, newest first. Fails with `invalid_input` for a cursor that is not ours. */
export async function listAlerts(
  db: Db,
  organizationId: string,
  { limit = 50, cursor }: AlertsQuery,
) {
  const { after, order, position } = keyset(db, { sorts, sort: "-at", id: "a.id", cursor });
  const rows = await db.rows<Alert & { position: string }>`
    select ${db.fragment(ROW)}, ${position} as position from alerts a
    where a.organization_id = ${organizationId} and ${after}
    order by ${order} limit ${limit + 1}`;
  return pageOf(rows, limit);
}

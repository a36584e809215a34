import type { Db } from "../../db/client.ts";
import { keyset, pageOf } from "../../db/keyset.ts";
import { INVITATION_STATUS, INVITER } from "../../db/queries/invitations.ts";
import { utc } from "../../db/queries/public-state.ts";
import type { Transaction } from "../../db/transaction.ts";
import { AppError } from "../../lib/errors.ts";
import type { Change } from "../mutate.ts";
import type { Invitation, InvitationsQuery } from "./model.ts";

const INVITATION = `v.id, v.email, v.role, ${INVITATION_STATUS} as status,
  jsonb_build_object('id', v.invited_by, 'name', u.name) as invited_by,
  ${utc("v.created_at")} as created_at, ${utc("v.expires_at")} as expires_at,
  ${utc("v.accepted_at")} as accepted_at, v.version`;
const FROM = `from invitations v ${INVITER} join users u on u.id = v.invited_by`;

const sorts = { createdAt: { sql: "v.created_at", type: "timestamptz" } } as const;

/** One page of what was sent. Fails with `invalid_input` for a cursor that is not ours. */
export async function listInvitations(
  db: Db,
  organizationId: string,
  { limit = 50, cursor, status = "pending" }: InvitationsQuery,
) {
  const { after, order, position } = keyset(db, { sorts, sort: "-createdAt", id: "v.id", cursor });
  const rows = await db.rows<Invitation & { position: string }>`
    select ${db.fragment(INVITATION)}, ${position} as position ${db.fragment(FROM)}
    where v.organization_id = ${organizationId}
      and ${db.fragment(INVITATION_STATUS)} = ${status} and ${after}
    order by ${order} limit ${limit + 1}`;
  return pageOf(rows, limit);
}

/** Fails with `not_found`. */
export async function getInvitation(
  db: Pick<Transaction, "first" | "fragment">,
  organizationId: string,
  id: string,
): Promise<Invitation> {
  const row = await db.first<Invitation>`
    select ${db.fragment(INVITATION)} ${db.fragment(FROM)}
    where v.organization_id = ${organizationId} and v.id = ${id}`;
  if (!row) throw new AppError("not_found", "There is no such invitation.", { id });
  return row;
}

/** Fails with `not_found`. An acceptance that is under way comes first. */
export async function lockInvitation(
  change: Change,
  organizationId: string,
  id: string,
): Promise<Invitation> {
  await change.rows`
    select 1 from invitations where organization_id = ${organizationId} and id = ${id} for update`;
  return await getInvitation(change, organizationId, id);
}

import type { Db } from "../../db/client.ts";
import { INVITATION_STATUS, INVITER } from "../../db/queries/invitations.ts";
import { utc } from "../../db/queries/public-state.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Role } from "../../http/plugins/permissions.ts";
import { AppError } from "../../lib/errors.ts";
import { sha256 } from "../../lib/sha256.ts";
import type { Change } from "../mutate.ts";
import {
  type Identified,
  identify,
  keepPerson,
  type Visitor,
  visitingActor,
  wrongCredentials,
} from "./identify.ts";
import type { AcceptBody, InvitationPreview } from "./model.ts";
import { type AuthServiceDeps, type Opened, open } from "./service.ts";
import { startSession } from "./sessions.ts";

/** What the page of an invitation shows. Fails with `not_found` unless it can be accepted. */
export async function previewInvitation(
  { db, limits }: Pick<AuthServiceDeps, "db" | "limits">,
  token: string,
  { address }: Visitor,
): Promise<InvitationPreview> {
  await limits.link(address);
  const { id: _, organizationId: __, ...preview } = await findInvitation(db, token);
  return preview;
}

/**
 * Joins the organization with the invitation's role and signs in there: with a new account, or with the
 * password of the one that its address has. Fails with `not_found` unless the invitation is pending,
 * `unauthenticated` as a sign-in does, `invalid_input`, `conflict` for a member, `too_many_requests`.
 */
export async function acceptInvitation(
  deps: AuthServiceDeps,
  { token, name, password }: AcceptBody,
  visitor: Visitor,
): Promise<Opened> {
  const { db, mutate, limits } = deps;
  await limits.link(visitor.address);
  const { email, organizationId } = await findInvitation(db, token);
  const person = await identify(deps, { email, name, password }, visitor);
  const actor = visitingActor(person, visitor, organizationId);
  const session = await mutate(actor, async (change) => {
    const invitation = await lockInvitation(change, token);
    await keepPerson(change, person);
    await addMember(change, person, invitation);
    await change.rows`
      update invitations set accepted_at = now(), accepted_by = ${person.id}, version = version + 1
      where organization_id = ${organizationId} and id = ${invitation.id}`;
    const started = await startSession(change, person, organizationId, visitor);
    if (!started) throw wrongCredentials();
    return started;
  });
  return await open(deps, session);
}

interface Pending extends InvitationPreview {
  id: string;
  organizationId: string;
  role: Role;
}

async function findInvitation(
  db: Pick<Db, "first" | "fragment"> | Transaction,
  token: string,
): Promise<Pending> {
  const sql = db.fragment;
  const found = await db.first<Pending>`
    select v.id, v.organization_id, o.name as organization_name, v.email, v.role,
      ${sql(utc("v.expires_at"))} as expires_at, u.name as invited_by,
      exists (select 1 from users where email = v.email) as has_account
    from invitations v ${sql(INVITER)}
      join organizations o on o.id = v.organization_id join users u on u.id = v.invited_by
    where v.token_hash = ${sha256(token)} and ${sql(INVITATION_STATUS)} = 'pending'`;
  if (!found) {
    throw new AppError("not_found", "The invitation is unknown, used, revoked or too old.");
  }
  return found;
}

/** Of two who accept at once, the second finds it accepted. */
async function lockInvitation(change: Change, token: string): Promise<Pending> {
  await change.rows`select 1 from invitations where token_hash = ${sha256(token)} for update`;
  return await findInvitation(change, token);
}

/** A removed member comes back as the same person, in the role they were invited to now. */
async function addMember(
  change: Change,
  { id: userId, email }: Identified,
  { id: invitationId, organizationId, role }: Pending,
): Promise<void> {
  const joined = await change.first`
    insert into memberships as m (organization_id, user_id, role)
    values (${organizationId}, ${userId}, ${role})
    on conflict (organization_id, user_id) do update set role = excluded.role, removed_at = null,
      created_at = now(), version = m.version + 1
    where m.removed_at is not null
    returning m.user_id`;
  if (!joined) throw new AppError("conflict", "You are a member already.");
  change.audit({ action: "user.joined", resourceId: userId, after: { email, role, invitationId } });
}

import { randomBytes } from "node:crypto";
import type { Db } from "../../db/client.ts";
import { INVITATION_STATUS } from "../../db/queries/invitations.ts";
import type { Actor, Person } from "../../http/plugins/auth.ts";
import { type Role, roleAllows } from "../../http/plugins/permissions.ts";
import { AppError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import type { SendMail } from "../../lib/mail.ts";
import { sha256 } from "../../lib/sha256.ts";
import type { Change, Mutate } from "../mutate.ts";
import { invitationMail } from "./mail.ts";
import type { Invitation, InvitationCreation } from "./model.ts";
import { getInvitation, lockInvitation } from "./service.ts";

const TOKEN_PREFIX = "ll_invite_";
const LIFETIME_DAYS = 7;

export interface SendDeps {
  db: Db;
  mutate: Mutate;
  sendMail: SendMail;
  publicUrl: string;
  /** Counts a mail of the organization. Fails with `too_many_requests`. */
  limitMails(organizationId: string): Promise<void>;
}

interface By {
  principal: Person;
  actor: Actor;
  headers: { "idempotency-key"?: string | undefined };
}

/**
 * Invites an address. Fails with `forbidden` when somebody else than an owner invites an owner, and
 * with `conflict` for a member or an address that is invited already.
 */
export async function createInvitation(
  deps: SendDeps,
  by: By,
  { email: given, role }: InvitationCreation,
): Promise<Invitation> {
  const { organizationId, userId } = by.principal;
  const email = given.toLowerCase();
  return await sendOnce(deps, by, ["invitation", "create", email, role], async (change, hash) => {
    await requireInviter(change, by.principal, role);
    await requireStranger(change, organizationId, email);
    const id = newId();
    const made = await change.first`
      insert into invitations (organization_id, id, email, role, token_hash, invited_by, expires_at)
      values (${organizationId}, ${id}, ${email}, ${role}, ${hash}, ${userId},
        now() + ${LIFETIME_DAYS} * interval '1 day')
      on conflict do nothing returning id`;
    if (!made) throw new AppError("conflict", "The address is invited already.");
    const after = await getInvitation(change, organizationId, id);
    change.audit({ action: "invitation.created", resourceId: id, after });
    return after;
  });
}

/** Sends another link; the one before is dead. Fails with `not_found` and as `createInvitation`. */
export async function resendInvitation(deps: SendDeps, by: By, id: string): Promise<Invitation> {
  const { organizationId, userId } = by.principal;
  return await sendOnce(deps, by, ["invitation", "resend", id], async (change, hash) => {
    const before = await lockInvitation(change, organizationId, id);
    if (before.status !== "pending" && before.status !== "expired") {
      throw new AppError("conflict", `The invitation is ${before.status}.`, { id });
    }
    await requireInviter(change, by.principal, before.role);
    await change.rows`
      update invitations set token_hash = ${hash}, invited_by = ${userId}, version = version + 1,
        expires_at = now() + ${LIFETIME_DAYS} * interval '1 day'
      where organization_id = ${organizationId} and id = ${id}`;
    const after = await getInvitation(change, organizationId, id);
    change.audit({ action: "invitation.resent", resourceId: id, before, after });
    return after;
  });
}

/** The mail goes out after the commit, and only for the request that made the token. */
async function sendOnce(
  { db, mutate, sendMail, publicUrl, limitMails }: SendDeps,
  { principal, actor, headers }: By,
  request: unknown,
  work: (change: Change, tokenHash: string) => Promise<Invitation>,
): Promise<Invitation> {
  const { organizationId } = principal;
  await limitMails(organizationId);
  let token: string | undefined;
  const invitation = await mutate(
    actor,
    async (change) => {
      token = `${TOKEN_PREFIX}${randomBytes(32).toString("base64url")}`;
      return await work(change, sha256(token));
    },
    { key: headers["idempotency-key"], request },
  );
  if (token !== undefined) {
    const organization = await db.first<{ name: string }>`
      select name from organizations where id = ${organizationId}`;
    const link = `${publicUrl}/invitation#${token}`;
    sendMail(invitationMail(invitation, organization?.name ?? "", link));
  }
  return invitation;
}

/** By the role as it is now, not as it was when the request came in: the row is held. */
async function requireInviter(
  change: Change,
  { organizationId, userId }: Person,
  role: Role,
): Promise<void> {
  const me = await change.first<{ role: Role }>`
    select role from memberships
    where organization_id = ${organizationId} and user_id = ${userId} and removed_at is null
    for share`;
  if (!me || !roleAllows(me.role, "users:write")) {
    throw new AppError("forbidden", "You may not invite people any more.");
  }
  if (role === "owner" && me.role !== "owner") {
    throw new AppError("forbidden", "Only owners invite owners.");
  }
}

/** Nobody who is here already, and what was sent before and is dead gives way. */
async function requireStranger(
  change: Change,
  organizationId: string,
  email: string,
): Promise<void> {
  const member = await change.first`
    select 1 from users u join memberships m on m.user_id = u.id
    where u.email = ${email} and m.organization_id = ${organizationId} and m.removed_at is null`;
  if (member) throw new AppError("conflict", "They are a member already.");
  await change.rows`
    update invitations v set revoked_at = now(), version = v.version + 1
    from memberships i
    where i.organization_id = v.organization_id and i.user_id = v.invited_by
      and v.organization_id = ${organizationId} and v.email = ${email}
      and v.accepted_at is null and v.revoked_at is null
      and ${change.fragment(INVITATION_STATUS)} <> 'pending'`;
}

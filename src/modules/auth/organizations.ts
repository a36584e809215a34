import type { Db } from "../../db/client.ts";
import { utc } from "../../db/queries/public-state.ts";
import type { Actor, Person } from "../../http/plugins/auth.ts";
import { AppError } from "../../lib/errors.ts";
import type { OwnOrganization } from "./model.ts";
import { type AuthServiceDeps, type Opened, open } from "./service.ts";
import { type Device, endSessions, startSession } from "./sessions.ts";

/** Where the person is a member now, in the order in which they joined. */
export async function listOrganizations(
  db: Db,
  { userId, organizationId }: Person,
): Promise<OwnOrganization[]> {
  return await db.rows<OwnOrganization>`
    select o.id, o.name, m.role, ${db.fragment(utc("m.created_at"))} as joined_at,
      o.id = ${organizationId} as is_current
    from memberships m join organizations o on o.id = m.organization_id
    where m.user_id = ${userId} and m.removed_at is null
    order by m.created_at, o.id limit 100`;
}

/**
 * Ends the session and starts one in another organization of the person. Fails with `not_found` where
 * they are no member, and with `unauthenticated` when the session has just ended otherwise.
 */
export async function switchOrganization(
  deps: AuthServiceDeps,
  { userId, sessionId }: Person,
  actor: Actor,
  organizationId: string,
  device: Device,
): Promise<Opened> {
  const session = await deps.mutate(actor, async (change) => {
    // A new password and a sign-out everywhere wait for this, then end the new session too.
    const user = await change.first<{ id: string; passwordHash: string }>`
      select id, password_hash from users where id = ${userId} for share`;
    const ended = await endSessions(change, userId, "switched", { only: sessionId });
    if (!user || ended === 0) throw new AppError("unauthenticated", "The session has ended.");
    const started = await startSession(change, user, organizationId, device);
    if (!started) throw new AppError("not_found", "There is no such organization of yours.");
    change.audit({ action: "session.ended", resourceId: sessionId, after: { reason: "switched" } });
    return started;
  });
  return await open(deps, session);
}

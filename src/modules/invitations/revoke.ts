import type { Actor, Person } from "../../http/plugins/auth.ts";
import { requireVersion } from "../../http/plugins/versions.ts";
import { AppError } from "../../lib/errors.ts";
import type { Mutate } from "../mutate.ts";
import { getInvitation, lockInvitation } from "./service.ts";

interface By {
  principal: Person;
  actor: Actor;
  headers: { "if-match"?: string | undefined };
}

/** Kills the link. Fails with `not_found`, `precondition_failed`, and `conflict` when it was used. */
export async function revokeInvitation(
  mutate: Mutate,
  { principal: { organizationId }, actor, headers }: By,
  id: string,
): Promise<void> {
  await mutate(actor, async (change) => {
    const before = await lockInvitation(change, organizationId, id);
    requireVersion(headers, before);
    if (before.status === "accepted") {
      throw new AppError("conflict", "It was accepted: remove the member instead.", { id });
    }
    const revoked = await change.first`
      update invitations set revoked_at = now(), version = version + 1
      where organization_id = ${organizationId} and id = ${id} and revoked_at is null
      returning id`;
    if (!revoked) return;
    const after = await getInvitation(change, organizationId, id);
    change.audit({ action: "invitation.revoked", resourceId: id, before, after });
  });
}

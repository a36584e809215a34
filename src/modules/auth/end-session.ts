import type { Actor, Person } from "../../http/plugins/auth.ts";
import type { Mutate } from "../mutate.ts";
import { type EndReason, endSessions } from "./sessions.ts";

/** Ends the person's session, unless it has ended already, which is then no news. */
export async function endSession(
  mutate: Mutate,
  actor: Actor,
  { userId, sessionId }: Pick<Person, "userId" | "sessionId">,
  reason: EndReason,
): Promise<boolean> {
  return await mutate(actor, async (change) => {
    const ended = await endSessions(change, userId, reason, { only: sessionId });
    if (ended === 0) return false;
    change.audit({ action: "session.ended", resourceId: sessionId, after: { reason } });
    return true;
  });
}

import { withDeadline } from "../lib/deadline.ts";
import { errorMessage } from "../lib/errors.ts";
import type { RealtimeDeps } from "./deps.ts";
import { closeCodes } from "./protocol.ts";
import type { Seat } from "./seat.ts";

const DEADLINE_MS = 1_500;

/**
 * Closes the sockets of sessions that have ended. While Postgres is away nobody can be signed out,
 * here or elsewhere, and the sockets stay.
 */
export async function closeEnded(
  seats: Iterable<Seat>,
  deps: Pick<RealtimeDeps, "livingSessions" | "log">,
): Promise<void> {
  const asked = [...seats];
  if (asked.length === 0) return;
  const ids = [...new Set(asked.map(({ identity }) => identity.sessionId))];
  try {
    const living = await withDeadline(deps.livingSessions(ids), DEADLINE_MS, "Postgres");
    const bySession = new Map(living.map((principal) => [principal.sessionId, principal]));
    for (const seat of asked) {
      const renewed = bySession.get(seat.identity.sessionId);
      if (renewed) seat.identity = renewed;
      else seat.socket.close(closeCodes.sessionEnded, "session ended");
    }
  } catch (error) {
    deps.log.warn({ error: errorMessage(error) }, "sessions of live sockets not checked");
  }
}

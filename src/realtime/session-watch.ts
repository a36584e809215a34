import { withDeadline } from "../lib/deadline.ts";
import type { RealtimeDeps } from "./deps.ts";
import { closeCodes } from "./protocol.ts";
import type { Seat } from "./seat.ts";

/** Every session is asked about once in this time. */
const ROUND_MS = 800;
const ROUND_STEPS = 8;
/** `checkSome` is to be called this often. */
export const STEP_MS = ROUND_MS / ROUND_STEPS;
/** Fewer sessions than this are not worth a step of their own. */
const MIN_SESSIONS = 200;
const DEADLINE_MS = 1_500;

/**
 * Closes the sockets of sessions that have ended. Asks about some at a time: the answer about 5,000
 * sessions kept everybody's frames waiting for 8 ms (of 250: 2 ms).
 */
export class SessionWatch {
  readonly #living: RealtimeDeps["livingSessions"];
  #due: (readonly [sessionId: string, seats: readonly Seat[]])[] = [];
  #perStep = MIN_SESSIONS;
  #roundAtMs = Number.NEGATIVE_INFINITY;

  constructor({ livingSessions }: Pick<RealtimeDeps, "livingSessions">) {
    this.#living = livingSessions;
  }

  /**
   * Asks about the next sessions, if any are due. Rejects while Postgres is away: nobody can be signed
   * out then, here or elsewhere, and the sockets stay.
   */
  async checkSome(seats: Iterable<Seat>): Promise<void> {
    if (this.#due.length === 0) this.#beginRound(seats);
    const asked = this.#due.splice(0, this.#perStep);
    if (asked.length === 0) return;
    const ids = asked.map(([sessionId]) => sessionId);
    const living = await withDeadline(this.#living(ids), DEADLINE_MS, "Postgres");
    const bySession = new Map(living.map((principal) => [principal.sessionId, principal]));
    for (const [sessionId, group] of asked) {
      const renewed = bySession.get(sessionId);
      for (const seat of group) {
        if (renewed) seat.identity = renewed;
        else seat.socket.close(closeCodes.sessionEnded, "session ended");
      }
    }
  }

  #beginRound(seats: Iterable<Seat>): void {
    const nowMs = performance.now();
    if (nowMs - this.#roundAtMs < ROUND_MS) return;
    this.#roundAtMs = nowMs;
    this.#due = [...Map.groupBy(seats, ({ identity }) => identity.sessionId)];
    this.#perStep = Math.max(MIN_SESSIONS, Math.ceil(this.#due.length / ROUND_STEPS));
  }
}

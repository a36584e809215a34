import { withinTime } from "../lib/deadline.ts";
import { createPlaces } from "../lib/places.ts";
import { afterAsking, afterFailure, CLOSED, type ModelBreaker, PATIENCE_MS } from "./breaker.ts";
import type { Failure } from "./transport-failure.ts";

/** More of one organization than that are turned away at once: they would not get their turn in time. */
const WAITING_OF_ONE_ORGANIZATION = 200;
/** Of all places, what one organization may hold. */
const SHARE_OF_ONE_ORGANIZATION = 0.75;

interface Way {
  organizationId: string;
  model: string;
  /** The wait counts against it. */
  timeLeftMs(): number;
  signal: AbortSignal;
}

/** Who may ask one server now: so many at once, fairly by organization, and nobody while a model rests. */
export interface Traffic {
  /**
   * The result of `ask`, or the failure that stands for a call that was not made. A call that failed for
   * want of an answer counts against its model.
   */
  pass<T extends { kind: string }>(way: Way, ask: () => Promise<T | Failure>): Promise<T | Failure>;
}

interface Asked {
  atMs: number;
  isTrial: boolean;
}

interface TrafficOptions {
  /** Calls of this process at once. */
  concurrency: number;
  /** Told when a model's breaker opens and closes. */
  onBreaker?: (model: string, open: boolean) => void;
  /** Milliseconds that only go forward. */
  monotonicMs?: () => number;
}

/** One per server: what its models suffer, its places are shared by all who ask it. */
export function createTraffic({
  concurrency,
  onBreaker = () => {},
  monotonicMs = () => performance.now(),
}: TrafficOptions): Traffic {
  const ofOneKey = Math.ceil(concurrency * SHARE_OF_ONE_ORGANIZATION);
  const places = createPlaces({ total: concurrency, ofOneKey });
  const breakers = new Map<string, ModelBreaker>();
  const of = (model: string) => breakers.get(model) ?? CLOSED;

  function set(model: string, next: ModelBreaker): void {
    const wasOpen = of(model).restMs > 0;
    breakers.set(model, next);
    if (wasOpen !== next.restMs > 0) onBreaker(model, !wasOpen);
  }

  function note(model: string, result: { kind: string } | Failure, asked: Asked): void {
    const nowMs = monotonicMs();
    if (!isFailure(result) || result.permanent) {
      set(model, CLOSED);
    } else if (isToBlame(result, nowMs - asked.atMs)) {
      const { retryAfterMs } = result;
      set(model, afterFailure(of(model), nowMs, { retryAfterMs, wasTrial: asked.isTrial }));
    }
  }

  return {
    async pass({ organizationId, model, timeLeftMs, signal }, ask) {
      const place = await withinTime({ deadlineMs: timeLeftMs(), stop: signal }, (cut) =>
        places.take(organizationId, { waitingAtMost: WAITING_OF_ONE_ORGANIZATION, signal: cut }),
      );
      if (place === undefined) return notMade("timeout", "no_place", null);
      try {
        const atMs = monotonicMs();
        const breaker = of(model);
        const asking = afterAsking(breaker, atMs);
        if (asking === null) return notMade("error", "resting", restOf(breaker, atMs));
        breakers.set(model, asking);
        const result = await ask();
        note(model, result, { atMs, isTrial: breaker.restMs > 0 });
        return result;
      } finally {
        place.release();
      }
    },
  };
}

/** Null while a trial is under way: it may end at any moment. */
function restOf({ restsUntilMs }: ModelBreaker, nowMs: number): number | null {
  return restsUntilMs > nowMs ? Math.ceil(restsUntilMs - nowMs) : null;
}

function isFailure(result: { kind: string } | Failure): result is Failure {
  return result.kind === "failure";
}

function isToBlame({ outcome }: Failure, tookMs: number): boolean {
  if (outcome === "aborted") return false;
  return outcome !== "timeout" || tookMs >= PATIENCE_MS;
}

function notMade(
  outcome: Failure["outcome"],
  errorClass: string,
  retryAfterMs: number | null,
): Failure {
  return { kind: "failure", outcome, errorClass, retryAfterMs, permanent: false };
}

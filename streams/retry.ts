import { hash32 } from "./hash.ts";
import type { DeadClass } from "./messages.ts";

/** One row of the table: what follows when work of a class fails. */
interface RetryPolicy {
  /**
   * What holds the wait, so that it survives a restart: the pending entry, the row it is about (and a
   * wake-up in `delayed`), or a breaker that is open. `none`: there is no wait.
   */
  readonly keptBy: "entry" | "row" | "breaker" | "none";
  /** The first wait, what each later one is multiplied by, and the longest. */
  readonly baseMs: number;
  readonly factor: number;
  readonly capMs: number;
  /** Share of the wait that an entry's own jitter may take off it. */
  readonly jitter: number;
  readonly spendsTry: boolean;
  /** Tries in all. `stream`: the number of the topology; null: it is never given up. */
  readonly maxTries: number | "stream" | null;
  /** The longest pause that the other side is granted if it asks for one; null: none asks. */
  readonly retryAfterCapMs: number | null;
  /** Once no try is left. `fail`: the row says so, and a person is asked to look. */
  readonly end: "bury" | "fail" | "drop" | "never";
  readonly buriedAs: DeadClass | null;
}

/** No wait, no jitter, nobody to ask for a pause, and no end of its own. */
const atOnce = {
  keptBy: "none",
  baseMs: 0,
  factor: 1,
  capMs: 0,
  jitter: 0,
  spendsTry: true,
  maxTries: null,
  retryAfterCapMs: null,
  end: "never",
  buriedAs: null,
} as const satisfies RetryPolicy;

/** How work of each class is tried again: the only place that knows. */
export const retryPolicies = {
  /** The handler failed; a later try may succeed. Longer waits belong on the row. */
  transient: {
    ...atOnce,
    ...{ keptBy: "entry", baseMs: 1_000, factor: 2, capMs: 60_000, jitter: 0.5 },
    ...{ maxTries: "stream", end: "bury", buriedAs: "exhausted" },
  },
  /** What it needs is away: its breaker opens, the work waits and goes on when that closes. */
  dependency: { ...atOnce, keptBy: "breaker", spendsTry: false, retryAfterCapMs: 60_000 },
  /** No later try can succeed. */
  poison: { ...atOnce, maxTries: 1, end: "bury", buriedAs: "poison" },
  /** It is no entry of its stream; it never reaches a handler. */
  malformed: { ...atOnce, maxTries: 0, end: "bury", buriedAs: "malformed" },
  /** Its owner died with it, or its handler hung. */
  crashed: { ...atOnce, maxTries: "stream", end: "bury", buriedAs: "crashed" },
  /** Its owner stopped in order, or the reply that brought it was lost. */
  interrupted: { ...atOnce, spendsTry: false },
  /** Its bytes were deleted while it was pending: nothing is left to bury. Counted. */
  vanished: { ...atOnce, maxTries: 0, end: "drop" },
  /** A conversation's turn, or the reading of a voice note, failed. After this many a lead waits too long not to have a person called. */
  turn: {
    ...atOnce,
    ...{ keptBy: "row", baseMs: 1_000, factor: 4, capMs: 60_000, jitter: 0.5 },
    ...{ maxTries: 5, retryAfterCapMs: 60_000, end: "bury", buriedAs: "poison" },
  },
  /** A file could not be fetched or erased: over three hours, because Meta keeps it for seven days. */
  media: {
    ...atOnce,
    ...{ keptBy: "row", baseMs: 1_000, factor: 4, capMs: 3_600_000, jitter: 0.5 },
    ...{ maxTries: 10, retryAfterCapMs: 3_600_000, end: "bury", buriedAs: "poison" },
  },
  /** Meta certainly did not take a message. What Meta asks for may be long; messages expire anyhow. */
  send: {
    ...atOnce,
    ...{ keptBy: "row", baseMs: 1_000, factor: 4, capMs: 60_000, jitter: 0.5 },
    ...{ maxTries: 8, retryAfterCapMs: 3_600_000, end: "fail" },
  },
} as const satisfies Record<string, RetryPolicy>;

export type RetryClass = keyof typeof retryPolicies;

function policyOf(name: RetryClass): RetryPolicy {
  return retryPolicies[name];
}

/** The longest wait between two tries of an entry. */
export const MAX_DELAY_MS = retryPolicies.transient.capMs;

/** Idle time that makes an entry due at once, whatever its tries. */
export const DUE_NOW_IDLE_MS = 10 * MAX_DELAY_MS;

/** The whole wait after the n-th try, before jitter. */
export function stepMs(name: RetryClass, tries: number): number {
  const { baseMs, factor, capMs } = policyOf(name);
  return tries <= 0 ? 0 : Math.min(baseMs * factor ** Math.min(tries - 1, 16), capMs);
}

/**
 * How long work waits after its n-th try, or as long as the other side asked if that is longer. The
 * jitter comes from `key` (the entry's or row's id), so that looking again and again does not roll it
 * again and again.
 */
export function retryDelayMs(
  name: RetryClass,
  { tries, key, retryAfterMs = 0 }: { tries: number; key: string; retryAfterMs?: number },
): number {
  const { jitter, retryAfterCapMs } = policyOf(name);
  const share = 1 - jitter + (jitter * hash32(key)) / 2 ** 32;
  const ownMs = Math.floor(stepMs(name, tries) * share);
  return Math.max(ownMs, Math.min(retryAfterMs, retryAfterCapMs ?? 0));
}

/** How long a failed entry waits in `~retry` after its n-th try. */
export function backoffMs(tries: number, id: string): number {
  return retryDelayMs("transient", { tries, key: id });
}

/** Whether the n-th try was the last. `streamTries`: the topology's number. */
export function isLastTry(
  name: RetryClass,
  tries: number,
  streamTries: number | null = null,
): boolean {
  const { maxTries } = policyOf(name);
  const limit = maxTries === "stream" ? streamTries : maxTries;
  return limit !== null && tries >= limit;
}

/** The delivery count that an entry gets when it is delivered again after such an end of a delivery. */
export function triesAfter(name: RetryClass, tries: number): number {
  return policyOf(name).spendsTry ? tries + 1 : tries;
}

/** What a handler's error means. */
export interface Verdict {
  readonly class: "transient" | "dependency" | "poison";
  /** Which dependency is away; one of those handed to `startConsumers`. */
  readonly dependency?: string | undefined;
  /** For a dependency: how long it asked to be left alone. Other waits belong on the row. */
  readonly retryAfterMs?: number | undefined;
}

/** How a delivery ended that did not resolve. */
export interface Failure extends Omit<Verdict, "class"> {
  readonly class: RetryClass;
}

/** What becomes of a failed entry. */
export type Fate =
  | { kind: "retry" }
  | { kind: "wait"; dependency: string; holdMs: number }
  | { kind: "bury"; class: DeadClass }
  | { kind: "drop" };

/** Decides over one failed entry. `streamTries` null: it is never given up for failing too often. */
export function fateOf(failure: Failure, tries: number, streamTries: number | null): Fate {
  const { dependency } = failure;
  // Whoever names no dependency that could be waited for has just failed.
  const name =
    failure.class === "dependency" && dependency === undefined ? "transient" : failure.class;
  const { keptBy, end, buriedAs } = policyOf(name);
  if (keptBy === "breaker" && dependency !== undefined) {
    const asked = { tries, key: dependency, retryAfterMs: failure.retryAfterMs ?? 0 };
    return { kind: "wait", dependency, holdMs: retryDelayMs(name, asked) };
  }
  if (!isLastTry(name, tries, streamTries)) return { kind: "retry" };
  if (end === "drop") return { kind: "drop" };
  return { kind: "bury", class: buriedAs ?? "exhausted" };
}

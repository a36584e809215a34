import { hash32 } from "./hash.ts";
import type { DeadClass } from "./messages.ts";

const BASE_DELAY_MS = 1_000;
/** Longer waits belong on the row, with the entry acknowledged and a wake-up scheduled. */
export const MAX_DELAY_MS = 60_000;

/** Idle time that makes an entry due at once, whatever its tries. */
export const DUE_NOW_IDLE_MS = 10 * MAX_DELAY_MS;

/**
 * How long an entry waits after its n-th try: doubling, between half and the whole of the step. The
 * jitter comes from the id, so that looking again and again does not roll it again and again.
 */
export function backoffMs(tries: number, id: string): number {
  if (tries <= 0) return 0;
  const stepMs = Math.min(BASE_DELAY_MS * 2 ** Math.min(tries - 1, 16), MAX_DELAY_MS);
  return Math.floor(stepMs * (0.5 + hash32(id) / 2 ** 33));
}

/** What a handler's error means. */
export interface Verdict {
  /**
   * transient: try again later. dependency: it is away, the try does not count. poison: no later
   * try can succeed.
   */
  readonly class: "transient" | "dependency" | "poison";
  /** Which dependency is away; one of those handed to `startConsumers`. */
  readonly dependency?: string | undefined;
  /** For a dependency: how long it asked to be left alone. Other waits belong on the row. */
  readonly retryAfterMs?: number | undefined;
}

/** What becomes of a failed entry. */
export type Fate =
  | { kind: "retry" }
  | { kind: "wait"; dependency: string; holdMs: number }
  | { kind: "bury"; class: DeadClass };

/** Decides over one failed entry. `maxTries` null: it is never given up for failing too often. */
export function fateOf(verdict: Verdict, tries: number, maxTries: number | null): Fate {
  if (verdict.class === "dependency" && verdict.dependency !== undefined) {
    return { kind: "wait", dependency: verdict.dependency, holdMs: verdict.retryAfterMs ?? 0 };
  }
  if (verdict.class === "poison") return { kind: "bury", class: "poison" };
  if (maxTries !== null && tries >= maxTries) return { kind: "bury", class: "exhausted" };
  return { kind: "retry" };
}

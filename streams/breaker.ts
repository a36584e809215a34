import { messageOf } from "./errors.ts";
import type { Log } from "./ports.ts";

const PROBE_EVERY_MS = 1_000;
const PROBE_DEADLINE_MS = 3_000;

/** First wait before probing; doubles while the dependency opens again soon after it closed. */
const MIN_HOLD_MS = 250;
const MAX_HOLD_MS = 5_000;
const STEADY_AFTER_MS = 30_000;

/** Rejects while the dependency is away. */
export type Probe = () => Promise<void>;

interface Breaker {
  open: boolean;
  /** The current wait before the first probe; kept over closings, so flapping slows down. */
  holdMs: number;
  closedAt: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/**
 * One breaker per dependency. Open = the dependency is away: whoever needs it takes no work, so an
 * outage costs no tries. A probe closes it; `onChange` then lets the waiting work go on.
 */
export class Breakers {
  readonly #probes: Readonly<Record<string, Probe>>;
  readonly #log: Log;
  readonly #onChange: (name: string, open: boolean) => void;
  readonly #breakers = new Map<string, Breaker>();
  #stopped = false;

  constructor(
    probes: Readonly<Record<string, Probe>>,
    log: Log,
    onChange: (name: string, open: boolean) => void,
  ) {
    this.#probes = probes;
    this.#log = log;
    this.#onChange = onChange;
  }

  /** Whether a dependency of this name was handed in. */
  knows(name: string): boolean {
    return Object.hasOwn(this.#probes, name);
  }

  anyOpen(names: readonly string[]): boolean {
    return names.some((name) => this.#breakers.get(name)?.open === true);
  }

  /** Opens a breaker for at least `holdMs`; probing starts after that. */
  trip(name: string, error: unknown, holdMs: number): void {
    const breaker = this.#of(name);
    if (breaker.open || this.#stopped) return;
    const steady = performance.now() - breaker.closedAt > STEADY_AFTER_MS;
    breaker.holdMs = steady ? MIN_HOLD_MS : Math.min(breaker.holdMs * 2, MAX_HOLD_MS);
    breaker.open = true;
    this.#log.warn({ dependency: name, error: messageOf(error) }, "dependency away; work waits");
    this.#onChange(name, true);
    this.#probeIn(name, breaker, Math.max(breaker.holdMs, holdMs));
  }

  stop(): void {
    this.#stopped = true;
    for (const breaker of this.#breakers.values()) clearTimeout(breaker.timer);
  }

  #of(name: string): Breaker {
    const known = this.#breakers.get(name);
    if (known) return known;
    const breaker: Breaker = {
      open: false,
      holdMs: MIN_HOLD_MS,
      closedAt: Number.NEGATIVE_INFINITY,
      timer: undefined,
    };
    this.#breakers.set(name, breaker);
    return breaker;
  }

  #probeIn(name: string, breaker: Breaker, delayMs: number): void {
    if (this.#stopped) return;
    breaker.timer = setTimeout(() => {
      this.#probe(name).then(
        () => this.#close(name, breaker),
        () => this.#probeIn(name, breaker, PROBE_EVERY_MS),
      );
    }, delayMs);
  }

  async #probe(name: string): Promise<void> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error("no answer")), PROBE_DEADLINE_MS);
    try {
      await Promise.race([this.#probes[name]?.(), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #close(name: string, breaker: Breaker): void {
    if (this.#stopped) return;
    breaker.open = false;
    breaker.closedAt = performance.now();
    this.#log.info({ dependency: name }, "dependency back; work goes on");
    this.#onChange(name, false);
  }
}

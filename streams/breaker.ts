import type { Log } from "./ports.ts";
import { type Leave, Ramp } from "./ramp.ts";

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
  /** `performance.now()` times. */
  openedAt: number;
  closedAt: number;
  timer: ReturnType<typeof setTimeout> | undefined;
  readonly ramp: Ramp;
}

/**
 * One breaker per dependency. Open = the dependency is away: whoever needs it takes no work, so an
 * outage costs no tries. A probe closes it; `onChange` then lets the waiting work go on, and its ramp
 * sees to it that it does not go on all at once.
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

  /** For how long each dependency has been away. */
  openForMs(): ReadonlyMap<string, number> {
    const open = [...this.#breakers].filter(([, breaker]) => breaker.open);
    return new Map(open.map(([name, { openedAt }]) => [name, performance.now() - openedAt]));
  }

  /** Whether one of them was away a moment ago: entries then run one by one, by `admit`. */
  anyRamping(names: readonly string[]): boolean {
    return names.some((name) => this.#breakers.get(name)?.ramp.isLimited === true);
  }

  /** Has an entry that needs all of these `run`, or `stepBack` if one is away again by its turn. */
  async admit(
    names: readonly string[],
    run: () => Promise<void>,
    stepBack: () => void,
  ): Promise<void> {
    if (!this.anyRamping(names)) return await run();
    const leaves: Leave[] = [];
    for (const name of names) leaves.push(await this.#of(name).ramp.enter());
    if (this.anyOpen(names)) stepBack();
    else await run();
    for (const leave of leaves) leave();
  }

  /** Opens a breaker for at least `holdMs`; probing starts after that. */
  trip(name: string, reason: string, holdMs: number): void {
    const breaker = this.#of(name);
    if (breaker.open || this.#stopped) return;
    const steady = performance.now() - breaker.closedAt > STEADY_AFTER_MS;
    breaker.holdMs = steady ? MIN_HOLD_MS : Math.min(breaker.holdMs * 2, MAX_HOLD_MS);
    breaker.open = true;
    breaker.openedAt = performance.now();
    breaker.ramp.end();
    this.#log.warn({ dependency: name, error: reason }, "dependency away; work waits");
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
      openedAt: 0,
      closedAt: Number.NEGATIVE_INFINITY,
      timer: undefined,
      ramp: new Ramp(),
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
    breaker.ramp.begin();
    this.#log.info({ dependency: name }, "dependency back; work goes on");
    this.#onChange(name, false);
  }
}

import type { TailEvent } from "../../streams/tail.ts";
import { compareIds, type Position, parseCursor } from "./cursor.ts";
import { LoggedEvent } from "./frames.ts";

/**
 * The newest events of one partition, without a gap between `base` and the newest: whoever stands at
 * or after `base` can be told from here what it missed, without asking Redis.
 */
export class History {
  readonly #capacity: number;
  #base: Position | undefined;
  #newest: Position | undefined;
  #events: LoggedEvent[] = [];

  /** `capacity` is how many events are kept at least; up to twice as many are. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Where this process stands; undefined until it has found the stream. */
  get newest(): Position | undefined {
    return this.#newest;
  }

  get base(): Position | undefined {
    return this.#base;
  }

  /** Forgets everything: what comes next follows `cursor`. */
  restart(cursor: string): void {
    this.#base = parseCursor(cursor);
    this.#newest = this.#base;
    this.#events = [];
  }

  /** Adds what followed the newest. */
  append(events: readonly TailEvent[]): readonly LoggedEvent[] {
    const logged = events.flatMap(toLogged);
    for (const event of logged) this.#events.push(event);
    this.#newest = logged.at(-1)?.position ?? this.#newest;
    if (this.#events.length > 2 * this.#capacity) {
      const forgotten = this.#events.length - this.#capacity;
      this.#base = this.#events[forgotten - 1]?.position ?? this.#base;
      this.#events = this.#events.slice(forgotten);
    }
    return logged;
  }

  /** How many older events may still be put before the base. */
  get room(): number {
    return Math.max(0, this.#capacity - this.#events.length);
  }

  /**
   * Puts before the base what lies between `from` and it: `events` must be all that followed `from`,
   * and reach the base. What is newer than the base is known already.
   */
  prepend(from: Position, events: readonly TailEvent[]): void {
    const base = this.#base;
    if (base === undefined || base.epoch !== from.epoch) return;
    const older = events.flatMap(toLogged).filter(({ position }) => isUpTo(position, base));
    this.#events = [...older, ...this.#events];
    this.#base = from;
  }

  covers({ epoch, id }: Position): boolean {
    const base = this.#base;
    return base !== undefined && base.epoch === epoch && compareIds(id, base.id) >= 0;
  }

  /** What an organization missed after a position that is covered, oldest first. */
  since({ id }: Position, organizationId: string): LoggedEvent[] {
    return this.#events
      .slice(this.#firstAfter(id))
      .filter((event) => event.organizationId === organizationId);
  }

  #firstAfter(id: string): number {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const found = this.#events[middle];
      if (found && compareIds(found.position.id, id) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isUpTo(position: Position, limit: Position): boolean {
  return position.epoch === limit.epoch && compareIds(position.id, limit.id) <= 0;
}

function toLogged({ cursor, event }: TailEvent): LoggedEvent[] {
  const position = parseCursor(cursor);
  return position ? [new LoggedEvent(position, event)] : [];
}

/** Where reading back has to reach. */
export function reaches(events: readonly TailEvent[], base: Position): boolean {
  const last = parseCursor(events.at(-1)?.cursor ?? "");
  return last !== undefined && last.epoch === base.epoch && compareIds(last.id, base.id) >= 0;
}

import type { LiveEvent } from "../../src/lib/events.ts";
import { compareIds, cursorOf, parseCursor } from "../../src/realtime/cursor.ts";
import type { Feed, Member } from "../../src/realtime/feed.ts";
import type { LoggedEvent } from "../../src/realtime/frames.ts";
import { anEvent, organizationA } from "./harness.ts";

/** Rows and their versions, and the events that the commits left behind. */
export function createStore() {
  const rows = new Map<string, number>();
  return {
    rows,
    change(entityId: string): LiveEvent {
      const version = (rows.get(entityId) ?? 0) + 1;
      rows.set(entityId, version);
      return anEvent({ entityId, version });
    },
  };
}

export type Store = ReturnType<typeof createStore>;

/** A client that does what the contract says: nothing more, so that it is right only if we are. */
export class ModelClient {
  readonly #store: Store;
  readonly violations: string[] = [];
  readonly rows = new Map<string, number>();
  readonly #seen = new Set<string>();
  resets = 0;
  resumes = 0;
  #cursor: string | undefined;
  #seat: { feed: Feed<Member>; member: Member & { gone: boolean } } | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  get connected(): boolean {
    return this.#seat !== undefined;
  }

  /** Whether it has been told of everything up to this entry, if there still is such a stream. */
  hasReached(id: string): boolean {
    const at = parseCursor(this.#cursor ?? "");
    return at !== undefined && compareIds(at.id, id) >= 0;
  }

  async connect(feed: Feed<Member>): Promise<void> {
    const member = this.#member();
    this.#seat = { feed, member };
    await feed.join(member, this.#cursor);
  }

  disconnect(): void {
    if (!this.#seat) return;
    this.#seat.member.gone = true;
    this.#seat.feed.leave(this.#seat.member);
    this.#seat = undefined;
  }

  #member() {
    const self = {
      organizationId: organizationA,
      gone: false,
      get closed() {
        return self.gone;
      },
      welcome: (cursor: string) => this.#startAnew(cursor),
      reset: (cursor: string) => {
        this.resets += 1;
        if (!self.gone) this.#startAnew(cursor);
      },
      resumed: (missed: readonly LoggedEvent[]) => {
        this.resumes += 1;
        for (const event of missed) this.#apply(event, self.gone);
      },
      deliver: (events: readonly LoggedEvent[]) => {
        for (const event of events) this.#apply(event, self.gone);
      },
    };
    return self;
  }

  #startAnew(cursor: string): void {
    this.#cursor = cursor;
    this.rows.clear();
    for (const [id, version] of this.#store.rows) this.rows.set(id, version);
  }

  #apply({ text, position }: LoggedEvent, gone: boolean): void {
    if (gone) this.violations.push("told after it was gone");
    const at = parseCursor(this.#cursor ?? "");
    if (at?.epoch !== position.epoch) this.violations.push("another epoch without a reset");
    else if (compareIds(position.id, at.id) <= 0) this.violations.push("an event came twice");
    this.#cursor = cursorOf(position);
    const { eventId, entityId, version } = JSON.parse(text).data;
    if (this.#seen.has(eventId)) return;
    this.#seen.add(eventId);
    if (version > (this.rows.get(entityId) ?? 0)) this.rows.set(entityId, version);
  }
}

/** mulberry32: the same seed gives the same story. */
export function randomFrom(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return { below: (limit: number) => Math.floor(next() * limit) };
}

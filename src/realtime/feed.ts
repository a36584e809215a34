import type { Follower, Resumption, TailEvent } from "../../streams/tail.ts";
import { AppError, errorMessage } from "../lib/errors.ts";
import { INSTALLATION } from "../lib/events.ts";
import type { Log } from "../lib/log.ts";
import { compareIds, cursorOf, type Position, parseCursor } from "./cursor.ts";
import type { LoggedEvent } from "./frames.ts";
import { History, reaches } from "./history.ts";

/**
 * Events of all tenants that one process keeps for resuming: minutes of a busy installation. Whoever
 * was away for longer fetches a snapshot, which is cheaper than so many events.
 */
const HISTORY_CAPACITY = 10_000;
const PAGE = 1_000;

/** The live events of one installation, as `streams/tail.ts` reads them. */
export interface EventLog {
  readonly partitions: number;
  partitionOf(organizationId: string): number;
  follow(
    partition: number,
    on: {
      onEvents(events: readonly TailEvent[]): void;
      onReset(cursor: string): void;
    },
  ): Follower;
  readSince(partition: number, cursor: string, limit: number): Promise<Resumption>;
  /** The cursor after which nothing has happened yet. */
  newest(partition: number): Promise<string>;
}

/** Who follows an organization's events. */
export interface Member {
  readonly organizationId: string;
  /** Once true, nothing is told to it any more. */
  readonly closed: boolean;
  welcome(cursor: string): void;
  resumed(missed: readonly LoggedEvent[]): void;
  reset(cursor: string): void;
  /** Never empty; in the order they happened. */
  deliver(events: readonly LoggedEvent[]): void;
}

/** One partition's events, followed once per process and told to all members. */
export class Feed<M extends Member> {
  readonly #log: EventLog;
  readonly #partition: number;
  readonly #report: Log;
  readonly #history: History;
  readonly #members = new Map<string, Set<M>>();
  /** Members that another process has told more than this one has seen yet: up to which entry. */
  readonly #ahead = new Map<M, string>();
  #follower: Follower;
  #readingBack: Promise<void> = Promise.resolve();
  #found = Promise.withResolvers<void>();
  #checking: Promise<void> | undefined;
  readonly #onInstallation: (events: readonly LoggedEvent[]) => void;
  #stopped = false;

  constructor(options: {
    log: EventLog;
    partition: number;
    report: Log;
    capacity?: number;
    /** Hears events that belong to no organization; they have no members, and are not resumed. */
    onInstallation?: (events: readonly LoggedEvent[]) => void;
  }) {
    this.#log = options.log;
    this.#partition = options.partition;
    this.#report = options.report;
    this.#onInstallation = options.onInstallation ?? (() => undefined);
    this.#history = new History(options.capacity ?? HISTORY_CAPACITY);
    this.#follower = this.#follow();
  }

  members(organizationId: string): Iterable<M> {
    return this.#members.get(organizationId) ?? [];
  }

  /**
   * Makes a member follow, from a cursor on or from now. Between looking at the history and joining
   * nothing is awaited, so that no event falls in between. Waits until the stream has been found.
   * @throws AppError `queue_unavailable` when what was missed cannot be read back.
   */
  async join(member: M, cursor: string | undefined): Promise<void> {
    await this.#found.promise;
    if (member.closed) return;
    if (cursor === undefined) {
      this.#begin(member, "welcome");
      return;
    }
    const position = parseCursor(cursor);
    if (position && position.epoch !== this.#newest().epoch) {
      // Another process may have found a new epoch before this one: the cursor is then the better one.
      await this.checkEpoch();
      await this.#found.promise;
    }
    if (position && position.epoch === this.#newest().epoch && !this.#history.covers(position)) {
      await this.#readBack(position);
    }
    if (member.closed) return;
    if (!position || !this.#history.covers(position)) {
      this.#begin(member, "reset");
      return;
    }
    member.resumed(this.#history.since(position, member.organizationId));
    if (compareIds(position.id, this.#newest().id) > 0) this.#ahead.set(member, position.id);
    this.#add(member);
  }

  leave(member: M): void {
    this.#ahead.delete(member);
    const group = this.#members.get(member.organizationId);
    group?.delete(member);
    if (group?.size === 0) this.#members.delete(member.organizationId);
  }

  /**
   * Looks whether the stream is still the one being followed. A FLUSHALL neither cuts the connection
   * nor wakes a blocked read, so that only its epoch tells. One look serves all who ask meanwhile.
   * @throws QueueUnavailableError
   */
  async checkEpoch(): Promise<void> {
    this.#checking ??= this.#lookAtEpoch().finally(() => {
      this.#checking = undefined;
    });
    await this.#checking;
  }

  async #lookAtEpoch(): Promise<void> {
    const known = this.#history.newest;
    if (known === undefined) return;
    const found = parseCursor(await this.#log.newest(this.#partition));
    const unchanged = this.#history.newest?.epoch !== known.epoch || found?.epoch === known.epoch;
    if (unchanged) return;
    this.#report.warn({ partition: this.#partition }, "live events were lost; clients start anew");
    this.#found = Promise.withResolvers();
    await this.#follower.stop();
    if (!this.#stopped) this.#follower = this.#follow();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#follower.stop();
  }

  #follow(): Follower {
    return this.#log.follow(this.#partition, {
      onEvents: (events) => this.#onEvents(events),
      onReset: (cursor) => this.#onReset(cursor),
    });
  }

  #onEvents(events: readonly TailEvent[]): void {
    const logged = this.#history.append(events);
    // What was read together is told together: one write to each socket, not one for each event.
    const byOrganization = Map.groupBy(logged, ({ organizationId }) => organizationId);
    for (const [organizationId, group] of byOrganization) {
      if (organizationId === INSTALLATION) this.#onInstallation(group);
      for (const member of this.members(organizationId)) {
        const unseen = this.#ahead.size > 0 ? this.#unseenBy(member, group) : group;
        if (unseen.length > 0) member.deliver(unseen);
      }
    }
  }

  #unseenBy(member: M, events: readonly LoggedEvent[]): readonly LoggedEvent[] {
    const seen = this.#ahead.get(member);
    if (seen === undefined) return events;
    const unseen = events.filter(({ position }) => compareIds(position.id, seen) > 0);
    if (unseen.length > 0) this.#ahead.delete(member);
    return unseen;
  }

  #onReset(cursor: string): void {
    this.#history.restart(cursor);
    this.#found.resolve();
    this.#ahead.clear();
    for (const group of this.#members.values()) for (const member of group) member.reset(cursor);
  }

  #begin(member: M, how: "welcome" | "reset"): void {
    member[how](cursorOf(this.#newest()));
    this.#add(member);
  }

  #add(member: M): void {
    const group = this.#members.get(member.organizationId);
    if (group) group.add(member);
    else this.#members.set(member.organizationId, new Set([member]));
  }

  #newest(): Position {
    const { newest } = this.#history;
    if (newest) return newest;
    throw new AppError("queue_unavailable", "The live events have not been found yet.");
  }

  /** One at a time: after a restart everybody comes back, and the first one reads for all. */
  async #readBack(position: Position): Promise<void> {
    const turn = this.#readingBack.then(() => this.#extendBack(position));
    this.#readingBack = turn.catch(() => undefined);
    await turn.catch((error: unknown) => {
      throw new AppError("queue_unavailable", errorMessage(error), {}, error);
    });
  }

  async #extendBack(from: Position): Promise<void> {
    if (this.#history.covers(from)) return;
    const events: TailEvent[] = [];
    for (let at = cursorOf(from); events.length < this.#history.room; ) {
      const page = await this.#log.readSince(this.#partition, at, PAGE);
      const { base } = this.#history;
      if (page.kind === "reset" || base === undefined) return;
      events.push(...page.events);
      if (reaches(events, base)) {
        this.#history.prepend(from, events);
        return;
      }
      const last = page.events.at(-1);
      if (last === undefined) return;
      at = last.cursor;
    }
  }
}

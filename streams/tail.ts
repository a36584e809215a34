import { randomUUID } from "node:crypto";
import { BlockingConnection } from "./blocking.ts";
import {
  type Client,
  openReader,
  type Place,
  type Producer,
  readServerFacts,
} from "./connection.ts";
import { parseEvent } from "./entry.ts";
import { messageOf, QueueUnavailableError } from "./errors.ts";
import type { EventEntry } from "./messages.ts";
import { entriesOf, listOf, type RawEntry, streamsOf, textOf } from "./reply.ts";
import { runScript, scripts } from "./scripts.ts";
import { BLOCK_MS, type Keyspace, keyOf } from "./topology.ts";

const READ_COUNT = 500;
const ERROR_PAUSE_MS = 250;

/** A live event and the cursor, `<epoch>:<stream id>`, from which one continues after it. */
export interface TailEvent {
  readonly cursor: string;
  readonly event: EventEntry;
}

export interface FollowOptions extends Place {
  partition: number;
  /** Where to continue; without it, at the newest event. */
  from?: string;
  /** In stream order, without gaps since the last reset. Must not throw. */
  onEvents(events: readonly TailEvent[]): void;
  /** Events may have been missed: whoever listens starts anew, from this cursor on. */
  onReset(cursor: string): void;
}

export interface Follower {
  stop(): Promise<void>;
}

interface Position {
  readonly epoch: string;
  readonly id: string;
}

interface Standing {
  readonly newest: Position;
  /** Whether the id that was asked about is still there, or is the newest. */
  readonly idIsGood: boolean;
}

/**
 * Follows the live events of one partition for good: over reconnects, and telling by `onReset` when
 * there is a gap. Begins with `onReset` unless `from` is still good.
 */
export function followEvents(options: FollowOptions): Follower {
  const follower = new EventFollower(options);
  return { stop: () => follower.stop() };
}

class EventFollower {
  readonly #options: FollowOptions;
  readonly #connection: BlockingConnection;
  readonly #ended: Promise<void>;
  #stopped = false;
  #position: Position | undefined;
  /** The connection for which the position was last found good. */
  #checkedOn = -1;
  #readAt = performance.now();

  constructor(options: FollowOptions) {
    this.#options = options;
    this.#position = options.from === undefined ? undefined : parseCursor(options.from);
    const open = () => openReader(options, options.partition);
    this.#connection = new BlockingConnection(`events/${options.partition}`, open, options.log);
    this.#ended = this.#loop();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#connection.stop();
    await this.#ended;
  }

  async #loop(): Promise<void> {
    let failing = false;
    while (!this.#stopped) {
      try {
        await this.#turn();
        failing = false;
      } catch (error) {
        if (this.#stopped) return;
        if (!failing)
          this.#options.log.warn({ error: messageOf(error) }, "live events interrupted");
        failing = true;
        await Bun.sleep(ERROR_PAUSE_MS);
      }
    }
  }

  async #turn(): Promise<void> {
    const generation = this.#connection.generation;
    if (this.#position === undefined || this.#checkedOn !== generation) {
      await this.#check();
      this.#checkedOn = generation;
      return;
    }
    const { epoch, id } = this.#position;
    const entries = await this.#read(id);
    // Another connection may mean another server, whose entries do not follow ours.
    if (this.#connection.generation !== generation) return;
    const pausedMs = performance.now() - this.#readAt;
    this.#readAt = performance.now();
    // Far behind, or asleep: what follows our position may have been trimmed before we read.
    const doubtful = entries.length === READ_COUNT || pausedMs > 3 * BLOCK_MS;
    if (doubtful && !(await this.#check())) return;
    this.#handOn(epoch, entries);
  }

  #handOn(epoch: string, entries: readonly RawEntry[]): void {
    const last = entries.at(-1);
    if (!last) return;
    this.#position = { epoch, id: last.id };
    const events = eventsOf(epoch, entries);
    if (events.length > 0) this.#options.onEvents(events);
  }

  #read(id: string): Promise<RawEntry[]> {
    const { keyspace, partition } = this.#options;
    const key = keyOf(keyspace, partition, "events");
    return this.#connection.ask(async (client) => {
      const options = ["COUNT", READ_COUNT, "BLOCK", BLOCK_MS, "STREAMS", key, id];
      return streamsOf(await client.callBuffer("XREAD", ...options))[0]?.entries ?? [];
    });
  }

  /** Whether the position is still good; if not, moves it to the newest event and says so. */
  async #check(): Promise<boolean> {
    const { keyspace, partition } = this.#options;
    const position = this.#position;
    const { newest, idIsGood } = await this.#connection.ask((client) =>
      standingOf(client, keyspace, partition, position?.id ?? "0-0"),
    );
    if (position && idIsGood && position.epoch === newest.epoch) return true;
    this.#position = newest;
    this.#readAt = performance.now();
    this.#options.onReset(cursorOf(newest));
    return false;
  }
}

interface EventsPlace {
  redis: Producer;
  keyspace: Keyspace;
}

/** The cursor after which nothing has happened yet. @throws QueueUnavailableError */
export async function newestCursor(place: EventsPlace, partition: number): Promise<string> {
  const { redis, keyspace } = place;
  return cursorOf((await standingOf(redis.of(partition), keyspace, partition, "0-0")).newest);
}

export type Resumption =
  | { kind: "events"; events: readonly TailEvent[]; complete: boolean }
  | { kind: "reset"; cursor: string };

/**
 * Up to `limit` events after a cursor, oldest first (`complete`: there were no more), or `reset` with
 * the newest cursor when the cursor is no longer good. @throws QueueUnavailableError
 */
export async function readEventsSince(
  place: EventsPlace,
  partition: number,
  cursor: string,
  limit: number,
): Promise<Resumption> {
  const position = parseCursor(cursor);
  const key = keyOf(place.keyspace, partition, "events");
  const redis = place.redis.of(partition);
  // Read first: a cursor that is still good afterwards was good when it was read from.
  const entries = position ? await rangeAfter(redis, key, position.id, limit) : [];
  const askedId = position?.id ?? "0-0";
  const { newest, idIsGood } = await standingOf(redis, place.keyspace, partition, askedId);
  if (!position || !idIsGood || position.epoch !== newest.epoch) {
    return { kind: "reset", cursor: cursorOf(newest) };
  }
  const complete = entries.length < limit;
  return { kind: "events", events: eventsOf(position.epoch, entries), complete };
}

async function rangeAfter(redis: Client, key: string, id: string, limit: number) {
  try {
    return entriesOf(await redis.callBuffer("XRANGE", key, `(${id}`, "+", "COUNT", limit));
  } catch (error) {
    throw new QueueUnavailableError("Events could not be read.", error);
  }
}

/** The epoch names the partition's master: another one may lack what this one had. */
async function standingOf(
  redis: Client,
  keyspace: Keyspace,
  partition: number,
  id: string,
): Promise<Standing> {
  const keys = [keyOf(keyspace, partition, "events"), keyOf(keyspace, partition, "epoch")];
  const [{ runId }, reply] = await Promise.all([
    readServerFacts(redis),
    runScript(redis, scripts.checkCursor, keys, [randomUUID(), id]),
  ]).catch((error: unknown) => {
    throw new QueueUnavailableError("The live events could not be found.", error);
  });
  const [epoch, newest, good] = listOf(reply);
  return {
    newest: { epoch: `${runId.slice(0, 8)}${textOf(epoch).slice(0, 8)}`, id: textOf(newest) },
    idIsGood: good === 1,
  };
}

function eventsOf(epoch: string, entries: readonly RawEntry[]): TailEvent[] {
  return entries.flatMap(({ id, fields }) => {
    const event = fields === null ? undefined : parseEvent(fields);
    return event ? [{ cursor: cursorOf({ epoch, id }), event }] : [];
  });
}

function cursorOf({ epoch, id }: Position): string {
  return `${epoch}:${id}`;
}

function parseCursor(cursor: string): Position | undefined {
  const match = /^([0-9a-f]{16}):(\d{1,20}-\d{1,20})$/.exec(cursor);
  return match?.[1] && match[2] ? { epoch: match[1], id: match[2] } : undefined;
}

import type { LiveStatus } from "../../../src/dashboard/live/machine.ts";
import { connectLive } from "../../../src/dashboard/live.ts";
import type { Db } from "../../../src/db/client.ts";
import {
  bookingState,
  conversationState,
  leadState,
  messageState,
} from "../../../src/db/queries/public-state.ts";
import { compareIds, parseCursor } from "../../../src/realtime/cursor.ts";
import { type Rest, signIn } from "../../realtime/rest.ts";
import { eventually } from "../../support/wait.ts";
import type { Logged } from "./event-log.ts";

const OWNER = { email: "owner@northwind.example", password: "northwind-demo" };
const SNAPSHOT_WITHIN_MS = 60_000;

/** A row as dashboards are told of it, at one version. */
interface Row {
  id: string;
  version: number;
}

interface Taken {
  /** Which life of the stream, and where in it. */
  epoch: string;
  at: string;
  eventId: string;
}

export type Watcher = ReturnType<typeof openWatcher>;

/**
 * A dashboard that somebody leaves open: the product's live client with a session of its own, which
 * reconnects, resumes by its cursor, and reads everything anew when it is told to.
 */
export function openWatcher({ origin, db }: { origin: string; db: Db }) {
  const shown = new Map<string, Row>();
  const taken: Taken[] = [];
  const snapshots = new Set<Promise<unknown>>();
  let status: LiveStatus = "connecting";
  let session: Promise<Rest> | undefined;

  function show(row: Row): void {
    const known = shown.get(row.id);
    if (known === undefined || row.version > known.version) shown.set(row.id, row);
  }
  async function ticket(): Promise<string> {
    session ??= signIn(origin, OWNER);
    try {
      return await (await session).ticket();
    } catch (error) {
      session = undefined;
      throw error;
    }
  }
  async function snapshot(): Promise<true> {
    for (const row of await readRows(db)) show(row);
    return true;
  }

  const client = connectLive({
    url: `${origin.replace("http", "ws")}/live`,
    ticket,
    onStatus: (now) => {
      status = now;
    },
    onSnapshot: () => {
      const read = eventually(snapshot, { timeoutMs: SNAPSHOT_WITHIN_MS, everyMs: 250 });
      snapshots.add(read);
      void read.finally(() => snapshots.delete(read));
    },
    onEvent: ({ id, data }) => {
      const position = parseCursor(id);
      if (position === undefined) throw new Error(`${id} is no cursor.`);
      taken.push({ epoch: position.epoch, at: position.id, eventId: data.eventId });
      show({ ...data.row, id: data.entityId, version: data.version });
    },
    onControl: () => {},
  });

  return {
    isLive: () => status === "live" && snapshots.size === 0,
    /** What it shows otherwise than Postgres, in sentences. */
    stale: async () => compareRows(shown, await readRows(db)),
    /** Events of the log that it passed over though nobody told it to reset, in sentences. */
    missed: (log: readonly Logged[]) =>
      passedOver(taken, log).map(
        ({ id, event }) => `the dashboard passed over ${event.kind} of ${event.entityId} at ${id}`,
      ),
    stop: () => client.stop(),
  };
}

/** Every row that events tell of, as Postgres has it. */
async function readRows(db: Db): Promise<Row[]> {
  const sql = db.fragment;
  const rows = await db.rows<{ state: Row }>`
    select ${sql(messageState("m"))} as state from messages m
    union all select ${sql(conversationState("c"))} from conversations c
    union all select ${sql(leadState("l"))} from leads l
    union all select ${sql(bookingState("b"))} from bookings b`;
  return rows.map(({ state }) => state);
}

function compareRows(shown: ReadonlyMap<string, Row>, rows: readonly Row[]): string[] {
  const stored = new Set(rows.map(({ id }) => id));
  const wrong = rows.flatMap((row) => {
    const told = shown.get(row.id);
    if (told === undefined) return [`the dashboard does not know row ${row.id}`];
    if (told.version !== row.version) {
      return [`the dashboard shows row ${row.id} at version ${told.version} of ${row.version}`];
    }
    return Bun.deepEquals(told, row) ? [] : [`the dashboard shows row ${row.id} otherwise`];
  });
  const invented = [...shown.keys()].filter((id) => !stored.has(id));
  return [...wrong, ...invented.map((id) => `the dashboard was told of ${id}, which is not there`)];
}

/**
 * Events between the first and the last that were taken in each life of the stream (the last one goes
 * on to the log's end). An older version than one that was taken is rightly left.
 */
function passedOver(taken: readonly Taken[], log: readonly Logged[]): Logged[] {
  const lives = [...Map.groupBy(taken, ({ epoch }) => epoch).values()];
  const eventIds = new Set(taken.map(({ eventId }) => eventId));
  // What a row was like before the stream was lost is still known after it.
  const newest = new Map<string, number>();
  return lives.flatMap((life, index) => {
    const from = life[0]?.at ?? "";
    const to = (index === lives.length - 1 ? log.at(-1)?.id : life.at(-1)?.at) ?? "";
    const covered = log.filter(({ id }) => compareIds(id, from) >= 0 && compareIds(id, to) <= 0);
    return covered.filter(({ event: { eventId, entityId, version } }) => {
      const known = newest.get(entityId) ?? 0;
      if (eventIds.has(eventId)) newest.set(entityId, Math.max(known, version));
      return !eventIds.has(eventId) && version >= known;
    });
  });
}

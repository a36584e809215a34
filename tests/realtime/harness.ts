import { randomUUID } from "node:crypto";
import { Elysia } from "elysia";
import type { Person } from "../../src/http/plugins/auth.ts";
import { systemClock } from "../../src/lib/clock.ts";
import type { LiveEvent } from "../../src/lib/events.ts";
import { newId } from "../../src/lib/ids.ts";
import type { RealtimeDeps } from "../../src/realtime/deps.ts";
import { realtime, websocketSettings } from "../../src/realtime/index.ts";
import { connected, openProducer } from "../../streams/connection.ts";
import { createPublisher } from "../../streams/publish.ts";
import { openRelay } from "../../streams/relay.ts";
import { followEvents, newestCursor, readEventsSince } from "../../streams/tail.ts";
import type { Keyspace } from "../../streams/topology.ts";
import { silentLog } from "../support/servers.ts";

export const organizationA = "0193aaaa-0000-7000-8000-000000000001";
export const organizationB = "0193bbbb-0000-7000-8000-000000000002";

/** Sessions and tickets that every API process of a test shares, as they would share Postgres. */
export function createDoor() {
  const tickets = new Map<string, Person>();
  const sessions = new Map<string, Person>();
  return {
    sessions,
    /** A ticket of a new session, or of one that lives. */
    ticket(given: Partial<Person> = {}): string {
      const principal: Person = {
        kind: "person",
        organizationId: organizationA,
        userId: randomUUID(),
        name: "Ann",
        sessionId: randomUUID(),
        role: "agent",
        isOperator: false,
        ...given,
      };
      sessions.set(principal.sessionId, principal);
      const ticket = randomUUID();
      tickets.set(ticket, principal);
      return ticket;
    },
    redeem: async (ticket: string): Promise<Person | null> => {
      const principal = tickets.get(ticket);
      tickets.delete(ticket);
      return principal && sessions.has(principal.sessionId) ? principal : null;
    },
    living: async (ids: readonly string[]): Promise<Person[]> =>
      ids.flatMap((id) => sessions.get(id) ?? []),
  };
}

export type Door = ReturnType<typeof createDoor>;

/** What an API process reported of its channel. */
function createCounts() {
  const closedBy = new Map<number, number>();
  const counts = { sockets: 0, frames: 0, resets: 0, tooSlow: 0, closedBy };
  return {
    counts,
    observe: {
      sockets: (count: number) => {
        counts.sockets = count;
      },
      frameReceived: () => {
        counts.frames += 1;
      },
      reset: () => {
        counts.resets += 1;
      },
      tooSlow: () => {
        counts.tooSlow += 1;
      },
      closed: (code: number) => void closedBy.set(code, (closedBy.get(code) ?? 0) + 1),
    },
  };
}

interface ApiOptions {
  url: string;
  keyspace: Keyspace;
  door: Door;
  deps?: Partial<RealtimeDeps>;
}

/** One API process's live channel, on a port of its own. */
export async function startApi({ url, keyspace, door, deps }: ApiOptions) {
  const redis = openProducer({ url, keyspace, log: silentLog });
  await connected(redis, 5_000);
  const { counts, observe } = createCounts();
  const live = realtime({
    log: silentLog,
    clock: systemClock,
    processId: randomUUID(),
    events: {
      partitions: keyspace.partitions,
      partitionOf: () => 0,
      follow: (partition, on) => followEvents({ url, keyspace, partition, log: silentLog, ...on }),
      readSince: (partition, cursor, limit) =>
        readEventsSince({ redis, keyspace }, partition, cursor, limit),
      newest: (partition) => newestCursor({ redis, keyspace }, partition),
    },
    openRelay: (onText) => openRelay({ url, redis, keyspace, log: silentLog, onText }),
    redeemTicket: door.redeem,
    livingSessions: door.living,
    takeOver: async () => ({ version: 2 }),
    release: async () => ({ version: 3 }),
    inspectQueue: async () => ({
      ...{ streams: [], delayed: { count: 0, overdueMs: 0 }, workers: 1, breakers: [], alerts: [] },
    }),
    observe,
    ...deps,
  });
  const app = new Elysia({ websocket: websocketSettings })
    .use(live.routes)
    .listen({ hostname: "127.0.0.1", port: 0 });
  const port = app.server?.port ?? 0;
  return {
    port,
    counts,
    http: `http://127.0.0.1:${port}`,
    ws: `ws://127.0.0.1:${port}/live`,
    live,
    stop: async (graceMs = 0) => {
      await live.stop(graceMs);
      await app.stop(true);
      redis.disconnect();
    },
  };
}

export type Api = Awaited<ReturnType<typeof startApi>>;

/** A publisher as the workers have it, and what a sweeper would publish again. */
export async function openPublisher(url: string, keyspace: Keyspace) {
  const redis = openProducer({ url, keyspace, log: silentLog });
  await connected(redis, 5_000);
  const publish = createPublisher({ redis, keyspace });
  return { redis, publish, close: () => redis.disconnect() };
}

/** A live event of one row at one version. */
export function anEvent(given: Partial<LiveEvent> = {}): LiveEvent {
  const entityId = given.entityId ?? newId();
  const version = given.version ?? 1;
  const kind: LiveEvent["kind"] = given.kind ?? "conversation.updated";
  return {
    eventId: newId(),
    organizationId: organizationA,
    kind,
    entityId,
    version,
    data: { id: entityId, version },
    ...given,
  };
}

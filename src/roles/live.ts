import { partitionOf } from "../../streams/hash.ts";
import { inspectQueue } from "../../streams/inspect.ts";
import { openRelay } from "../../streams/relay.ts";
import { followEvents, newestCursor, readEventsSince } from "../../streams/tail.ts";
import { systemClock } from "../lib/clock.ts";
import { livingSessions, redeemTicket } from "../modules/auth/sessions.ts";
import { conversationActions } from "../modules/conversations/actions.ts";
import { readQueue } from "../modules/queue/service.ts";
import { realtime } from "../realtime/index.ts";
import type { Core } from "./core.ts";

/** The live channel over this installation's streams and sessions. */
export function createLive(core: Core) {
  const { db, redis, redisUrl, keyspace, log, processId } = core;
  const actions = conversationActions({ db, announce: core.announcer.announce });
  return realtime({
    log,
    clock: systemClock,
    processId,
    events: {
      partitions: keyspace.partitions,
      partitionOf: (organizationId) => partitionOf(organizationId, keyspace.partitions),
      follow: (partition, on) => followEvents({ url: redisUrl, keyspace, partition, log, ...on }),
      readSince: (partition, cursor, limit) =>
        readEventsSince({ redis, keyspace }, partition, cursor, limit),
      newest: (partition) => newestCursor({ redis, keyspace }, partition),
    },
    openRelay: (onText) => openRelay({ url: redisUrl, redis, keyspace, log, onText }),
    redeemTicket: (ticket) => redeemTicket(db, ticket),
    livingSessions: (sessionIds) => livingSessions(db, sessionIds),
    takeOver: actions.takeOver,
    release: actions.release,
    inspectQueue: () => readQueue({ db, inspect: () => inspectQueue({ redis, keyspace }) }),
    observe: core.metrics.live,
  });
}

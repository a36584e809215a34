import { partitionOf } from "../../streams/hash.ts";
import { inspectQueue } from "../../streams/inspect.ts";
import { openRelay } from "../../streams/relay.ts";
import { followEvents, newestCursor, readEventsSince } from "../../streams/tail.ts";
import { actorOf } from "../http/plugins/auth.ts";
import { systemClock } from "../lib/clock.ts";
import { livingSessions, redeemTicket } from "../modules/auth/sessions.ts";
import { conversationActions } from "../modules/conversations/actions.ts";
import { createMutate } from "../modules/mutate.ts";
import { readQueue } from "../modules/queue/service.ts";
import { realtime } from "../realtime/index.ts";
import type { Core } from "./core.ts";

/** The live channel over this installation's streams and sessions. */
export function createLive(core: Core) {
  const { db, redis, redisUrl, keyspace, log, processId } = core;
  const mutate = createMutate({ db, announce: core.announcer.announce });
  const actions = conversationActions(mutate);
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
    takeOver: (principal, id) => actions.takeOver({ principal, actor: actorOf(principal) }, id),
    release: (principal, id) => actions.release({ principal, actor: actorOf(principal) }, id),
    inspectQueue: () => readQueue({ db, inspect: () => inspectQueue({ redis, keyspace }) }),
    observe: core.metrics.live,
  });
}

import type { AnyElysia } from "elysia";
import { inspectQueue } from "../../streams/inspect.ts";
import { streamNames } from "../../streams/topology.ts";
import { everyQueueAlert } from "../db/queries/queue-alerts.ts";
import { countWaitingLetters } from "../db/queries/waiting-letters.ts";
import { countLivingWorkers } from "../db/queries/workers.ts";
import { AppError, errorMessage } from "../lib/errors.ts";
import { createHealth, type Health } from "../ops/health.ts";
import { createApp } from "./app.ts";
import type { Core } from "./core.ts";
import { createLive } from "./live.ts";
import { createNumberRoutes } from "./number-routes.ts";

/** Over this time live sockets are sent to another process, so that not all come there at once. */
const LIVE_GRACE_MS = 5_000;

export interface RunningApi {
  /** Takes no new connections, answers what it has. */
  stop(): Promise<void>;
}

/** Serves HTTP on PORT: webhooks, health, metrics, Swagger, and whatever is mounted beside them. */
export async function startApi(
  core: Core,
  health: Health,
  extra: readonly AnyElysia[],
): Promise<RunningApi> {
  const numbers = await createNumberRoutes(core);
  const live = createLive(core);
  const app = createApp({ core, health, routes: numbers.routes, extra: [live.routes, ...extra] });
  const { port } = core.config.http;
  try {
    app.listen(port);
  } catch (cause) {
    throw new AppError(
      "invalid_config",
      `Port ${port} cannot be listened on (${errorMessage(cause)}). Set PORT to a free one.`,
    );
  }
  return {
    stop: async () => {
      await live.stop(LIVE_GRACE_MS);
      await numbers.stop();
      await app.stop();
    },
  };
}

/** Readiness over both stores, and the gauges that have to be looked up. */
export function watchStores(core: Core, stuck: () => string | null): Health {
  const { db, metrics } = core;
  metrics.beforeRender(() => gaugeQueue(core));
  metrics.beforeRender(async () => {
    metrics.workersAlive("worker", await countLivingWorkers(db));
    metrics.stuck(stuck() !== null);
  });
  metrics.beforeRender(async () => {
    const letters = await countWaitingLetters(db);
    for (const stream of new Set([...streamNames, ...letters.keys()])) {
      metrics.deadLetters(stream, letters.get(stream) ?? 0);
    }
  });
  metrics.beforeRender(async () => {
    const alerts = await everyQueueAlert(db);
    for (const { rule, stream, raised } of alerts) metrics.queueAlert(rule, stream, raised);
  });
  return createHealth({
    checks: { postgres: core.checkPostgres, redis: core.checkRedis },
    stuck,
  });
}

async function gaugeQueue({ redis, keyspace, metrics }: Core): Promise<void> {
  const { streams } = await inspectQueue({ redis, keyspace });
  for (const [stream, parts] of Map.groupBy(streams, (part) => part.stream)) {
    const lags = parts.map(({ lag }) => lag).filter((lag) => lag !== null);
    metrics.streamGauges({
      stream,
      lag: lags.length === parts.length ? sum(lags) : null,
      pending: sum(parts.map(({ pending }) => pending)),
      oldestAgeMs: Math.max(...parts.map(({ oldestAgeMs }) => oldestAgeMs)),
      depth: sum(parts.map(({ depth }) => depth)),
    });
  }
  for (const { pendingByAge: byAge, pendingByTries: byTries, ...part } of streams) {
    metrics.partitionGauges({ ...part, byAge: { ...byAge }, byTries: { ...byTries } });
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

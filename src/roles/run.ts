import type { Config } from "../config.ts";
import { migrate } from "../db/migrate.ts";
import { shippedPrices } from "../db/seed/price-table.ts";
import { seedPrices } from "../db/seed/prices.ts";
import type { Health } from "../ops/health.ts";
import { startHealthServer } from "../ops/health-server.ts";
import { firstStuck } from "../ops/heartbeat.ts";
import type { Logger } from "../ops/logger.ts";
import type { Shutdown } from "../ops/shutdown.ts";
import { startApi, watchStores } from "./api.ts";
import { type Surroundings, surroundings } from "./boot.ts";
import { type Core, createCore } from "./core.ts";
import { startScheduler } from "./scheduler.ts";
import { type RunningSimulator, startSimulator } from "./simulator.ts";
import { type RunningRole, startWorker } from "./worker.ts";

/** How long running work may take to end after SIGTERM, before it is handed back. */
const GRACE_MS = 20_000;
const CLOSE_MS = 10_000;

/** What runs so far; a stop in the middle of the start ends just that. */
interface Started {
  surroundings?: Surroundings;
  core?: Core;
  simulator?: RunningSimulator;
  health?: Health;
  server?: { stop(): Promise<void> };
  runners: RunningRole[];
}

/** Starts the configured role and tells `shutdown` how to end it. Resolves once it serves. */
export async function run(config: Config, log: Logger, shutdown: Shutdown): Promise<void> {
  const started: Started = { runners: [] };
  addStopSteps(shutdown, started);
  const isAll = config.role === "all";
  const found = await surroundings(config, log);
  started.surroundings = found;
  if (isAll) await migrate({ url: found.databaseUrl, log });

  const core = await createCore(config, log, found);
  started.core = core;
  await seedPrices(core.db, shippedPrices());
  if (isAll && config.simulator.enabled) started.simulator = await startSimulator(core);

  const health = watchStores(core, () => firstStuck(started.runners.map(({ stuck }) => stuck))());
  started.health = health;
  started.server =
    isAll || config.role === "api"
      ? await startApi(core, health, started.simulator?.parts ?? [])
      : startHealthServer({ port: config.health.port, health, metrics: core.metrics });
  await startRunners(core, started.runners);
}

async function startRunners(core: Core, runners: RunningRole[]): Promise<void> {
  const { role } = core.config;
  if (role === "all" || role === "worker") runners.push(await startWorker(core));
  if (role === "all" || role === "scheduler") runners.push(await startScheduler(core));
}

/** Not ready, stop taking, finish or hand back, close connections; embedded servers last. */
function addStopSteps(shutdown: Shutdown, started: Started): void {
  shutdown.add({ name: "readiness", graceMs: 100, stop: () => started.health?.drain() });
  shutdown.add({ name: "simulator", graceMs: 2_000, stop: () => started.simulator?.stop() });
  shutdown.add({
    name: "work",
    graceMs: GRACE_MS + CLOSE_MS,
    stop: async () => {
      await Promise.all(started.runners.map((runner) => runner.stop(GRACE_MS)));
    },
  });
  shutdown.add({ name: "http", graceMs: CLOSE_MS, stop: () => started.server?.stop() });
  shutdown.add({ name: "connections", graceMs: CLOSE_MS, stop: () => started.core?.close() });
  shutdown.add({
    name: "embedded servers",
    graceMs: CLOSE_MS,
    stop: () => started.surroundings?.embedded?.stop(),
  });
}

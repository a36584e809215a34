import { type Config, loadConfig } from "./config.ts";
import { demoOwner } from "./db/seed/northwind.ts";
import { AppError } from "./lib/errors.ts";
import { createLogger } from "./ops/logger.ts";
import { handleShutdown } from "./ops/shutdown.ts";
import { banner } from "./roles/banner.ts";
import { run } from "./roles/run.ts";

const startedAtMs = performance.now();

/** For people, before or beside the log: what went wrong, and for our own errors what to do. */
function complain(error: unknown): void {
  const text = error instanceof AppError ? error.message : Bun.inspect(error);
  process.stderr.write(`${text}\n`);
}

function readConfig(): Config {
  try {
    return loadConfig(process.env);
  } catch (error) {
    complain(error);
    return process.exit(1);
  }
}

const config = readConfig();
const log = createLogger({ level: config.ops.logLevel, role: config.role });
const shutdown = handleShutdown({ log });
try {
  await run(config, log, shutdown);
  const tookMs = performance.now() - startedAtMs;
  log.info({ tookMs: Math.round(tookMs) }, "ready");
  process.stdout.write(banner(config, demoOwner, tookMs));
} catch (error) {
  complain(error);
  await shutdown.exit(1, "start failed");
}

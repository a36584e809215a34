import { type Config, loadConfig } from "../src/config.ts";
import { AppError } from "../src/lib/errors.ts";
import type { Log } from "../src/lib/log.ts";
import { attachEmbedded, startEmbedded } from "../src/ops/embedded.ts";

/** A script's log: sentences for the person who runs it. */
export const spokenLog: Log = {
  debug: () => {},
  info: (_fields, message) => console.log(message),
  warn: (_fields, message) => console.warn(message),
  error: (_fields, message) => console.error(message),
};

/**
 * Runs `work` on the database of DATABASE_URL, else on the embedded one of DATA_DIR: a running
 * Leadline's if there is one, otherwise started for this and stopped again. A failure is printed as its
 * sentence and ends the process with 1.
 */
export async function withDatabase(
  work: (database: { url: string; config: Config }) => Promise<void>,
): Promise<void> {
  try {
    // The role that needs least: a job that migrates is not given WhatsApp's secrets.
    const config = loadConfig(process.env, { role: "scheduler" });
    const { url, stop } = await findDatabase(config);
    try {
      await work({ url, config });
    } finally {
      await stop();
    }
  } catch (error) {
    console.error(error instanceof AppError ? error.message : error);
    process.exitCode = 1;
  }
}

async function findDatabase(config: Config): Promise<{ url: string; stop(): Promise<void> }> {
  const { url } = config.database;
  if (url) return { url, stop: async () => {} };
  const running = runningDatabase(config.dataDir);
  if (running) return { url: running, stop: async () => {} };
  const { dataDir } = config;
  console.error(`Starting the embedded Postgres of ${dataDir} for this.`);
  const log = { ...spokenLog, info: () => {} };
  const embedded = await startEmbedded({ dataDir, postgres: true, redis: false, log });
  if (!embedded.databaseUrl)
    throw new AppError("internal", "The embedded Postgres has no address.");
  return { url: embedded.databaseUrl, stop: embedded.stop };
}

function runningDatabase(dataDir: string): string | null {
  try {
    return attachEmbedded(dataDir).databaseUrl;
  } catch {
    return null;
  }
}

import { rmSync } from "node:fs";
import { describeProcess } from "../../src/ops/embedded/process.ts";
import { startEmbedded } from "../../src/ops/embedded.ts";
import { createLogger } from "../../src/ops/logger.ts";

// A process of its own that holds the servers of a test run and ends with it, however it ends.
// Not a child of `bun test`: that kills all its children whenever a test times out.
const [dataDir = "", runner = "", ...wanted] = process.argv.slice(2);
const POLL_MS = 100;

// Ctrl-C is meant for the tests; their end is ours.
process.on("SIGINT", () => undefined);

const runnerPid = Number(runner);
const startMark = describeProcess(runnerPid)?.startMark;
const servers = await startEmbedded({
  dataDir,
  postgres: wanted.includes("postgres"),
  redis: wanted.includes("redis"),
  durable: false,
  log: createLogger({ level: "error", role: "keeper" }),
});

let isAsked = false;
process.on("SIGTERM", () => {
  isAsked = true;
});
const isRunning = () =>
  startMark !== undefined && describeProcess(runnerPid)?.startMark === startMark;
while (!isAsked && isRunning()) await Bun.sleep(POLL_MS);
await servers.stop();
rmSync(dataDir, { recursive: true, force: true });

import { startEmbedded } from "../../src/ops/embedded.ts";
import { silentLog } from "../support/servers.ts";

// Run as a process: starts the servers of the folder given, says so, and waits to be killed.
const [dataDir = "", how] = process.argv.slice(2);
const { databaseUrl, redisUrl, servers } = await startEmbedded({
  dataDir,
  postgres: true,
  redis: true,
  durable: false,
  log: silentLog,
});
const pids = [servers.postgres?.pid, servers.redis?.pid];
process.stdout.write(`${JSON.stringify({ databaseUrl, redisUrl, pids })}\n`);
if (how === "throw") throw new Error("dies by an exception");
setInterval(() => undefined, 60_000);

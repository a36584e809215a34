import { loadConfig } from "../src/config.ts";

/** For a container's HEALTHCHECK: ends with 0 when the process beside it is alive. */
const DEADLINE_MS = 2_500;

const config = loadConfig(process.env);
const hasApi = config.role === "all" || config.role === "api";
const port = hasApi ? config.http.port : config.health.port;
const answer = await fetch(`http://127.0.0.1:${port}/health/live`, {
  signal: AbortSignal.timeout(DEADLINE_MS),
}).catch(() => null);
process.exit(answer?.ok ? 0 : 1);

import { startLeadline } from "../../tests/support/processes.ts";
import { temporaryFolder } from "./installation.ts";
import { type Measure, median, type Outcome, sameCounts } from "./measure.ts";

const STARTS = 3;
const READY_MS = 120_000;

/** From the start of the process to readiness, on a data folder that exists. */
export const warmStart: Measure = { name: "warm_start", run };

async function run(stack: AsyncDisposableStack): Promise<Outcome> {
  const env = { DATA_DIR: temporaryFolder(stack) };
  const firstMs = await startOnce(env);
  const warmMs: number[] = [];
  const bareMs: number[] = [];
  for (let start = 0; start < STARTS; start += 1) {
    bareMs.push(await bareStart());
    warmMs.push(await startOnce(env));
  }
  return {
    figures: [
      {
        name: "warm_start",
        value: median(warmMs),
        unit: "ms",
        baseline: median(bareMs),
        aim: "≤ 4,000 ms",
      },
      { name: "first_start", value: firstMs, unit: "ms", baseline: null, aim: null },
    ],
    how: `ROLE=all with embedded Postgres and Redis, from spawn until /health/ready is 200, the middle of ${STARTS}; stopped with SIGTERM between. Baseline: bun -e 0. first_start makes the data folder and the demo.`,
    delivery: sameCounts({ "starts asked for": STARTS, "starts that became ready": warmMs.length }),
  };
}

async function startOnce(env: Readonly<Record<string, string>>): Promise<number> {
  const startedMs = performance.now();
  const leadline = await startLeadline("all", env);
  await leadline.ready(READY_MS);
  const tookMs = performance.now() - startedMs;
  leadline.kill("SIGTERM");
  const exitCode = await leadline.exited;
  if (exitCode !== 0) throw new Error(`It exited with ${exitCode}.\n${leadline.output()}`);
  return tookMs;
}

async function bareStart(): Promise<number> {
  const startedMs = performance.now();
  await Bun.spawn([process.execPath, "-e", "0"]).exited;
  return performance.now() - startedMs;
}

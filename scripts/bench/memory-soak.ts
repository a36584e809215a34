import { readFileSync } from "node:fs";
import { digits, type Figure, type Measure, type Outcome } from "./measure.ts";
import { warmPath } from "./message-path.ts";

const MINUTES = Number(process.env["SOAK_MINUTES"] ?? 10);
const PACE_MS = 50;
const SAMPLE_MS = 5_000;
const SETTLE_MS = 90_000;

/** Of the samples the first ones are of a heap that still grows to its size. */
const LEFT_OUT = 0.3;

const ROLES = ["api", "worker", "scheduler"] as const;

interface Sample {
  minute: number;
  /** Per role, as in `ROLES`. */
  mib: readonly number[];
}

/** How the memory of each role grows under steady traffic. */
export const memorySoak: Measure = { name: "memory_soak", isLong: true, run };

async function run(stack: AsyncDisposableStack): Promise<Outcome> {
  const path = await warmPath(stack);
  const samples: Sample[] = [];
  const startedMs = performance.now();
  const sampling = setInterval(() => {
    const minute = (performance.now() - startedMs) / 60_000;
    samples.push({ minute, mib: path.pids.map(residentMib) });
  }, SAMPLE_MS);
  stack.defer(() => clearInterval(sampling));
  const leads = (MINUTES * 60_000) / PACE_MS;
  await path.write(leads, { paceMs: PACE_MS });
  await path.settled(SETTLE_MS);
  clearInterval(sampling);
  const late = samples.slice(Math.floor(samples.length * LEFT_OUT));
  const last = samples.at(-1);
  if (last === undefined) throw new Error("The soak was too short for a sample.");
  const figures = ROLES.flatMap((role, index): Figure[] => [
    {
      name: `rss_slope_${role}`,
      value: digits(slope(late.map(({ minute, mib }) => [minute, mib[index] ?? 0])), 3),
      unit: "MiB/min",
      baseline: null,
      aim: "0",
    },
    { name: `rss_${role}`, value: last.mib[index] ?? 0, unit: "MiB", baseline: null, aim: null },
  ]);
  return {
    figures,
    how: `Resident memory of each role every ${SAMPLE_MS / 1_000} s while ${1_000 / PACE_MS} new leads a second write and are answered for ${MINUTES} minutes. Slope: least squares over all but the first ${100 * LEFT_OUT} % of the samples; below, the last sample.`,
    delivery: await path.checkDelivery(),
  };
}

/** From /proc (Linux). */
function residentMib(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  if (kib === undefined) throw new Error(`Process ${pid} tells no resident memory.`);
  return Math.round(Number(kib) / 102.4) / 10;
}

/** Of the line with the least squared distance from the points. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean(([at]) => at), mean(([, value]) => value)];
  const shared = mean(([at, value]) => (at - x) * (value - y));
  return shared / mean(([at]) => (at - x) ** 2);
}

import { cpuMs } from "./cpu.ts";
import { type Figure, type Measure, type Outcome, percentile } from "./measure.ts";
import { type RunningPath, startPath } from "./running-path.ts";

const WARM_UP = 200;
const SETTLE_MS = 90_000;

const LATENCY_SAMPLES = 300;
const LATENCY_PACE_MS = 50;

const SUSTAINED = 1_000;
const WRITERS = 16;

const SETTING =
  "ROLE=api, worker and scheduler as three processes; the simulator (Graph API, model without latency, statuses by webhook) in a fourth; no debounce. Each message is the first one of a new lead";

/** From the start of the webhook POST to the moment the simulator took the reply. */
export const webhookToSendLatency: Measure = { name: "webhook_to_send_latency", run: latency };

/** How many leads one worker answers each second, and what an answer costs. */
export const repliesSustained: Measure = { name: "replies_sustained", run: sustained };

async function latency(stack: AsyncDisposableStack): Promise<Outcome> {
  const path = await warmPath(stack);
  await path.write(LATENCY_SAMPLES, { paceMs: LATENCY_PACE_MS });
  await path.settled(SETTLE_MS);
  const answers = await path.answers(WARM_UP);
  const latenciesMs = answers.map(({ postedAtMs, sentAtMs }) => sentAtMs - postedAtMs);
  const ackMs = answers.map(({ acknowledgedMs }) => acknowledgedMs);
  const figure = (name: string, value: number, aim: string | null): Figure => ({
    name,
    value,
    unit: "ms",
    baseline: null,
    aim,
  });
  return {
    figures: [
      figure("webhook_to_send_p50", percentile(latenciesMs, 50), "≤ 40 ms"),
      figure("webhook_to_send_p99", percentile(latenciesMs, 99), null),
      figure("webhook_ack_at_20_per_s_p50", percentile(ackMs, 50), null),
      figure("webhook_ack_at_20_per_s_p99", percentile(ackMs, 99), null),
    ],
    how: `${SETTING}; ${LATENCY_SAMPLES} of them at ${1_000 / LATENCY_PACE_MS}/s whatever the answers take, after ${WARM_UP} to warm up, half of them before an ANALYZE. From the POST's start (bench process) to the ledger's time (simulator process, whole milliseconds) on the same clock.`,
    delivery: await path.checkDelivery(),
  };
}

async function sustained(stack: AsyncDisposableStack): Promise<Outcome> {
  const path = await warmPath(stack);
  const { servers } = path.installation;
  const stores = [servers.postgres, servers.redis].flatMap((server) => server?.pid ?? []);
  const before = { roles: cpuOf(path.pids), stores: cpuOf(stores) };
  await path.write(SUSTAINED, { concurrently: WRITERS });
  await path.settled(SETTLE_MS);
  const after = { roles: cpuOf(path.pids), stores: cpuOf(stores) };
  const answers = await path.answers(WARM_UP);
  const seconds = (lastMs(answers) - firstMs(answers)) / 1_000;
  const each = (name: string, start: number | null, end: number | null): Figure[] =>
    start === null || end === null
      ? []
      : [{ name, value: (end - start) / SUSTAINED, unit: "ms", baseline: null, aim: null }];
  return {
    figures: [
      {
        name: "replies_sustained",
        value: SUSTAINED / seconds,
        unit: "replies/s",
        baseline: null,
        aim: null,
      },
      ...each("reply_cpu_roles", before.roles, after.roles),
      ...each("reply_cpu_stores", before.stores, after.stores),
    ],
    how: `${SETTING}; ${SUSTAINED} of them as fast as ${WRITERS} writers get them acknowledged, after ${WARM_UP} to warm up, half of them before an ANALYZE. From the first POST to the last send. CPU: of the three roles, and of Postgres and Redis, from the first POST until the last receipt (3 for each reply) is stored.`,
    delivery: await path.checkDelivery(),
  };
}

/** A path that has answered some: plans are made, code is compiled. */
export async function warmPath(
  stack: AsyncDisposableStack,
  options: { neighbour?: boolean } = {},
): Promise<RunningPath> {
  const path = await startPath(stack, options);
  await path.write(WARM_UP / 2, { concurrently: WRITERS });
  await path.settled(SETTLE_MS);
  // Postgres does this by itself within a minute; before, its plans are those for empty tables.
  await path.installation.db.rows`analyze`;
  await path.write(WARM_UP / 2, { concurrently: WRITERS });
  await path.settled(SETTLE_MS);
  return path;
}

function cpuOf(pids: readonly number[]): number | null {
  const all = pids.map(cpuMs);
  return all.includes(null) ? null : all.reduce<number>((sum, ms) => sum + (ms ?? 0), 0);
}

function firstMs(answers: readonly { postedAtMs: number }[]): number {
  return Math.min(...answers.map(({ postedAtMs }) => postedAtMs));
}

function lastMs(answers: readonly { sentAtMs: number }[]): number {
  return Math.max(...answers.map(({ sentAtMs }) => sentAtMs));
}

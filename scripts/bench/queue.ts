import { withDeadline } from "../../src/lib/deadline.ts";
import { newId } from "../../src/lib/ids.ts";
import { sleep } from "../../src/lib/sleep.ts";
import { startEmbedded } from "../../src/ops/embedded.ts";
import { silentLog, temporaryFolder } from "./installation.ts";
import {
  type Figure,
  type Measure,
  median,
  type Outcome,
  percentile,
  sameCounts,
} from "./measure.ts";
import { type Job, openBullMq, openOurs, type Rival } from "./queue-rivals.ts";

const ROUNDS = 3;
const SERIAL = 1_000;
const CONCURRENT = 10_000;
const BULK = 20_000;
const BULK_SIZE = 1_000;
const HANDLED_ALONE = 2_000;
const HANDLED = 20_000;
const PACED = 1_000;
const PACED_PER_SECOND = 200;
const DEADLINE_MS = 60_000;
const JOBS_OF_A_ROUND = SERIAL + CONCURRENT + BULK + HANDLED_ALONE + HANDLED + PACED;

/** Our runtime and BullMQ, in one process, on one Redis with the product's own durability. */
export const queue: Measure = { name: "queue", run };

type Open = (redisUrl: string, prefix: string) => Promise<Rival>;

interface Round {
  addSerial: number;
  addConcurrent: number;
  addBulk: number;
  handleOneByOne: number;
  handle100: number;
  toHandlerP50Ms: number;
  toHandlerP99Ms: number;
  handledOnce: number;
}

async function run(stack: AsyncDisposableStack): Promise<Outcome> {
  const dataDir = temporaryFolder(stack);
  const embedded = await startEmbedded({ dataDir, postgres: false, redis: true, log: silentLog });
  stack.defer(embedded.stop);
  const url = embedded.redisUrl;
  if (url === null) throw new Error("Redis did not start.");
  const ours: Round[] = [];
  const theirs: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(await playRound(openOurs, url, `ours${round}`));
    theirs.push(await playRound(openBullMq, url, `bull${round}`));
  }
  const of = (rounds: readonly Round[], what: keyof Round) =>
    median(rounds.map((round) => round[what]));
  const figure = (what: keyof Round, name: string, unit: string, aim: string | null): Figure => ({
    name: `queue_${name}`,
    value: of(ours, what),
    unit,
    baseline: of(theirs, what),
    aim,
  });
  return {
    figures: [
      figure("addSerial", "add_serial", "/s", null),
      figure("addConcurrent", "add_concurrent", "/s", null),
      figure("addBulk", "add_bulk", "/s", null),
      figure("handleOneByOne", "handle_c1", "/s", null),
      figure("handle100", "handle_c100", "/s", "≥ 2 × the baseline"),
      figure("toHandlerP50Ms", "add_to_handler_p50", "ms", null),
      figure("toHandlerP99Ms", "add_to_handler_p99", "ms", "not above the baseline"),
    ],
    how: `BullMQ in the same process, on the same redis-server (appendonly yes, appendfsync always), the same JSON; ${ROUNDS} rounds in turn, the middle one counts. Handlers do nothing. add_to_handler: ${PACED_PER_SECOND} jobs a second, concurrency 100.`,
    delivery: sameCounts({
      "jobs added to each": ROUNDS * JOBS_OF_A_ROUND,
      "handled once by ours": sum(ours.map(({ handledOnce }) => handledOnce)),
      "handled once by BullMQ": sum(theirs.map(({ handledOnce }) => handledOnce)),
    }),
  };
}

async function playRound(open: Open, url: string, prefix: string): Promise<Round> {
  const rival = await open(url, prefix);
  const tally = createTally();
  try {
    const addSerial = await perSecond(tally.make(SERIAL), async (jobs) => {
      for (const job of jobs) await rival.add(job);
    });
    const addConcurrent = await perSecond(tally.make(CONCURRENT), async (jobs) => {
      await Promise.all(jobs.map((job) => rival.add(job)));
    });
    const addBulk = await perSecond(tally.make(BULK), (jobs) => addInBulk(rival, jobs));
    await handleRate(rival, tally, 100);
    await addInBulk(rival, tally.make(HANDLED_ALONE));
    const handleOneByOne = await handleRate(rival, tally, 1);
    await addInBulk(rival, tally.make(HANDLED));
    const handle100 = await handleRate(rival, tally, 100);
    const latency = await addPaced(rival, tally);
    const handledOnce = tally.handledOnce();
    return {
      addSerial,
      addConcurrent,
      addBulk,
      handleOneByOne,
      handle100,
      ...latency,
      handledOnce,
    };
  } finally {
    await rival.close();
  }
}

/** Who was made and who was handled how often: a job that comes twice spoils the figure. */
function createTally() {
  const handled = new Map<string, number>();
  let made = 0;
  let waiter = Promise.withResolvers<void>();
  return {
    make: (count: number): Job[] => {
      made += count;
      waiter = Promise.withResolvers();
      return Array.from({ length: count }, () => ({
        organizationId: "0192f0c1-0000-7000-8000-000000000001",
        conversationId: newId(),
      }));
    },
    handle: async ({ conversationId }: Job): Promise<void> => {
      handled.set(conversationId, (handled.get(conversationId) ?? 0) + 1);
      if (handled.size === made) waiter.resolve();
    },
    left: () => made - handled.size,
    all: () => withDeadline(waiter.promise, DEADLINE_MS, "Handling all jobs"),
    handledOnce: () => [...handled.values()].filter((times) => times === 1).length,
  };
}

type Tally = ReturnType<typeof createTally>;

async function addInBulk(rival: Rival, jobs: readonly Job[]): Promise<void> {
  for (let at = 0; at < jobs.length; at += BULK_SIZE) {
    await rival.addBulk(jobs.slice(at, at + BULK_SIZE));
  }
}

async function perSecond(jobs: Job[], add: (jobs: Job[]) => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await add(jobs);
  return (jobs.length * 1_000) / (performance.now() - startedMs);
}

/** What waits, a second; from the start of the worker until the last handler was called. */
async function handleRate(rival: Rival, tally: Tally, concurrency: number): Promise<number> {
  const count = tally.left();
  const startedMs = performance.now();
  const stop = await rival.work(concurrency, tally.handle);
  await tally.all();
  const tookMs = performance.now() - startedMs;
  await stop();
  return (count * 1_000) / tookMs;
}

async function addPaced(rival: Rival, tally: Tally) {
  const addedAtMs = new Map<string, number>();
  const waitedMs: number[] = [];
  const jobs = tally.make(PACED);
  const stop = await rival.work(100, async (job) => {
    waitedMs.push(performance.now() - (addedAtMs.get(job.conversationId) ?? Number.NaN));
    await tally.handle(job);
  });
  const startedMs = performance.now();
  for (const [index, job] of jobs.entries()) {
    const dueMs = startedMs + (index * 1_000) / PACED_PER_SECOND;
    await sleep(Math.max(0, dueMs - performance.now()));
    addedAtMs.set(job.conversationId, performance.now());
    await rival.add(job);
  }
  await tally.all();
  await stop();
  return {
    toHandlerP50Ms: percentile(waitedMs, 50),
    toHandlerP99Ms: percentile(waitedMs, 99),
  };
}

const sum = (counts: readonly number[]) => counts.reduce((all, one) => all + one, 0);

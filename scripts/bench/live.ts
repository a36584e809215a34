import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { withDeadline } from "../../src/lib/deadline.ts";
import { startEmbedded } from "../../src/ops/embedded.ts";
import { openSocket } from "../../tests/realtime/client.ts";
import { anEvent, openPublisher } from "../../tests/realtime/harness.ts";
import { eventually } from "../../tests/support/wait.ts";
import { startHelper } from "./helper-process.ts";
import { silentLog, temporaryFolder } from "./installation.ts";
import type { LiveKind, LiveLoadConfig, LiveLoadReport, LiveServerConfig } from "./live-config.ts";
import { type Figure, type Measure, median, type Outcome, sameCounts } from "./measure.ts";

const SOCKETS = [2_000, 5_000];
const ROUNDS = 3;
const LOAD = { warmUp: 10, events: 40, perSecond: 10, burst: 100 };
const PER_SOCKET = LOAD.warmUp + LOAD.events + LOAD.burst;
const ROUND_MS = 60_000;
const MISSED = 1_000;
const RESUMES = 5;
const RESUME_MS = 10_000;

/**
 * From publication to the frame at every socket of one organization, beside Socket.IO with its Redis
 * streams adapter under the same load; and how long a thousand missed events take to resume.
 */
export const live: Measure = { name: "live", run };

async function run(stack: AsyncDisposableStack): Promise<Outcome> {
  const redisUrl = await startRedis(stack);
  const figures: Figure[] = [];
  const got = { due: 0, ours: 0, theirs: 0 };
  for (const sockets of SOCKETS) {
    const ours: LiveLoadReport[] = [];
    const theirs: LiveLoadReport[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      ours.push(await loadRound(stack, "leadline", redisUrl, sockets));
      theirs.push(await loadRound(stack, "socket.io", redisUrl, sockets));
    }
    figures.push(...compare(sockets, ours, theirs));
    got.due += ROUNDS * sockets * PER_SOCKET;
    got.ours += ours.reduce((sum, { frames }) => sum + frames, 0);
    got.theirs += theirs.reduce((sum, { frames }) => sum + frames, 0);
  }
  const value = await resume(stack, redisUrl);
  figures.push({ name: "live_resume", value, unit: "ms", baseline: null, aim: "≤ 100 ms" });
  return {
    figures,
    how: `${SOCKETS.join(" and ")} sockets of one organization on one server process, ${LOAD.events} events at ${LOAD.perSecond}/s (after ${LOAD.warmUp} to warm up) published through Redis by the loader's process; from before the publication to each frame's arrival. burst: ${LOAD.burst} events published one by one without a pause, frames a second until the last. The middle of ${ROUNDS} rounds in turn with Socket.IO and its Redis streams adapter, on Bun too, same loader. live_resume: hello with a cursor ${MISSED} events old to the last of them, the middle of ${RESUMES}.`,
    delivery: `each socket got each event once and in order: ${sameCounts({
      "frames due": got.due,
      "frames of ours": got.ours,
      "of Socket.IO": got.theirs,
    })}`,
  };
}

function compare(
  sockets: number,
  ours: readonly LiveLoadReport[],
  theirs: readonly LiveLoadReport[],
): Figure[] {
  const figure = (
    name: string,
    unit: string,
    aim: string | null,
    of: (report: LiveLoadReport) => number,
  ): Figure => ({
    name: `live_${sockets}_${name}`,
    value: median(ours.map(of)),
    unit,
    baseline: median(theirs.map(of)),
    aim,
  });
  return [
    figure("p50", "ms", null, ({ p50Ms }) => p50Ms),
    figure("p99", "ms", "≤ baseline", ({ p99Ms }) => p99Ms),
    figure("burst", "frames/s", "≥ baseline", (report) => report.burstFramesPerSecond),
  ];
}

async function startRedis(stack: AsyncDisposableStack): Promise<string> {
  const dataDir = temporaryFolder(stack);
  const embedded = await startEmbedded({ dataDir, postgres: false, redis: true, log: silentLog });
  stack.defer(embedded.stop);
  if (embedded.redisUrl === null) throw new Error("Redis did not start.");
  return embedded.redisUrl;
}

/** One server and one loader, both new, and both ended when it is over. */
async function loadRound(
  stack: AsyncDisposableStack,
  kind: LiveKind,
  redisUrl: string,
  sockets: number,
): Promise<LiveLoadReport> {
  await using round = new AsyncDisposableStack();
  stack.defer(() => round.disposeAsync());
  const server: LiveServerConfig = { kind, redisUrl, prefix: `bench-${randomUUID()}` };
  const { url } = await startHelper(round, "live-server.ts", server);
  const config: LiveLoadConfig = { ...server, ...LOAD, url, sockets };
  const loader = Bun.spawn(
    [
      process.execPath,
      "--no-env-file",
      join(import.meta.dir, "live-loader.ts"),
      JSON.stringify(config),
    ],
    { stdout: "pipe", stderr: "inherit", timeout: ROUND_MS },
  );
  round.defer(async () => {
    loader.kill("SIGKILL");
    await loader.exited;
  });
  const printed = await new Response(loader.stdout).text();
  if (printed === "") throw new Error(`The loader failed with ${sockets} sockets on ${kind}.`);
  return JSON.parse(printed) as LiveLoadReport;
}

/** Milliseconds from hello to the last of the missed events, the middle of some. */
async function resume(stack: AsyncDisposableStack, redisUrl: string): Promise<number> {
  await using round = new AsyncDisposableStack();
  stack.defer(() => round.disposeAsync());
  const server: LiveServerConfig = { kind: "leadline", redisUrl, prefix: `bench-${randomUUID()}` };
  const { url } = await startHelper(round, "live-server.ts", server);
  const publisher = await openPublisher(redisUrl, { prefix: server.prefix, partitions: 1 });
  round.defer(() => publisher.close());
  // A cursor before the first event of all cannot be checked, and a large read behind it would reset.
  await publisher.publish.events([anEvent()]);
  const wsUrl = `${url.replace("http", "ws")}/live`;
  const watcher = await openSocket(wsUrl);
  round.defer(() => watcher.close());
  const answer = await watcher.hello("any");
  if (answer.type !== "welcome") throw new Error("The first socket was not welcomed.");
  const sent = Array.from({ length: MISSED }, () => anEvent());
  await publisher.publish.events(sent);
  await eventually(() => watcher.events().length === MISSED, { timeoutMs: RESUME_MS });
  const tookMs: number[] = [];
  for (let time = 0; time < RESUMES; time += 1) {
    tookMs.push(
      await resumeOnce(
        wsUrl,
        answer.data.cursor,
        sent.map(({ eventId }) => eventId),
      ),
    );
  }
  return median(tookMs);
}

async function resumeOnce(
  wsUrl: string,
  cursor: string,
  eventIds: readonly string[],
): Promise<number> {
  const all = Promise.withResolvers<void>();
  let count = 0;
  const socket = await openSocket(wsUrl, {
    onFrame: (frame) => {
      if (frame.id !== null) count += 1;
      if (count === eventIds.length) all.resolve();
    },
  });
  const startedMs = performance.now();
  socket.send("hello", { ticket: "any", cursor });
  await withDeadline(all.promise, RESUME_MS, "The resuming");
  const tookMs = performance.now() - startedMs;
  const got = socket.events().map((frame) => (frame.id === null ? "" : frame.data.eventId));
  socket.close();
  if (got.join() !== eventIds.join()) throw new Error("Resuming was not exact.");
  return tookMs;
}

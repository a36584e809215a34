import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { startLeadline } from "../../tests/support/processes.ts";
import { startHelper } from "./helper-process.ts";
import { createInstallation, type Installation } from "./installation.ts";
import type {
  LiveKind,
  LiveLoadConfig,
  LiveLoadReport,
  LiveOfficeConfig,
  SocketIoConfig,
} from "./live-config.ts";
import { MISSED, RESUMES, resume } from "./live-resume.ts";
import { type Figure, type Measure, median, type Outcome, sameCounts } from "./measure.ts";

const SOCKETS = [2_000, 5_000];
const ROUNDS = 3;
const LOAD = { warmUp: 10, events: 40, perSecond: 10, burst: 100 };
const PER_SOCKET = LOAD.warmUp + LOAD.events + LOAD.burst;
const ROUND_MS = 60_000;

const HOW = `${SOCKETS.join(" and ")} sockets of one organization on one process: ours is src/main.ts with ROLE=api, each socket with a session and a ticket of its own in Postgres; Socket.IO's lets everybody in. ${LOAD.events} changes at ${LOAD.perSecond}/s after ${LOAD.warmUp} to warm up, made by the loader's process as a worker would: one statement changes a conversation and writes its event to the outbox, then the event is told through Redis. Both clocks start before that statement is sent, so both include the same commit (live_commit_p50), and end when the frame has arrived at a socket. burst: ${LOAD.burst} events that are committed already, told one by one without a pause, frames a second until the last. The middle of ${ROUNDS} rounds in turn with Socket.IO and its Redis streams adapter, on Bun too, same loader. live_resume: hello with a cursor ${MISSED} events old to the last of them, the middle of ${RESUMES}.`;

/**
 * From the commit of a change to its frame at every socket of one organization, beside Socket.IO with
 * its Redis streams adapter under the same load; and how long a thousand missed events take to resume.
 */
export const live: Measure = { name: "live", run };

async function run(stack: AsyncDisposableStack): Promise<Outcome> {
  const installation = await createInstallation(stack, { numbers: 1, quietMs: 0 });
  const office = officeOf(installation);
  const figures: Figure[] = [];
  const all: Record<LiveKind, LiveLoadReport[]> = { leadline: [], "socket.io": [] };
  for (const sockets of SOCKETS) {
    const rounds: Record<LiveKind, LiveLoadReport[]> = { leadline: [], "socket.io": [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const kind of ["leadline", "socket.io"] as const) {
        rounds[kind].push(await loadRound(stack, installation, { kind, office, sockets }));
      }
    }
    figures.push(...compare(sockets, rounds.leadline, rounds["socket.io"]));
    all.leadline.push(...rounds.leadline);
    all["socket.io"].push(...rounds["socket.io"]);
  }
  const commitMs = (kind: LiveKind) => median(all[kind].map(({ commitP50Ms }) => commitP50Ms));
  figures.push({
    name: "live_commit_p50",
    value: commitMs("leadline"),
    unit: "ms",
    baseline: commitMs("socket.io"),
    aim: null,
  });
  const value = await withApi(stack, installation, (url) => resume(url, office));
  figures.push({ name: "live_resume", value, unit: "ms", baseline: null, aim: "≤ 100 ms" });
  const got = (kind: LiveKind) => all[kind].reduce((sum, { frames }) => sum + frames, 0);
  const due = SOCKETS.reduce((sum, sockets) => sum + ROUNDS * sockets * PER_SOCKET, 0);
  return {
    figures,
    how: HOW,
    delivery: `each socket got each event once and in order: ${sameCounts({
      "frames due": due,
      "frames of ours": got("leadline"),
      "of Socket.IO": got("socket.io"),
    })}`,
  };
}

function officeOf({ env, organizationId, numbers }: Installation): LiveOfficeConfig {
  const { DATABASE_URL: databaseUrl = "", REDIS_URL: redisUrl = "" } = env;
  return { databaseUrl, redisUrl, organizationId, integrationId: numbers[0]?.integrationId ?? "" };
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

/** One server and one loader, both new, and both ended when it is over. */
async function loadRound(
  stack: AsyncDisposableStack,
  installation: Installation,
  round: Pick<LiveLoadConfig, "kind" | "office" | "sockets">,
): Promise<LiveLoadReport> {
  const { redisUrl } = round.office;
  const socketIo: SocketIoConfig = { redisUrl, streamName: `bench-${randomUUID()}` };
  const load = (url: string) => runLoader(stack, { ...LOAD, ...round, socketIo, url });
  if (round.kind === "leadline") return await withApi(stack, installation, load);
  await using server = new AsyncDisposableStack();
  stack.defer(() => server.disposeAsync());
  return await load((await startHelper(server, "socket-io-server.ts", socketIo)).url);
}

async function withApi<Result>(
  stack: AsyncDisposableStack,
  { env }: Installation,
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  await using running = new AsyncDisposableStack();
  stack.defer(() => running.disposeAsync());
  const api = await startLeadline("api", env);
  running.defer(async () => {
    api.kill("SIGKILL");
    await api.exited;
  });
  await api.ready();
  return await work(api.url);
}

async function runLoader(
  stack: AsyncDisposableStack,
  config: LiveLoadConfig,
): Promise<LiveLoadReport> {
  await using running = new AsyncDisposableStack();
  stack.defer(() => running.disposeAsync());
  const path = join(import.meta.dir, "live-loader.ts");
  const loader = Bun.spawn([process.execPath, "--no-env-file", path, JSON.stringify(config)], {
    stdout: "pipe",
    stderr: "inherit",
    timeout: ROUND_MS,
  });
  running.defer(async () => {
    loader.kill("SIGKILL");
    await loader.exited;
  });
  const printed = await new Response(loader.stdout).text();
  if (printed !== "") return JSON.parse(printed) as LiveLoadReport;
  throw new Error(`The loader failed with ${config.sockets} sockets on ${config.kind}.`);
}

import { createAdapter } from "@socket.io/redis-streams-adapter";
import { Redis } from "ioredis";
import { Server } from "socket.io";
import { anEvent, openPublisher } from "../../tests/realtime/harness.ts";
import { type LiveLoadConfig, type LiveLoadReport, readArgument } from "./live-config.ts";
import { openWire } from "./live-wire.ts";
import { percentile } from "./measure.ts";

const CONNECTING_AT_ONCE = 50;
const DRAIN_MS = 20_000;
const TEXT = "Would Thursday at four suit you for the visit? ".repeat(4);
/** Of either side; their frames differ only in what is around the row. */
const NUMBER_KEY = Buffer.from('"n":');

const config = readArgument<LiveLoadConfig>(process.argv[2]);
const { sockets, warmUp, events, burst } = config;
const total = warmUp + events + burst;
const publishedAtMs = new Float64Array(total);
const delaysMs = new Float64Array(sockets * events);
let timed = 0;
let frames = 0;
let ending = false;

console.log(JSON.stringify(await load()));
ending = true;
process.exit(0);

async function load(): Promise<LiveLoadReport> {
  for (let opened = 0; opened < sockets; opened += CONNECTING_AT_ONCE) {
    const count = Math.min(CONNECTING_AT_ONCE, sockets - opened);
    await Promise.all(Array.from({ length: count }, follow));
  }
  const publish = await openPublishing();
  await publishSteadily(publish);
  await allArrived(warmUp + events);
  const burstAtMs = performance.now();
  await publish(Array.from({ length: burst }, (_, n) => warmUp + events + n));
  await allArrived(total);
  const burstMs = performance.now() - burstAtMs;
  return {
    frames,
    p50Ms: percentile(delaysMs, 50),
    p99Ms: percentile(delaysMs, 99),
    burstFramesPerSecond: (sockets * burst) / (burstMs / 1_000),
  };
}

async function publishSteadily(publish: (numbers: number[]) => Promise<void>): Promise<void> {
  const startMs = performance.now();
  for (let n = 0; n < warmUp + events; n += 1) {
    await Bun.sleep(Math.max(0, startMs + (n * 1_000) / config.perSecond - performance.now()));
    publishedAtMs[n] = performance.now();
    await publish([n]);
  }
}

async function allArrived(count: number): Promise<void> {
  const endMs = performance.now() + DRAIN_MS;
  while (frames < count * sockets) {
    if (performance.now() > endMs) fail(`${frames} of ${count * sockets} frames came`);
    await Bun.sleep(2);
  }
}

/** Opens one socket and resolves once it follows. Each must get every event once and in order. */
async function follow(): Promise<void> {
  const following = Promise.withResolvers<void>();
  const isOurs = config.kind === "leadline";
  let next = 0;
  const path = isOurs ? "/live" : "/socket.io/?EIO=4&transport=websocket";
  const wire = await openWire(new URL(config.url), path, {
    onText: (payload) => {
      const at = payload.indexOf(NUMBER_KEY);
      if (at < 0) {
        control(payload.toString());
        return;
      }
      const n = numberAt(payload, at + NUMBER_KEY.length);
      if (n !== next) fail(`event ${n} came where ${next} was due`);
      next += 1;
      arrived(n);
    },
    onClose: () => fail("a socket was closed"),
  });
  if (isOurs) wire.send('{"v":1,"type":"hello","data":{"ticket":"any"}}');
  await following.promise;

  /** Socket.IO: 0 is its greeting, 40 joins, 2 asks whether we live. */
  function control(text: string): void {
    if (isOurs ? text.includes('"welcome"') : text.startsWith("40")) following.resolve();
    else if (!isOurs && text.startsWith("0")) wire.send("40");
    else if (!isOurs && text === "2") wire.send("3");
  }
}

function arrived(n: number): void {
  frames += 1;
  if (n < warmUp || n >= warmUp + events) return;
  delaysMs[timed] = performance.now() - (publishedAtMs[n] ?? Number.NaN);
  timed += 1;
}

function numberAt(bytes: Buffer, from: number): number {
  let number = 0;
  for (let at = from; ; at += 1) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) return number;
    number = number * 10 + digit;
  }
}

/** Publishes from here, outside the server, through Redis: as workers do. */
async function openPublishing(): Promise<(numbers: number[]) => Promise<void>> {
  const { kind, redisUrl, prefix } = config;
  const eventOf = (n: number) => anEvent({ data: { n, text: TEXT } });
  if (kind === "leadline") {
    const { publish } = await openPublisher(redisUrl, { prefix, partitions: 1 });
    return async (numbers) => {
      await Promise.all(numbers.map((n) => publish.events([eventOf(n)])));
    };
  }
  const redis = new Redis(redisUrl, { protocol: 2 });
  const io = new Server({ adapter: createAdapter(redis, { streamName: prefix }) });
  await redis.ping();
  return async (numbers) => {
    for (const n of numbers) io.to("organization").emit("event", eventOf(n));
  };
}

function fail(what: string): void {
  if (ending) return;
  console.error(`Live load on ${config.kind}: ${what}.`);
  process.exit(1);
}

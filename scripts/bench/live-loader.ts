import { createAdapter } from "@socket.io/redis-streams-adapter";
import { Redis } from "ioredis";
import { Server } from "socket.io";
import type { LiveEvent } from "../../src/lib/events.ts";
import { type LiveLoadConfig, type LiveLoadReport, readArgument } from "./live-config.ts";
import { openOffice } from "./live-office.ts";
import { openWire } from "./live-wire.ts";
import { percentile } from "./measure.ts";

const CONNECTING_AT_ONCE = 50;
const DRAIN_MS = 20_000;
/** Of either side; their frames differ only in what is around the row. A new row has version 1. */
const NUMBER_KEY = Buffer.from('"version":');
const FIRST_VERSION = 2;

const config = readArgument<LiveLoadConfig>(process.argv[2]);
const { sockets, warmUp, events, burst } = config;
const total = warmUp + events + burst;
const startedAtMs = new Float64Array(total);
const commitsMs = new Float64Array(events);
const delaysMs = new Float64Array(sockets * events);
let timed = 0;
let frames = 0;
let ending = false;

console.log(JSON.stringify(await load()));
ending = true;
process.exit(0);

async function load(): Promise<LiveLoadReport> {
  const office = await openOffice(config.office);
  const tickets = await office.tickets(sockets);
  for (let opened = 0; opened < sockets; opened += CONNECTING_AT_ONCE) {
    await Promise.all(tickets.slice(opened, opened + CONNECTING_AT_ONCE).map(follow));
  }
  const tell = await openTelling(office.announce);
  await changeSteadily(office.commit, tell);
  await allArrived(warmUp + events);
  const committed: LiveEvent[] = [];
  while (committed.length < burst) committed.push(await office.commit());
  const burstAtMs = performance.now();
  await Promise.all(committed.map(tell));
  await allArrived(total);
  const burstMs = performance.now() - burstAtMs;
  await office.close();
  return {
    frames,
    p50Ms: percentile(delaysMs, 50),
    p99Ms: percentile(delaysMs, 99),
    commitP50Ms: percentile(commitsMs, 50),
    burstFramesPerSecond: (sockets * burst) / (burstMs / 1_000),
  };
}

async function changeSteadily(
  commit: () => Promise<LiveEvent>,
  tell: (event: LiveEvent) => Promise<void>,
): Promise<void> {
  const startMs = performance.now();
  for (let n = 0; n < warmUp + events; n += 1) {
    await Bun.sleep(Math.max(0, startMs + (n * 1_000) / config.perSecond - performance.now()));
    const startedMs = performance.now();
    startedAtMs[n] = startedMs;
    const event = await commit();
    if (n >= warmUp) commitsMs[n - warmUp] = performance.now() - startedMs;
    await tell(event);
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
async function follow(ticket: string): Promise<void> {
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
      const n = numberAt(payload, at + NUMBER_KEY.length) - FIRST_VERSION;
      if (n !== next) fail(`event ${n} came where ${next} was due`);
      next += 1;
      arrived(n);
    },
    onClose: () => fail("a socket was closed"),
  });
  if (isOurs) wire.send(`{"v":1,"type":"hello","data":{"ticket":"${ticket}"}}`);
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
  delaysMs[timed] = performance.now() - (startedAtMs[n] ?? Number.NaN);
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

/** Told from here, outside the server, through Redis: as workers do. */
async function openTelling(
  announce: (event: LiveEvent) => Promise<void>,
): Promise<(event: LiveEvent) => Promise<void>> {
  if (config.kind === "leadline") return announce;
  const { redisUrl, streamName } = config.socketIo;
  const redis = new Redis(redisUrl, { protocol: 2 });
  const io = new Server({ adapter: createAdapter(redis, { streamName }) });
  await redis.ping();
  return async (event) => void io.to("organization").emit("event", event);
}

function fail(what: string): void {
  if (ending) return;
  console.error(`Live load on ${config.kind}: ${what}.`);
  process.exit(1);
}

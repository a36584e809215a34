import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Value } from "@sinclair/typebox/value";
import { Elysia } from "elysia";
import { recordLlmCall } from "../../src/db/queries/record-llm-call.ts";
import { reserveLlmCall } from "../../src/db/queries/reserve-llm-call.ts";
import { shippedPrices } from "../../src/db/seed/price-table.ts";
import { seedPrices } from "../../src/db/seed/prices.ts";
import { createAnnouncer } from "../../src/flows/announce.ts";
import { createIngestHandler } from "../../src/flows/ingest.ts";
import { createMediaHandler, type MediaDeps } from "../../src/flows/media.ts";
import type { CrashPoint } from "../../src/lib/crash-points.ts";
import { newId } from "../../src/lib/ids.ts";
import { createDescriber } from "../../src/llm/describer.ts";
import { createTraffic, type Traffic } from "../../src/llm/traffic.ts";
import { createTranscriber } from "../../src/llm/transcriber.ts";
import { createSimulator } from "../../src/simulator/simulator.ts";
import { createDiskStore } from "../../src/storage/disk.ts";
import { sniff } from "../../src/storage/sniff.ts";
import type { MediaStore } from "../../src/storage/store.ts";
import { createMediaClient } from "../../src/whatsapp/media.ts";
import { InboundItem } from "../../src/whatsapp/payload.ts";
import { splitWebhook } from "../../src/whatsapp/webhook.ts";
import { silentLog, tempDir } from "../support/servers.ts";
import { eventually } from "../support/wait.ts";
import { createWorld } from "./world.ts";

const TOKEN = "media-token";
const LEAD = "14155550100";

export interface MediaRow {
  id: string;
  messageId: string;
  kind: string;
  state: string;
  problem: string | null;
  mimeType: string | null;
  bytes: number | null;
  step: string | null;
  attempts: number;
  nextAttemptAt: Date;
  leaseOwner: string | null;
  reading: string;
  transcript: string | null;
  transcriptConfidence: number | null;
  transcriptClear: boolean | null;
  description: string | null;
  wakeSeq: number | null;
}

/** The flows' world, where leads send files through a simulated Meta and workers fetch and read them. */
export async function createMediaWorld(
  name: string,
  { transcribes = true, store: given }: { transcribes?: boolean; store?: MediaStore } = {},
) {
  const world = await createWorld(name);
  await seedPrices(world.db, shippedPrices());
  const meta = startMeta(world.clock);
  const dir = tempDir(name);
  const store = given ?? createDiskStore(dir);
  const crashes = new Set<CrashPoint>();
  const { appended, scheduled, events } = world;
  const announcer = createAnnouncer({
    db: world.db,
    log: silentLog,
    publish: {
      append: async (batch) => void appended.push(...batch),
      schedule: async (batch) => void scheduled.push(...batch),
      events: async (batch) => void events.push(...batch),
    },
  });
  /** A new one for each call: no model rests because of what an earlier test did. */
  const unhurt: Traffic = {
    pass: (way, ask) => createTraffic({ concurrency: 4 }).pass(way, ask),
  };
  const api = {
    baseUrl: `${meta.url}/simulator/openai/v1`,
    apiKey: "any",
    log: silentLog,
    traffic: unhurt,
  };
  const client = createMediaClient({ graphUrl: `${meta.url}/simulator/graph`, version: "v25.0" });
  const crash = (step: CrashPoint) => {
    if (crashes.delete(step)) throw new Died();
  };
  const deps: MediaDeps = {
    db: world.db,
    clock: world.clock,
    log: silentLog,
    workerId: "w1",
    announcer,
    crash,
    store,
    sniff,
    openMedia: ({ metaMediaId, inlineUrl, phoneNumberId }, signal) =>
      client.open({ mediaId: metaMediaId, phoneNumberId, accessToken: TOKEN, inlineUrl, signal }),
    transcriber: transcribes ? createTranscriber({ ...api, model: "simulated-ear-1" }) : null,
    describer: createDescriber({ ...api, model: "simulated-1", fallbackModel: null }),
    reserveCall: (...call) => reserveLlmCall(world.db, ...call),
    recordCall: async (subject, call) => void (await recordLlmCall(world.db, subject, call)),
  };
  const ingest = createIngestHandler({
    ...{ db: world.db, clock: world.clock, announcer, onIngress() {}, transcribes, crash },
  });

  const it = {
    ...world,
    world,
    meta,
    store,
    deps,
    /** At the next one of these the worker dies. */
    crashes,
    /** A lead sends a file; it is told of by webhook and ingested. Answers Meta's id of it. */
    send: async (body: object): Promise<string> => {
      const { mediaId } = await meta.control("media", { from: LEAD, name: "Ann", ...body });
      await it.ingestTold();
      return mediaId;
    },
    /** Ingests what Meta has told of so far; `again`: once more what it told last. */
    ingestTold: async () => {
      const bodies = await eventually(() => meta.told());
      for (const body of bodies) await it.ingestBody(body);
    },
    ingestBody: async (body: unknown) => {
      for (const { item } of splitWebhook(body, new Date().toISOString())) {
        if (!Value.Check(InboundItem, item)) continue;
        const { organizationId, integrationId } = world;
        const entry = { v: 1 as const, organizationId, integrationId, requestId: newId(), item };
        await ingest([{ entry: { ...entry, receivedAt: new Date().toISOString() } }]);
      }
    },
    /** One delivery to a worker. */
    handle: async (mediaId: string, over: Partial<MediaDeps> = {}, replayOf?: string) => {
      const { organizationId } = world;
      await createMediaHandler({ ...deps, ...over })({
        entry: { v: 1, organizationId, mediaId, ...(replayOf && { replayOf }) },
        signal: new AbortController().signal,
      });
    },
    /** Workers take what lies in the stream, until nothing does. */
    work: async () => {
      for (;;) {
        const at = appended.findIndex(({ stream }) => stream === "media");
        const [next] = at === -1 ? [] : appended.splice(at, 1);
        if (next?.stream !== "media") return;
        await it.handle(next.entry.mediaId);
      }
    },
    /** As if the wait of every file were over. */
    due: () => world.db.rows`update media set next_attempt_at = now() where step is not null`,
    files: () => world.db.rows<MediaRow>`select * from media order by created_at, id`,
    file: async () => {
      const [first] = await it.files();
      if (first === undefined) throw new Error("no file yet");
      return first;
    },
    /** Everything that lies in the store, half written or kept. */
    stored: async () => {
      await mkdir(dir, { recursive: true });
      const found = await readdir(dir, { recursive: true, withFileTypes: true });
      return found
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
    },
    turns: () =>
      [...appended, ...scheduled.map(({ append }) => append)].filter(
        (one) => one.stream === "turns",
      ),
    /** As it was made: nobody has written, nothing is kept, Meta and the clock are as they were. */
    reset: async () => {
      await announcer.flush();
      await world.db.rows`truncate leads, outbox, notices, dead_letters, alerts cascade`;
      await world.db
        .rows`update organizations set describe_images = false, quiet_ms = 0, quiet_cap_ms = 0`;
      await world.db.rows`update workers set seen_at = now()`;
      await meta.reset();
      for (const list of [appended, scheduled, events, world.sends]) list.length = 0;
      crashes.clear();
      await rm(dir, { recursive: true, force: true });
    },
    close: async () => {
      await meta.stop();
      await announcer.flush();
      await world.close();
    },
  };
  return it;
}

export type MediaWorld = Awaited<ReturnType<typeof createMediaWorld>>;

/** Thrown where a worker is killed: nothing of what would follow happens. */
export class Died extends Error {}

/** A store that counts, to see that nothing is asked of it twice. */
export function watched(store: MediaStore): MediaStore & { puts: string[] } {
  const puts: string[] = [];
  return {
    ...store,
    puts,
    put: async (key, path, mimeType) => {
      puts.push(key);
      await store.put(key, path, mimeType);
    },
  };
}

function startMeta(clock: { now(): Date; setOffsetMs(offsetMs: number): void }) {
  let told: unknown[] = [];
  const receiver = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      told.push(await request.json());
      return new Response();
    },
  });
  let offsetMs = 0;
  const simulator = createSimulator({
    clock,
    log: silentLog,
    advanceClock: async (advanceMs) => {
      offsetMs += advanceMs;
      clock.setOffsetMs(offsetMs);
    },
    numbers: [
      {
        ...{
          webhookUrl: `http://127.0.0.1:${receiver.port}/`,
          phoneNumberId: "100",
          wabaId: "waba",
        },
        ...{ portfolioId: "portfolio", businessName: "Northwind", displayPhoneNumber: "+1" },
        ...{ appSecret: "secret-of-the-app", verifyToken: "verify", organizationId: "" },
        accessToken: TOKEN,
      },
    ],
    settings: { modelLatencyMs: 0, webhookRetryDelayMs: 10 },
  });
  const app = new Elysia().use(simulator.app).listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${app.server?.port}`;
  return {
    url,
    // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON freely.
    control: async (path: string, body: object): Promise<any> => {
      const answer = await fetch(`${url}/simulator/api/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(await answer.text());
      return await answer.json();
    },
    fault: async (kind: string, more: object = {}) => {
      await fetch(`${url}/simulator/api/faults`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ target: "media", kind, ...more }),
      });
    },
    calm: () => fetch(`${url}/simulator/api/faults`, { method: "DELETE" }),
    /** Webhooks that came since the last look, once there are any. */
    told: () => {
      const bodies = told;
      told = [];
      return bodies.length > 0 ? bodies : null;
    },
    reset: async () => {
      await fetch(`${url}/simulator/api/reset`, { method: "POST" });
      offsetMs = 0;
      clock.setOffsetMs(0);
      told = [];
    },
    stop: async () => {
      await simulator.stop();
      await app.stop(true);
      await receiver.stop(true);
    },
  };
}

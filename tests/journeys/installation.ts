import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Elysia } from "elysia";
import type { Role } from "../../src/config-variable.ts";
import { createDb } from "../../src/db/client.ts";
import { advanceClockOffset } from "../../src/db/queries/clock-offset.ts";
import { seedDemo } from "../../src/db/seed/demo.ts";
import { demoIds, demoNumber } from "../../src/db/seed/northwind.ts";
import { createShiftedClock } from "../../src/lib/clock.ts";
import { newId } from "../../src/lib/ids.ts";
import { createSecretBox } from "../../src/lib/secret-box.ts";
import { startEmbedded } from "../../src/ops/embedded.ts";
import { createSimulator } from "../../src/simulator/simulator.ts";
import { signBody } from "../../src/whatsapp/signature.ts";
import { testDatabase } from "../support/database.ts";
import { type LeadlineProcess, startLeadline } from "../support/processes.ts";
import { silentLog } from "../support/servers.ts";
import { eventually } from "../support/wait.ts";

const APP_SECRET = "journey-app-secret";
const VERIFY_TOKEN = "journey-verify-token";
const ENCRYPTION_KEY = Buffer.alloc(32, 7).toString("base64");

/** A number that nobody has connected yet, of another account with a token of its own. */
export const spareNumber = {
  phoneNumberId: "700000000000021",
  wabaId: "700000000000022",
  portfolioId: "700000000000023",
  displayPhoneNumber: "+1 303-555-0199",
  accessToken: "EAAspare0token0that0nobody0may0ever0read",
};

export interface Sent {
  to: string;
  text: string;
  wamid: string;
  status: string;
  callbackData: string;
}

/**
 * One installation of real processes with its own database and Redis. Meta, the phones and the model
 * are a simulator in the test's process, so that what they saw outlives every Leadline process.
 */
export async function createInstallation(
  roles: readonly Role[],
  settings = { quietMs: 150 },
  more: Record<string, string> = {},
) {
  const database = await testDatabase("journey");
  const dataDir = mkdtempSync(join(tmpdir(), "leadline-journey-"));
  const redis = await startEmbedded({ dataDir, postgres: false, redis: true, log: silentLog });
  const db = createDb({ url: database.url, maxConnections: 4, name: "journey" });
  const box = createSecretBox([ENCRYPTION_KEY]);
  await seedDemo({ db, box, number: demoNumber });
  await db.rows`update organizations set quiet_ms = ${settings.quietMs}`;

  const meta = await startMeta(db);
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.redisUrl ?? "",
    DATA_DIR: dataDir,
    WHATSAPP_GRAPH_URL: `${meta.url}/simulator/graph`,
    WHATSAPP_APP_SECRETS: APP_SECRET,
    WHATSAPP_VERIFY_TOKENS: VERIFY_TOKEN,
    OPENAI_BASE_URL: `${meta.url}/simulator/openai/v1`,
    OPENAI_API_KEY: "journey",
    LLM_MODEL: "simulated-1",
    ENCRYPTION_KEYS: ENCRYPTION_KEY,
    SIMULATOR: "off",
    ...more,
  };
  const processes: LeadlineProcess[] = [];
  for (const role of roles) processes.push(await startLeadline(role, env));
  await Promise.all(processes.map((process) => process.ready()));
  const api = processes[roles.findIndex((role) => role === "all" || role === "api")];
  if (api === undefined) throw new Error("An installation needs an API.");
  meta.deliverTo(`${api.url}/webhooks/whatsapp`);

  async function post(path: string, body: unknown): Promise<Response> {
    return await fetch(`${meta.url}/simulator/api/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  }
  async function ledger(to?: string): Promise<Sent[]> {
    const answer = await fetch(`${meta.url}/simulator/api/ledger${to ? `?to=${to}` : ""}`);
    const { data } = (await answer.json()) as { data: Sent[] };
    return data;
  }

  return {
    db,
    url: api.url,
    processes,
    ledger,
    post,
    /** Takes a token back, as Meta's settings do. */
    revoke: async (token: string) => {
      await fetch(`${meta.url}/simulator/api/tokens?accessToken=${token}`, { method: "DELETE" });
    },
    /** The lead with this phone number writes, to the demo's number unless another one is named. */
    write: async (from: string, text: string, phoneNumberId: string = demoNumber.phoneNumberId) => {
      const answer = await post("messages", { from, text, phoneNumberId });
      if (!answer.ok) throw new Error(await answer.text());
    },
    /** A webhook as Meta would send it, signed. */
    webhook: async (body: unknown, secret = APP_SECRET, path = "/webhooks/whatsapp") => {
      const bytes = new TextEncoder().encode(JSON.stringify(body));
      return await fetch(`${api.url}${path}`, {
        method: "POST",
        headers: { "x-hub-signature-256": signBody(secret, bytes) },
        body: bytes,
      });
    },
    /** Resolves once this person got `count` messages and nothing of theirs is unanswered. */
    settled: async (to: string, count: number, timeoutMs = 15_000) =>
      await eventually(
        async () => {
          const sent = await ledger(to);
          const open = await db.rows`
            select 1 from conversations c where (c.phone = ${to} or c.bsuid = ${to})
              and c.wake_seq > c.handled_seq and c.mode = 'bot'`;
          return sent.length >= count && open.length === 0 ? sent : null;
        },
        { timeoutMs, everyMs: 50 },
      ),
    stop: async () => {
      for (const process of processes) process.kill("SIGTERM");
      await Promise.all(processes.map((process) => process.exited));
      await meta.stop();
      await db.close(1_000);
      await redis.stop();
      await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export type Installation = Awaited<ReturnType<typeof createInstallation>>;

/** Serves the simulator; `deliverTo` may be told late, because the API's port is chosen late. */
async function startMeta(db: ReturnType<typeof createDb>) {
  let target = "";
  const relay = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) =>
      await fetch(target, {
        method: "POST",
        headers: request.headers,
        body: await request.arrayBuffer(),
      }).catch(() => new Response("away", { status: 502 })),
  });
  const world = {
    organizationId: demoIds.organization,
    businessName: "Northwind Solar",
    appSecret: APP_SECRET,
    verifyToken: VERIFY_TOKEN,
    webhookUrl: `http://127.0.0.1:${relay.port}/`,
  };
  const clock = createShiftedClock();
  const simulator = createSimulator({
    clock,
    log: silentLog,
    advanceClock: async (advanceMs) => clock.setOffsetMs(await advanceClockOffset(db, advanceMs)),
    numbers: [
      { ...demoNumber, ...world },
      { ...spareNumber, ...world },
    ],
    settings: {
      modelLatencyMs: 0,
      statusDelayMs: { sent: 20, delivered: 40, read: 60 },
      messagesPerSecond: 80,
      webhookRetryDelayMs: 50,
    },
  });
  const app = new Elysia().use(simulator.app).listen({ hostname: "127.0.0.1", port: 0 });
  return {
    url: `http://127.0.0.1:${app.server?.port}`,
    deliverTo: (url: string) => {
      target = url;
    },
    stop: async () => {
      await simulator.stop();
      await app.stop(true);
      await relay.stop(true);
    },
  };
}

/** Builds webhook bodies piece by piece, also broken ones. */
export function webhookBody(items: {
  contacts?: unknown[];
  messages?: unknown[];
  statuses?: unknown[];
  phoneNumberId?: string;
}) {
  const { phoneNumberId = demoNumber.phoneNumberId, ...rest } = items;
  const metadata = { display_phone_number: "1", phone_number_id: phoneNumberId };
  const value = { messaging_product: "whatsapp", metadata, ...rest };
  return {
    object: "whatsapp_business_account",
    entry: [{ id: demoNumber.wabaId, changes: [{ field: "messages", value }] }],
  };
}

export function textFrom(from: string, body: string, id = `wamid.${newId()}`) {
  const timestamp = String(Math.floor(Date.now() / 1000));
  return { from, id, timestamp, type: "text", text: { body } };
}

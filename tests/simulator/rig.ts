import { Elysia } from "elysia";
import { createShiftedClock } from "../../src/lib/clock.ts";
import type { Log } from "../../src/lib/log.ts";
import type { Identity, SimulatorSettings } from "../../src/simulator/deps.ts";
import { createSimulator } from "../../src/simulator/simulator.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look deep into JSON of several vendors.
export type Json = any;

/** One POST the receiver got, exactly as it came over the wire. */
export interface ReceivedWebhook {
  bytes: Uint8Array;
  signature: string | null;
  json: Json;
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

export const secondNumber = {
  phoneNumberId: "200000000000002",
  accessToken: "token-2",
  appSecret: "secret-of-the-second-app",
} as const;

function identities(webhookUrl: string): [Identity, Identity] {
  const first: Identity = {
    webhookUrl,
    phoneNumberId: "100000000000001",
    wabaId: "300000000000001",
    portfolioId: "400000000000001",
    businessName: "Northwind Solar",
    displayPhoneNumber: "+1 555-010-0999",
    appSecret: "secret-of-the-app",
    verifyToken: "verify-me",
    organizationId: "0190a000-0000-7000-8000-000000000001",
    accessToken: "token-1",
  };
  const second = {
    ...first,
    ...secondNumber,
    wabaId: "300000000000002",
    portfolioId: "400000000000002",
    displayPhoneNumber: "+1 555-010-0888",
  };
  return [first, second];
}

export type Rig = Awaited<ReturnType<typeof startRig>>;

/** A simulator on a free port, inside a host app like the product's, and a webhook that records. */
export async function startRig(settings: Partial<SimulatorSettings> = {}) {
  const received: ReceivedWebhook[] = [];
  let answers: number[] = [];
  const receiver = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const bytes = new Uint8Array(await request.arrayBuffer());
      const status = answers.shift() ?? 200;
      received.push({
        bytes,
        signature: request.headers.get("x-hub-signature-256"),
        json: JSON.parse(new TextDecoder().decode(bytes)),
      });
      return new Response(null, { status });
    },
  });
  const clock = createShiftedClock();
  let offsetMs = 0;
  const numbers = identities(`http://127.0.0.1:${receiver.port}/webhooks/whatsapp`);
  const simulator = createSimulator({
    clock,
    async advanceClock(advanceMs) {
      offsetMs += advanceMs;
      clock.setOffsetMs(offsetMs);
    },
    log: silent,
    numbers,
    templates: [
      {
        wabaId: numbers[0].wabaId,
        name: "hello",
        language: "en",
        category: "UTILITY",
        components: [{ type: "BODY", text: "Hello there" }],
        status: "APPROVED",
      },
    ],
    settings: {
      modelLatencyMs: 0,
      statusDelayMs: { sent: 5, delivered: 10, read: 15 },
      webhookRetryDelayMs: 10,
      ...settings,
    },
  });
  const app = new Elysia()
    .onRequest(({ set }) => {
      set.headers["x-request-id"] = "test";
    })
    .use(simulator.app)
    .listen({ port: 0, hostname: "127.0.0.1" });
  const origin = `http://127.0.0.1:${app.server?.port}`;
  const [identity] = numbers;

  async function api(method: string, path: string, body?: unknown): Promise<Json> {
    const response = await fetch(`${origin}/simulator/api${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    return { status: response.status, ...(await response.json()) };
  }

  return {
    origin,
    identity,
    numbers,
    clock,
    received,
    api,
    /** The next webhooks are answered with these statuses, then 200 again. */
    answerWith: (...statuses: number[]) => {
      answers = statuses;
    },
    graph(body: object, { token = identity.accessToken, number = identity.phoneNumberId } = {}) {
      return fetch(`${origin}/simulator/graph/v25.0/${number}/messages`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ messaging_product: "whatsapp", ...body }),
      });
    },
    model(body: object) {
      return fetch(`${origin}/simulator/openai/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: "Bearer any", "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    },
    /** Every inbound message, and every status, that reached the webhook so far. */
    messages: (): Json[] => changes(received).flatMap(({ value }) => value.messages ?? []),
    statuses: (): Json[] => changes(received).flatMap(({ value }) => value.statuses ?? []),
    async clear() {
      await api("POST", "/reset");
      received.length = 0;
      answers = [];
    },
    async stop() {
      await simulator.stop();
      await app.stop(true);
      await receiver.stop(true);
    },
  };
}

export function changes(received: readonly ReceivedWebhook[]): Json[] {
  return received.flatMap(({ json }) => json.entry.flatMap((entry: Json) => entry.changes));
}

export const text = (to: string, body = "Hello") => ({ to, type: "text", text: { body } });

import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { Elysia } from "elysia";
import { clientAddress } from "../../../src/http/plugins/client-address.ts";
import { errors } from "../../../src/http/plugins/errors.ts";
import { requestId } from "../../../src/http/plugins/request-id.ts";
import { webhookModule } from "../../../src/modules/webhook/index.ts";
import { MAX_BODY_BYTES, type WebhookOutcome } from "../../../src/modules/webhook/receive.ts";
import type { WebhookRoutes } from "../../../src/modules/webhook/routing.ts";
import { signBody } from "../../../src/whatsapp/signature.ts";
import { connected, openProducer, type Producer } from "../../../streams/connection.ts";
import { DATA_FIELD } from "../../../streams/entry.ts";
import { createPublisher, type Publish } from "../../../streams/publish.ts";
import { keyOf } from "../../../streams/topology.ts";
import { type TestKeyspace, testKeyspace } from "../../support/database.ts";
import { silentLog } from "../../support/servers.ts";

const PLATFORM_SECRETS = ["new-secret", "old-secret"];
const OWN_SECRET = "their-secret";
const RECEIVED_AT = new Date("2026-11-22T10:00:00.000Z");

/** N1 under the platform's app; N2 (and its account W2) under an app of organization B's own. */
const routes: WebhookRoutes = {
  byPhoneNumberId: (id) =>
    ({
      N1: { organizationId: "A", integrationId: "A1", app: "platform" } as const,
      N2: { organizationId: "B", integrationId: "B1", app: "own" } as const,
      N3: { organizationId: "C", integrationId: "C1", app: "own" } as const,
    })[id],
  byWabaId: (id) =>
    ({
      W1: [{ organizationId: "A", app: "platform" } as const],
      W3: [
        { organizationId: "A", app: "platform" } as const,
        { organizationId: "C", app: "platform" } as const,
        { organizationId: "D", app: "own" } as const,
      ],
      W2: [{ organizationId: "B", app: "own" } as const],
    })[id] ?? [],
  byKey: (key) =>
    key === "key-b"
      ? { organizationId: "B", appSecrets: [OWN_SECRET], verifyTokens: ["token-b"] }
      : undefined,
};

let keyspace: TestKeyspace;
let redis: Producer;
const servers: { stop(): unknown }[] = [];

beforeAll(async () => {
  keyspace = await testKeyspace("webhook");
  redis = openProducer({ url: keyspace.url, keyspace, log: silentLog });
  await connected(redis, 5_000);
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
  await keyspace.clear();
});
afterAll(() => redis.disconnect());

function serve(over: { append?: Publish["append"]; trustedProxies?: readonly string[] } = {}) {
  const outcomes: WebhookOutcome[] = [];
  const steps: string[] = [];
  const app = new Elysia({ normalize: false })
    .use(requestId())
    .use(errors({ log: silentLog }))
    .use(
      webhookModule({
        platformSecrets: PLATFORM_SECRETS,
        verifyTokens: ["token-2", "token-1"],
        routes,
        append: over.append ?? createPublisher({ redis, keyspace }).append,
        now: () => RECEIVED_AT,
        outcome: (name) => void outcomes.push(name),
        crash: (step) => void steps.push(step),
        log: silentLog,
        clientAddress: clientAddress(over.trustedProxies ?? []),
      }),
    )
    .listen({ port: 0, hostname: "127.0.0.1", maxRequestBodySize: 8 * 1024 * 1024 });
  servers.push(app);
  const url = `http://127.0.0.1:${app.server?.port}/webhooks/whatsapp`;
  return { url, outcomes, steps };
}

interface Post {
  path?: string;
  signature?: string | null;
  headers?: Record<string, string>;
}

/** Posts a body, signed by the platform's newest secret unless told otherwise. */
function post(
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  { path = "", signature, headers }: Post = {},
) {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const signed = signature === undefined ? signBody("new-secret", bytes) : signature;
  return fetch(url + path, {
    method: "POST",
    body: bytes,
    headers: {
      "content-type": "application/json",
      ...(signed !== null && { "x-hub-signature-256": signed }),
      ...headers,
    },
  });
}

interface Stored {
  organizationId: string | null;
  integrationId: string | null;
  receivedAt: string;
  requestId: string;
  item: { kind: string; wamid?: string; field?: string; raw: unknown; text?: string };
}

async function stored(stream: "inbound" | "receipts" | "notices"): Promise<Stored[]> {
  const entries = await redis.of(0).xrange(keyOf(keyspace, 0, stream), "-", "+");
  return entries.map(([, fields]) => JSON.parse(fields[fields.indexOf(DATA_FIELD) + 1] ?? ""));
}

async function storedCount(): Promise<number> {
  const lists = await Promise.all([stored("inbound"), stored("receipts"), stored("notices")]);
  return lists.flat().length;
}

const message = (id: string, body = "Hi") => ({
  id,
  from: "15550001",
  timestamp: "1763805600",
  type: "text",
  text: { body },
});
const change = (phoneNumberId: string, value: object) => ({
  field: "messages",
  value: { metadata: { phone_number_id: phoneNumberId }, ...value },
});
const envelope = (...changes: unknown[]) =>
  JSON.stringify({ object: "whatsapp_business_account", entry: [{ id: "W1", changes }] });
const oneMessage = envelope(change("N1", { messages: [message("m1")] }));
const sign = (secret: string, body: string) => signBody(secret, new TextEncoder().encode(body));

describe("a signed webhook", () => {
  test("is answered 200 once each of its items is in its stream", async () => {
    const { url, outcomes, steps } = serve();
    const body = envelope(
      change("N1", { messages: [message("m1")], statuses: [{ id: "s1", status: "read" }] }),
      { field: "account_update", value: { event: "X" } },
    );
    const response = await post(url, body, { headers: { "x-request-id": "request-0001" } });
    expect(response.status).toBe(200);
    const common = { v: 1, receivedAt: RECEIVED_AT.toISOString(), requestId: "request-0001" };
    const ofNumber = { ...common, organizationId: "A", integrationId: "A1" };
    expect(await stored("inbound")).toMatchObject([{ ...ofNumber, item: { wamid: "m1" } }]);
    expect(await stored("receipts")).toMatchObject([{ ...ofNumber, item: { wamid: "s1" } }]);
    expect(await stored("notices")).toMatchObject([
      { ...common, organizationId: "A", integrationId: null, item: { field: "account_update" } },
    ]);
    expect(outcomes).toEqual(["accepted"]);
    expect(steps).toEqual(["webhook:appended"]);
  });

  test("about an account goes to each organization that shares it under this app, and to no other", async () => {
    const { url } = serve();
    const shared = (...changes: unknown[]) =>
      JSON.stringify({ object: "whatsapp_business_account", entry: [{ id: "W3", changes }] });
    const body = shared(
      { field: "account_update", value: { event: "X" } },
      { field: "messages", value: { messages: [message("m1")] } },
    );
    expect((await post(url, body)).status).toBe(200);
    const kept = await stored("notices");
    expect(kept.map(({ organizationId, item }) => [organizationId, item.field])).toEqual([
      ["A", "account_update"],
      ["C", "account_update"],
      // Whose the message is nobody can tell, so nobody reads it.
      [null, "unreadable"],
    ]);
    expect(await stored("inbound")).toEqual([]);
  });

  test("is taken with a thousand updates, all in one append", async () => {
    let appends = 0;
    const publisher = createPublisher({ redis, keyspace });
    const { url } = serve({
      append: async (batch) => {
        appends += 1;
        await publisher.append(batch);
      },
    });
    const messages = Array.from({ length: 1_000 }, (_, no) => message(`m${no}`));
    expect((await post(url, envelope(change("N1", { messages })))).status).toBe(200);
    expect((await stored("inbound")).map(({ item }) => item.wamid)).toEqual(
      messages.map(({ id }) => id),
    );
    expect(appends).toBe(1);
  });

  test("is taken when the older secret signed it, and with its escapes as they came", async () => {
    const { url } = serve();
    const body = oneMessage.replace("Hi", String.raw`caf\u00e9 \ud83d\ude00 a\/b`);
    const response = await post(url, body, { signature: sign("old-secret", body) });
    expect(response.status).toBe(200);
    expect(await stored("inbound")).toMatchObject([{ item: { text: "café 😀 a/b" } }]);
  });

  test("keeps the siblings of a broken item and of an unknown type", async () => {
    const { url } = serve();
    const messages = [message("m1"), null, { ...message("m2"), type: "hologram" }, message("m3")];
    expect((await post(url, envelope(change("N1", { messages }), null))).status).toBe(200);
    expect((await stored("inbound")).map(({ item }) => item.wamid)).toEqual(["m1", "m2", "m3"]);
    expect((await stored("notices")).map(({ item }) => item.field)).toEqual([
      "unreadable",
      "unreadable",
    ]);
  });

  test.each([
    ["not JSON", "<html>\u0000", "not_json"],
    ["cut off", oneMessage.slice(0, -3), "not_json"],
    ["of an unknown object", '{"object":"page","entry":[]}', "unknown_object"],
    ["null", "null", "unknown_object"],
    ["empty", "", "not_json"],
  ])("that is %s is answered 200 and kept raw", async (_, body, field) => {
    const { url } = serve();
    expect((await post(url, body)).status).toBe(200);
    expect(await stored("notices")).toMatchObject([
      { organizationId: null, integrationId: null, item: { kind: "notice", field } },
    ]);
  });

  test("stores hostile text faithfully but for what cannot be stored", async () => {
    const { url } = serve();
    const said = `\u0000 \ud800 😀 \u202eشكرا ${"x".repeat(4_000)}`;
    await post(url, envelope(change("N1", { messages: [message("m1", said)] })));
    expect(await stored("inbound")).toMatchObject([
      {
        item: { text: said.replace("\u0000", "\ufffd").replace("\ud800", "\ufffd"), altered: true },
      },
    ]);
  });
});

describe("a number that the signer does not own", () => {
  test("has its items dropped and counted, their siblings kept", async () => {
    const { url, outcomes } = serve();
    const body = envelope(
      change("N2", { messages: [message("theirs")] }),
      change("N1", { messages: [message("ours")] }),
      change("N9", { messages: [message("nobody's")] }),
    );
    expect((await post(url, body)).status).toBe(200);
    expect((await stored("inbound")).map(({ item }) => item.wamid)).toEqual(["ours"]);
    expect(outcomes).toEqual(["item_dropped", "item_dropped", "accepted"]);
  });

  test("is out of reach for an organization's own app, whoever's it is", async () => {
    const { url } = serve();
    const changes = ["N1", "N3", "N2"].map((id) => change(id, { messages: [message(id)] }));
    const account = { field: "account_update", value: {} };
    const body = envelope(...changes, account);
    const response = await post(url, body, { path: "/key-b", signature: sign(OWN_SECRET, body) });
    expect(response.status).toBe(200);
    expect(await stored("inbound")).toMatchObject([
      { organizationId: "B", integrationId: "B1", item: { wamid: "N2" } },
    ]);
    expect(await stored("notices")).toEqual([]);
  });

  test("cannot be reached by signing with another app's secret", async () => {
    const { url } = serve();
    const own = { signature: sign(OWN_SECRET, oneMessage) };
    expect((await post(url, oneMessage, own)).status).toBe(401);
    const platform = { path: "/key-b", signature: sign("new-secret", oneMessage) };
    expect((await post(url, oneMessage, platform)).status).toBe(401);
    expect(await storedCount()).toBe(0);
  });

  test("cannot be named by an unreadable body: that stays the signer's own", async () => {
    const { url } = serve();
    await post(url, "?", { path: "/key-b", signature: sign(OWN_SECRET, "?") });
    expect(await stored("notices")).toMatchObject([{ organizationId: "B", integrationId: null }]);
  });
});

describe("invariant 4: a bad signature never touches database or queue", () => {
  test.each<[string, string | null, WebhookOutcome]>([
    ["no signature", null, "signature_missing"],
    ["a signature of the wrong length", "sha256=abcd", "signature_malformed"],
    ["another secret's signature", sign("wrong", oneMessage), "signature_mismatch"],
    ["the signature of another body", sign("new-secret", `${oneMessage} `), "signature_mismatch"],
    [
      "the signature of the re-serialised body",
      sign("new-secret", JSON.stringify(JSON.parse(oneMessage), null, 1)),
      "signature_mismatch",
    ],
  ])("with %s gets 401, is counted, and nothing is stored", async (_, signature, outcome) => {
    const { url, outcomes } = serve();
    const response = await post(url, oneMessage, { signature });
    expect(response.status).toBe(401);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({ code: "signature_invalid" });
    expect(outcomes).toEqual([outcome]);
    expect(await storedCount()).toBe(0);
  });

  test("under an unknown key gets the same answer as with a wrong signature", async () => {
    const { url } = serve();
    const unknown = await post(url, oneMessage, { path: "/key-x" });
    const wrong = await post(url, oneMessage, { path: "/key-b" });
    const [a, b] = [await unknown.json(), await wrong.json()] as [object, object];
    expect({ ...a, requestId: 0 }).toEqual({ ...b, requestId: 0 });
    expect(unknown.status).toBe(401);
  });

  test("makes its source hear 429 after many, while signed ones from there still pass", async () => {
    const { url, outcomes } = serve({ trustedProxies: ["127.0.0.1"] });
    const bad = (address: string) =>
      post(url, oneMessage, { signature: null, headers: { "x-forwarded-for": address } });
    for (let count = 0; count < 20; count += 1) expect((await bad("203.0.113.9")).status).toBe(401);
    const throttled = await bad("203.0.113.9");
    expect(throttled.status).toBe(429);
    expect(Number(throttled.headers.get("retry-after"))).toBeGreaterThan(50);
    expect(outcomes.at(-1)).toBe("throttled");
    expect((await bad("203.0.113.10")).status).toBe(401);
    const signed = await post(url, oneMessage, { headers: { "x-forwarded-for": "203.0.113.9" } });
    expect(signed.status).toBe(200);
  });
});

describe("a webhook body", () => {
  const large = new Uint8Array(MAX_BODY_BYTES + 1).fill(32);

  test("over 3 MiB gets 413, announced or not", async () => {
    const { url, outcomes } = serve();
    expect((await post(url, large)).status).toBe(413);
    const { promise: pulledToo, resolve } = Promise.withResolvers<void>();
    const dripping = new ReadableStream<Uint8Array>({
      pull(controller) {
        for (let offset = 0; offset < large.length; offset += 65_536) {
          controller.enqueue(large.subarray(offset, offset + 65_536));
        }
        controller.close();
        resolve();
      },
    });
    const response = await fetch(url, {
      method: "POST",
      body: dripping,
      headers: { "x-hub-signature-256": signBody("new-secret", large) },
    });
    await pulledToo;
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ code: "payload_too_large" });
    expect(outcomes).toEqual(["too_large", "too_large"]);
    expect(await storedCount()).toBe(0);
  });

  test("of exactly 3 MiB passes", async () => {
    const { url } = serve();
    const body = oneMessage.padEnd(MAX_BODY_BYTES, " ");
    expect((await post(url, body)).status).toBe(200);
    expect(await stored("inbound")).toHaveLength(1);
  });
});

describe("invariant 2: what Redis cannot take is answered 503, nothing half stored", () => {
  test("a queue that does not take everything makes it 503, to be sent again", async () => {
    const away = openProducer({ url: "redis://127.0.0.1:1", keyspace, log: silentLog });
    const { url, outcomes, steps } = serve({
      append: createPublisher({ redis: away, keyspace }).append,
    });
    const response = await post(url, oneMessage);
    away.disconnect();
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("5");
    expect(await response.json()).toMatchObject({ code: "queue_unavailable" });
    expect(outcomes).toEqual(["queue_unavailable"]);
    expect(steps).toEqual([]);
  });
});

describe("the handshake", () => {
  const ask = (url: string, path: string, query: Record<string, string>) =>
    fetch(`${url}${path}?${new URLSearchParams(query)}`);
  const query = { "hub.mode": "subscribe", "hub.challenge": "1158201444" };

  test.each([
    ["", "token-2"],
    ["", "token-1"],
    ["/key-b", "token-b"],
  ])("at %p echoes the bare challenge for %s", async (path, token) => {
    const { url } = serve();
    const response = await ask(url, path, { ...query, "hub.verify_token": token });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toStartWith("text/plain");
    expect(await response.text()).toBe("1158201444");
  });

  test.each([
    ["", { ...query, "hub.verify_token": "wrong" }],
    ["", query],
    ["", { ...query, "hub.verify_token": "token-b" }],
    ["/key-b", { ...query, "hub.verify_token": "token-1" }],
    ["/key-x", { ...query, "hub.verify_token": "token-1" }],
    ["", { ...query, "hub.mode": "unsubscribe", "hub.verify_token": "token-1" }],
    ["", { "hub.mode": "subscribe", "hub.verify_token": "token-1" }],
    ["", { ...query, "hub.challenge": "<script>", "hub.verify_token": "token-1" }],
  ])("at %p refuses %j", async (path, refused) => {
    const { url } = serve();
    const response = await ask(url, path, refused);
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: "forbidden" });
  });
});

import { Elysia } from "elysia";
import { createIngestHandler } from "../../src/flows/ingest.ts";
import { createNoticeHandler } from "../../src/flows/notice.ts";
import { createReceiptHandler } from "../../src/flows/receipt.ts";
import { clientAddress } from "../../src/http/plugins/client-address.ts";
import { errors } from "../../src/http/plugins/errors.ts";
import { requestId } from "../../src/http/plugins/request-id.ts";
import { newId } from "../../src/lib/ids.ts";
import { webhookModule } from "../../src/modules/webhook/index.ts";
import { signBody } from "../../src/whatsapp/signature.ts";
import { connected, openProducer } from "../../streams/connection.ts";
import { DATA_FIELD } from "../../streams/entry.ts";
import { createPublisher } from "../../streams/publish.ts";
import { keyOf } from "../../streams/topology.ts";
import { testKeyspace } from "../support/database.ts";
import { silentLog } from "../support/servers.ts";
import { addNumber, createWorld } from "./world.ts";

const SECRET = "the-app-secret";
const streams = ["inbound", "receipts", "notices"] as const;

/** The real route over HTTP, the real streams, and the flows behind them; numbers 100 and 200. */
export async function createWebhookWorld(name: string) {
  const world = await createWorld(name);
  const other = { organizationId: newId(), integrationId: newId() };
  await world.db.rows`insert into organizations (id, name, quiet_ms, quiet_cap_ms)
    values (${other.organizationId}, 'Other', 0, 0)`;
  await addNumber(world.db, other.organizationId, other.integrationId, "200");
  const keyspace = await testKeyspace(name);
  const redis = openProducer({ url: keyspace.url, keyspace, log: silentLog });
  await connected(redis, 5_000);

  const own = { organizationId: world.organizationId, integrationId: world.integrationId };
  const numbers = new Map([
    ["100", { ...own, app: "platform" as const }],
    ["200", { ...other, app: "platform" as const }],
  ]);
  const app = new Elysia({ normalize: false })
    .use(requestId())
    .use(errors({ log: silentLog }))
    .use(
      webhookModule({
        platformSecrets: [SECRET],
        verifyTokens: ["token"],
        routes: {
          byPhoneNumberId: (id) => numbers.get(id),
          byWabaId: (id) =>
            id === "waba" ? [{ organizationId: own.organizationId, app: "platform" as const }] : [],
          byKey: () => undefined,
        },
        append: createPublisher({ redis, keyspace }).append,
        now: () => new Date(),
        outcome() {},
        crash() {},
        log: silentLog,
        clientAddress: clientAddress([]),
      }),
    )
    .listen({ port: 0, hostname: "127.0.0.1", maxRequestBodySize: 8 * 1024 * 1024 });

  const nothing = async () => {};
  const deps = {
    db: world.db,
    clock: world.clock,
    announcer: { announce: nothing, republish: nothing, flush: nothing },
    log: silentLog,
    transcribes: false,
    onIngress() {},
    crash() {},
  };
  const handlers = {
    inbound: createIngestHandler(deps),
    receipts: createReceiptHandler(deps),
    notices: createNoticeHandler(deps),
  };
  const lastIds = new Map<string, string>();

  /** Hands on what came since the last time, a batch of each stream at once, as a worker does. */
  async function drain(): Promise<void> {
    for (const stream of streams) {
      const last = lastIds.get(stream);
      const from = last === undefined ? "-" : `(${last}`;
      const entries = await redis.of(0).xrange(keyOf(keyspace, 0, stream), from, "+");
      lastIds.set(stream, entries.at(-1)?.[0] ?? last ?? "0-0");
      const deliveries = entries.map(([, fields]) => ({
        entry: JSON.parse(fields[fields.indexOf(DATA_FIELD) + 1] ?? ""),
      }));
      for (let at = 0; at < deliveries.length; at += 100) {
        await handlers[stream](deliveries.slice(at, at + 100));
      }
    }
  }

  return {
    world,
    other,
    drain,
    post: async (body: string) => {
      const bytes = new TextEncoder().encode(body);
      return await fetch(`http://127.0.0.1:${app.server?.port}/webhooks/whatsapp`, {
        method: "POST",
        body: bytes,
        headers: { "x-hub-signature-256": signBody(SECRET, bytes) },
      });
    },
    close: async () => {
      await app.stop(true);
      redis.disconnect();
      await keyspace.clear();
      await world.close();
    },
  };
}

export type WebhookWorld = Awaited<ReturnType<typeof createWebhookWorld>>;

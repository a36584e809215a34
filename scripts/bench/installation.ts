import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDb, type Db } from "../../src/db/client.ts";
import { migrate } from "../../src/db/migrate.ts";
import { seedDemo } from "../../src/db/seed/demo.ts";
import { demoIds, demoNumber } from "../../src/db/seed/northwind.ts";
import { shippedPrices } from "../../src/db/seed/price-table.ts";
import { seedPrices } from "../../src/db/seed/prices.ts";
import { newId } from "../../src/lib/ids.ts";
import type { Log } from "../../src/lib/log.ts";
import { accessTokenContext, createSecretBox, type SecretBox } from "../../src/lib/secret-box.ts";
import { type Embedded, startEmbedded } from "../../src/ops/embedded.ts";
import { openProducer, type Producer } from "../../streams/connection.ts";
import type { Keyspace } from "../../streams/topology.ts";
import type { BenchNumber } from "./lead-messages.ts";

const ENCRYPTION_KEY = Buffer.alloc(32, 7).toString("base64");

/** As every role names its keys. */
export const KEYSPACE: Keyspace = { prefix: "ll", partitions: 1 };
export const APP_SECRET = "bench-app-secret-of-play-money";
const VERIFY_TOKEN = "bench-verify-token";

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

export interface Installation {
  db: Db;
  redis: Producer;
  servers: Embedded["servers"];
  organizationId: string;
  numbers: readonly ConnectedNumber[];
  /** What any role needs to be part of this installation. */
  env: Readonly<Record<string, string>>;
}

export interface ConnectedNumber extends BenchNumber {
  integrationId: string;
  organizationId: string;
}

/** A folder of our own under the system's temporary one, removed at the end. */
export function temporaryFolder(stack: AsyncDisposableStack): string {
  const dir = mkdtempSync(join(tmpdir(), "leadline-bench-"));
  stack.defer(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/**
 * Private Postgres and Redis with the product's own durable settings, migrated, with the demo
 * organization on `numbers` WhatsApp numbers (each may send 80 messages a second, Meta's limit). With a
 * `neighbour` the last of them is another organization's.
 */
export async function createInstallation(
  stack: AsyncDisposableStack,
  wanted: { numbers: number; quietMs: number; neighbour?: boolean },
): Promise<Installation> {
  const dataDir = temporaryFolder(stack);
  const embedded = await startEmbedded({ dataDir, postgres: true, redis: true, log: silentLog });
  stack.defer(embedded.stop);
  const { databaseUrl, redisUrl } = embedded;
  if (databaseUrl === null || redisUrl === null) throw new Error("A server did not start.");

  await migrate({ url: databaseUrl, log: silentLog });
  const db = createDb({ url: databaseUrl, maxConnections: 4, name: "leadline-bench" });
  stack.defer(() => db.close(1_000));
  const redis = openProducer({ url: redisUrl, keyspace: KEYSPACE, log: silentLog });
  stack.defer(() => redis.disconnect());
  await seedPrices(db, shippedPrices());
  const box = createSecretBox([ENCRYPTION_KEY]);
  await seedDemo({ db, box, number: demoNumber });
  const organizationIds = [demoIds.organization];
  if (wanted.neighbour) {
    organizationIds.push(newId());
    await db.rows`insert into organizations (id, name) values (${organizationIds[1] ?? ""}, 'Next door')`;
  }
  const numbers = await seedNumbers(db, box, wanted.numbers, organizationIds);
  await db.rows`update organizations set quiet_ms = ${wanted.quietMs},
    quiet_cap_ms = ${wanted.quietMs}`;
  // Nudges would be counted as answers, once a measure takes longer than until the first of them.
  await db.rows`update follow_up_sequences set active = false`;
  return {
    db,
    redis,
    servers: embedded.servers,
    organizationId: demoIds.organization,
    numbers,
    env: {
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      DATA_DIR: dataDir,
      LOG_LEVEL: "info",
      SIMULATOR: "off",
      WHATSAPP_APP_SECRETS: APP_SECRET,
      WHATSAPP_VERIFY_TOKENS: VERIFY_TOKEN,
      WHATSAPP_GRAPH_URL: "http://127.0.0.1:9",
      OPENAI_BASE_URL: "http://127.0.0.1:9/v1",
      OPENAI_API_KEY: "bench",
      LLM_MODEL: "simulated-1",
      ENCRYPTION_KEYS: ENCRYPTION_KEY,
    },
  };
}

/** The demo's number and more of its own; the last one belongs to the last organization. */
async function seedNumbers(
  db: Db,
  box: SecretBox,
  count: number,
  organizationIds: readonly string[],
): Promise<ConnectedNumber[]> {
  const [organizationId = ""] = organizationIds;
  const demo = { ...demoNumber, integrationId: demoIds.integration, organizationId };
  const numbers: ConnectedNumber[] = [demo];
  while (numbers.length < count) {
    const last = String(numbers.length).padStart(3, "0");
    const isLast = numbers.length === count - 1;
    const number = {
      organizationId: (isLast && organizationIds.at(-1)) || organizationId,
      ...demoNumber,
      integrationId: newId(),
      phoneNumberId: `700000000001${last}`,
      displayPhoneNumber: `+1 303-555-1${last}`,
    };
    const sealed = box.seal(number.accessToken, accessTokenContext(number.integrationId));
    await db.rows`
      insert into integrations (organization_id, id, phone_number_id, waba_id, portfolio_id,
        display_phone_number, access_token_box)
      values (${number.organizationId}, ${number.integrationId}, ${number.phoneNumberId},
        ${number.wabaId}, ${number.portfolioId}, ${number.displayPhoneNumber}, ${sealed})`;
    numbers.push(number);
  }
  return numbers;
}

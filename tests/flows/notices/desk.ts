import { Elysia } from "elysia";
import { createAnnouncer } from "../../../src/flows/announce.ts";
import { createNoticeHandler } from "../../../src/flows/notice.ts";
import { clientAddress } from "../../../src/http/plugins/client-address.ts";
import type { LiveEvent } from "../../../src/lib/events.ts";
import { newId } from "../../../src/lib/ids.ts";
import { webhookModule } from "../../../src/modules/webhook/index.ts";
import { signBody } from "../../../src/whatsapp/signature.ts";
import { connected, openProducer } from "../../../streams/connection.ts";
import { DATA_FIELD } from "../../../streams/entry.ts";
import type { EntryOf } from "../../../streams/messages.ts";
import { createPublisher } from "../../../streams/publish.ts";
import { keyOf } from "../../../streams/topology.ts";
import { testKeyspace } from "../../support/database.ts";
import { silentLog } from "../../support/servers.ts";
import { addNumber, ann, createWorld } from "../world.ts";

const SECRET = "an-app-secret-of-the-tests";

export const TEMPLATE_ID = "594425479261596";
export const FIRST = "+1 415-555-0199";
const SECOND = "+1 (415) 555-0188";

/** When most notices happen. */
export const TIME = 1_764_000_000;
export const AT = new Date(TIME * 1_000).toISOString();

export interface Change {
  field: string;
  value: unknown;
  /** `entry.id`; the account's if left out. */
  id?: string;
  /** `entry.time`; undefined: Meta leaves it out. */
  time?: number | string | undefined;
}

/** The webhook route over real Redis and Postgres: what is posted is read from the stream and handled. */
export async function createDesk(name: string) {
  const world = await createWorld(name);
  const { db, organizationId, integrationId } = world;
  const keyspace = await testKeyspace(name);
  const redis = openProducer({ url: keyspace.url, keyspace, log: silentLog });
  await connected(redis, 5_000);
  const secondId = newId();
  await addNumber(db, organizationId, secondId, "101");

  /** Other organizations with a number of the same account. */
  const neighbours: string[] = [];
  const events: LiveEvent[] = [];
  const announcer = createAnnouncer({
    db,
    publish: {
      append: async () => {},
      schedule: async () => {},
      events: async (some) => void events.push(...some),
    },
    log: silentLog,
  });
  const handle = createNoticeHandler({ db, announcer, log: silentLog });
  const app = new Elysia({ normalize: false })
    .use(
      webhookModule({
        platformSecrets: [SECRET],
        verifyTokens: [],
        routes: {
          byPhoneNumberId: (id) =>
            id === "100" ? { organizationId, integrationId, app: "platform" } : undefined,
          byWabaId: (id) =>
            id === "waba"
              ? [organizationId, ...neighbours].map((one) => ({
                  organizationId: one,
                  app: "platform" as const,
                }))
              : [],
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
    .listen({ port: 0, hostname: "127.0.0.1" });

  /** Posts one webhook, signed as Meta does; answers its status. */
  async function post(changes: readonly Change[]): Promise<number> {
    const entry = changes.map(({ field, value, id = "waba", ...rest }) => {
      const time = "time" in rest ? rest.time : TIME;
      return { id, ...(time !== undefined && { time }), changes: [{ field, value }] };
    });
    const body = JSON.stringify({ object: "whatsapp_business_account", entry });
    const bytes = new TextEncoder().encode(body);
    const answer = await fetch(`http://127.0.0.1:${app.server?.port}/webhooks/whatsapp`, {
      method: "POST",
      body: bytes,
      headers: {
        "content-type": "application/json",
        "x-hub-signature-256": signBody(SECRET, bytes),
      },
    });
    return answer.status;
  }

  /** What waits in the stream, taken out of it. */
  async function take(): Promise<{ entry: EntryOf["notices"] }[]> {
    const key = keyOf(keyspace, 0, "notices");
    const found = await redis.of(0).xrange(key, "-", "+");
    await redis.of(0).del(key);
    return found.map(([, fields]) => ({
      entry: JSON.parse(fields[fields.indexOf(DATA_FIELD) + 1] ?? ""),
    }));
  }

  return {
    world,
    secondId,
    neighbours,
    events,
    post,
    take,
    handle,
    /** A webhook from Meta, all the way; answers the HTTP status. */
    receive: async (...changes: Change[]) => {
      const status = await post(changes);
      await handle(await take());
      return status;
    },
    /** Two numbers of one account, a lead, a template that is approved: nothing has happened yet. */
    reset: async () => {
      await announcer.flush();
      await db.rows`truncate notices, alerts, templates, outbox, leads cascade`;
      await db.rows`update integrations set stopped_at = null, stop_reason = null, stop_text = null,
        sends_per_second = 80, messaging_limit = null, messaging_limit_at = null,
        account_told_at = null, templates_held_until = null, verified_name = null,
        templates_synced_at = null, templates_due_at = now() + interval '1 hour',
        display_phone_number = case id when ${integrationId} then ${FIRST} else ${SECOND} end`;
      await db.rows`
        insert into templates (organization_id, id, integration_id, name, language, category,
          components, status, meta_template_id)
        values (${organizationId}, ${newId()}, ${integrationId}, 'go_on', 'en_US', 'UTILITY', '[]',
          'APPROVED', ${TEMPLATE_ID})`;
      await world.receive({ from: ann });
      events.length = 0;
    },
    template: () =>
      db.first<{
        status: string;
        quality: string;
        category: string;
        nextCategory: string | null;
        rejectedReason: string | null;
        version: number;
      }>`select * from templates`,
    alerts: () =>
      db.rows<{ kind: string; severity: string; text: string; integrationId: string | null }>`
        select * from alerts order by created_at, id`,
    numbers: () =>
      db.rows<{
        id: string;
        stopReason: string | null;
        sendsPerSecond: number;
        messagingLimit: number | null;
        templatesHeldUntil: Date | null;
        verifiedName: string | null;
        syncIsDue: boolean;
      }>`select *, templates_due_at <= now() as sync_is_due from integrations
        order by phone_number_id`,
    lead: () =>
      db.first<{
        marketingStoppedAt: Date | null;
        marketingStopSource: string | null;
        version: number;
      }>`
        select * from leads`,
    notices: () =>
      db.rows<{ field: string; raw: unknown; effectedAt: Date | null }>`
        select * from notices order by created_at, id`,
    close: async () => {
      await app.stop(true);
      redis.disconnect();
      await keyspace.clear();
      await announcer.flush();
      await world.close();
    },
  };
}

export type Desk = Awaited<ReturnType<typeof createDesk>>;

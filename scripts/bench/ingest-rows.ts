import { routeItem, type WebhookRoutes } from "../../src/modules/webhook/routing.ts";
import { splitWebhook } from "../../src/whatsapp/webhook.ts";
import { type Append, createPublisher } from "../../streams/publish.ts";
import { startLeadline } from "../../tests/support/processes.ts";
import { eventually } from "../../tests/support/wait.ts";
import { createInstallation, type Installation, KEYSPACE } from "./installation.ts";
import { webhookBody } from "./lead-messages.ts";
import { type Measure, median, type Outcome, sameCounts } from "./measure.ts";

const ROUNDS = 3;
const MESSAGES = 6_000;
const LEADS = 1_500;
const APPEND_BATCH = 200;
const DEADLINE_MS = 60_000;

/** What ingest hands to Postgres at most at once, and how many such batches run side by side. */
const ROWS_PER_INSERT = 100;
const CONNECTIONS = 2;

/** So long a debounce that no turn starts while rows are counted. */
const QUIET_MS = 3_600_000;

/** From the stream into Postgres: leads, conversations, messages, mailbox and live events. */
export const ingestRows: Measure = { name: "ingest_rows", run };

async function run(stack: AsyncDisposableStack): Promise<Outcome> {
  const installation = await createInstallation(stack, { numbers: 4, quietMs: QUIET_MS });
  await installation.db.rows`create table bare_messages (like messages including all)`;
  const worker = await startLeadline("worker", installation.env);
  await worker.ready();
  const fresh = await ingest(installation, 0);
  // Postgres does this by itself within a minute; before, its plans are those for empty tables.
  await installation.db.rows`analyze`;
  const ingested: number[] = [];
  const bare: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    ingested.push(await ingest(installation, round));
    bare.push(await insertBare(installation));
  }
  const rows = await installation.db.first<{ rows: number; people: number }>`
    select count(*)::int as rows, count(distinct conversation_id)::int as people from messages`;
  return {
    figures: [
      {
        name: "ingest_rows",
        value: median(ingested),
        unit: "messages/s",
        baseline: median(bare),
        aim: null,
      },
      { name: "ingest_rows_fresh", value: fresh, unit: "messages/s", baseline: null, aim: null },
    ],
    how: `One ROLE=worker process; ${ROUNDS} rounds of ${MESSAGES} messages of ${LEADS} new leads, from the first XADD until the last row is there; the middle round counts. ingest_rows_fresh: the round before them, on tables that were empty and that Postgres has not analyzed yet. Baseline: the same rows into a table with the same indexes and nothing else, ${ROWS_PER_INSERT} a statement on ${CONNECTIONS} connections.`,
    delivery: sameCounts({
      "entries appended": (1 + ROUNDS) * MESSAGES,
      "rows in Postgres": rows?.rows ?? 0,
      "rows by conversation": ((rows?.people ?? 0) * MESSAGES) / LEADS,
    }),
  };
}

async function ingest(installation: Installation, round: number): Promise<number> {
  const { db, redis } = installation;
  const publish = createPublisher({ redis, keyspace: KEYSPACE });
  const entries = manyEntries(installation, round * LEADS);
  const batches = inGroupsOf(APPEND_BATCH, entries);
  const total = (round + 1) * MESSAGES;
  const startedMs = performance.now();
  await Promise.all(batches.map((batch) => publish.append(batch)));
  const areThere = async () => {
    const row = await db.first<{ count: number }>`select count(*)::int as count from messages`;
    return row?.count === total;
  };
  await eventually(areThere, { timeoutMs: DEADLINE_MS, everyMs: 10 });
  return MESSAGES / ((performance.now() - startedMs) / 1_000);
}

/** Entries as the webhook makes them. */
function manyEntries({ numbers, organizationId }: Installation, firstLead: number): Append[] {
  const routes: WebhookRoutes = {
    byPhoneNumberId: (id) => {
      const number = numbers.find(({ phoneNumberId }) => phoneNumberId === id);
      return number && { organizationId, integrationId: number.integrationId, app: "platform" };
    },
    byWabaId: () => [],
    byKey: () => undefined,
  };
  const now = new Date();
  const arrival = {
    signer: { app: "platform" },
    receivedAt: now.toISOString(),
    requestId: "bench-request",
  } as const;
  return Array.from({ length: MESSAGES }, (_, index) => firstLead + (index % LEADS)).flatMap(
    (lead) => {
      const number = numbers[lead % numbers.length];
      if (number === undefined) throw new Error("The installation has no number.");
      const { body } = webhookBody(number, lead, now);
      const items = splitWebhook(body, arrival.receivedAt);
      return items.flatMap((item) => routeItem(routes, arrival, item) ?? []);
    },
  );
}

async function insertBare({ db }: Installation): Promise<number> {
  await db.rows`truncate bare_messages`;
  const rows = await db.rows<{ row: unknown }>`
    select to_jsonb(m) as row from messages m order by id desc limit ${MESSAGES}`;
  const batches = inGroupsOf(
    ROWS_PER_INSERT,
    rows.map(({ row }) => row),
  );
  const startedMs = performance.now();
  const insertNext = async () => {
    for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) {
      await db.rows`insert into bare_messages
        select * from jsonb_populate_recordset(null::bare_messages, ${db.json(batch)})`;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, insertNext));
  return MESSAGES / ((performance.now() - startedMs) / 1_000);
}

function inGroupsOf<T>(size: number, items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, group) =>
    items.slice(group * size, (group + 1) * size),
  );
}

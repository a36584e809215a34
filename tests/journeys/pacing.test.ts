import { afterAll, beforeAll, expect, test } from "bun:test";
import { demoIds } from "../../src/db/seed/northwind.ts";
import { createInstallation, type Installation } from "./installation.ts";

const FOR_MS = 20_000;
/** Far more than 80 a second can take away in that time. */
const PEOPLE = 2_500;
const TO_ONE_PERSON = 60;
const CHATTY = "14155550177";

let installation: Installation;
beforeAll(async () => {
  installation = await createInstallation(["api", "worker", "worker", "scheduler"]);
}, 60_000);
afterAll(() => installation.stop(), 60_000);

/** So many messages of people's in a chat of their own with each of these phones. */
async function queue(phones: readonly string[], each: number): Promise<void> {
  await installation.db.rows`
    with people as (
      insert into leads (organization_id, id)
      select ${demoIds.organization}, gen_random_uuid() from unnest(${[...phones]}::text[]) returning id
    ), numbered as (
      select id, row_number() over () as n from people
    ), chats as (
      insert into conversations (organization_id, id, lead_id, integration_id, phone, last_seq,
        last_lead_message_at, mode)
      select ${demoIds.organization}, gen_random_uuid(), p.id,
        (select id from integrations where organization_id = ${demoIds.organization} limit 1),
        (${[...phones]}::text[])[p.n], ${each}, now(), 'human'
      from numbered p returning id, integration_id
    )
    insert into messages (organization_id, id, conversation_id, integration_id, seq, direction, author,
      kind, text, state, priority, next_attempt_at, expires_at, fence, sent_at)
    select ${demoIds.organization}, gen_random_uuid(), c.id, c.integration_id, n, 'out', 'human',
      'text', 'Hello ' || n, 'queued', 0, now(), now() + interval '1 hour', 0, now()
    from chats c, generate_series(1, ${each}::int) n`;
}

test("two processes that send all they can for 20 s never meet a limit of Meta's", async () => {
  await queue([CHATTY], TO_ONE_PERSON);
  await queue(
    Array.from({ length: PEOPLE }, (_, n) => `1415601${String(n).padStart(4, "0")}`),
    1,
  );
  const startedAt = Date.now();
  let [sent, chatty] = [0, 0];
  while (Date.now() - startedAt < FOR_MS) {
    await Bun.sleep(500);
    sent = (await installation.ledger()).length;
    chatty = (await installation.ledger(CHATTY)).length;
  }
  // How many is the machine's affair; that person's limit was reached for sure.
  expect(sent).toBeGreaterThan(100);
  expect(chatty).toBeWithin(44, 50);
  const refused = await installation.db.rows`
    select error_code, attempts, state from messages
    where direction = 'out' and (error_code is not null or attempts > 1)`;
  expect(refused).toEqual([]);
}, 60_000);

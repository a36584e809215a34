import { afterAll, beforeAll, expect, test } from "bun:test";
import { newId } from "../../src/lib/ids.ts";
import { isJsonObject } from "../../src/lib/json.ts";
import { bodyFixtures } from "../fixtures/whatsapp/bodies.ts";
import { messageFixtures } from "../fixtures/whatsapp/messages.ts";
import { playSeeds, type Random, seedsFor } from "../simulation/random.ts";
import { edit, newPerson, reaction, revoke, words } from "./said.ts";
import { createWebhookWorld, type WebhookWorld } from "./webhook-world.ts";

/** Groups of bodies for each seed, and bodies in one: posted one by one, taken in together. */
const GROUPS = 5;
const BODIES = 8;
const SEEDS = 3;

let it: WebhookWorld;
beforeAll(async () => {
  it = await createWebhookWorld("webhook-fuzz");
});
afterAll(() => it.close());

const odd: readonly (() => unknown)[] = [
  () => null,
  () => "",
  () => 0,
  () => -1.5,
  () => 1e300,
  () => true,
  () => [],
  () => ({}),
  () => [[]],
  () => "a\u0000b",
  () => "\ud800",
  () => "x".repeat(10_000),
  () => "wamid.x",
  () => "14155550100",
  () => "US.1",
  () => ["a", { b: null }],
  () => ({ id: "1", type: "text" }),
  () => "system",
];

/** A list or object with one thing in it changed, dropped or doubled, at any depth. */
function mutate(value: unknown, random: Random): unknown {
  if (random.chance(25)) return random.pick(odd)?.();
  if (Array.isArray(value)) {
    const at = random.below(value.length + 1);
    if (random.chance(20)) return value.filter((_, index) => index !== at);
    if (random.chance(20)) return [...value, ...value.slice(0, 1)];
    return value.map((inner, index) => (index === at ? mutate(inner, random) : inner));
  }
  if (!isJsonObject(value)) return random.pick(odd)?.();
  const key = random.pick(Object.keys(value));
  if (key === undefined) return random.pick(odd)?.();
  const { [key]: inner, ...rest } = value;
  if (random.chance(20)) return rest;
  return { ...rest, [key]: mutate(inner, random) };
}

const timestamp = () => String(Math.floor(Date.now() / 1_000));
const someone = newPerson();
const some = () => ({
  id: `f.${newId()}`,
  from: someone.phone,
  from_user_id: someone.bsuid,
  timestamp: timestamp(),
});

/** A message of any kind; of those that change others, some hit and some miss. */
function anyMessage(random: Random, known: string[]): object {
  const target = random.chance(80) ? (random.pick(known) ?? "none") : `f.${newId()}`;
  const changes = [reaction(target, "👍"), edit(target, words("Anew")), revoke(target)];
  const plain = random.pick(Object.values(messageFixtures))?.message ?? {};
  const message = { ...some(), ...(random.chance(40) ? random.pick(changes) : plain) };
  known.push(message.id);
  return message;
}

const change = (messages: readonly unknown[]) => ({
  field: "messages",
  value: { metadata: { phone_number_id: "100" }, messages },
});

/** Of each body: what is broken, and messages beside it that must arrive whatever happens to it. */
function anyBody(random: Random, known: string[]) {
  const sibling = () => ({ ...some(), ...newAddress(), ...words("I am well") });
  const [before, after, apart] = [sibling(), sibling(), sibling()];
  const messages = Array.from({ length: 1 + random.below(4) }, () =>
    mutate(anyMessage(random, known), random),
  );
  const small = Object.values(bodyFixtures).filter(({ stored }) => stored.length < 100);
  const whole = mutate(random.pick(small)?.body, random);
  const entries = isJsonObject(whole) && Array.isArray(whole["entry"]) ? whole["entry"] : [];
  const changes = [change([before, ...messages, after]), mutate(change([]), random)];
  return {
    siblings: [before, after, apart],
    body: {
      object: "whatsapp_business_account",
      entry: [
        ...entries,
        { id: "waba", changes },
        mutate({ id: "waba", changes: [change([anyMessage(random, known)])] }, random),
        { id: "waba", changes: [change([apart])] },
      ],
    },
  };
}

function newAddress() {
  const { phone, bsuid } = newPerson();
  return { from: phone, from_user_id: bsuid };
}

/** Whatever is done in one statement is done whole, or a later look is sure to finish it. */
async function halfDone() {
  return await it.world.db.rows<{ what: string }>`
    select 'a change waits though its message is there' as what from message_changes x
      join messages m on m.integration_id = x.integration_id and m.wamid = x.target_wamid
        and m.conversation_id = x.conversation_id
      where x.settled_at is null
        and (x.kind = 'reaction' or m.direction = case x.author when 'lead' then 'in' else 'out' end)
    union all select 'a chat forgot what waits in it' from conversations c
      where c.parked_at is null and exists (select 1 from message_changes x
        where x.conversation_id = c.id and x.settled_at is null)
    union all select 'a chat is marked though nothing waits' from conversations c
      where c.parked_at is not null and not exists (select 1 from message_changes x
        where x.conversation_id = c.id and x.settled_at is null)
    union all select 'a chat counts fewer messages than it has' from conversations c
      where c.last_seq < (select max(m.seq) from messages m where m.conversation_id = c.id)
    union all select 'a lead that nothing leads to' from leads l
      where l.merged_into is null and not exists (select 1 from lead_identities i
        where i.lead_id = l.id and i.kind <> 'username')
    union all select 'a deleted message kept its words' from messages
      where deleted_at is not null and (text is not null or payload is not null)
    union all select 'an offer on one side only' from leads l join leads o on o.id = l.maybe_same_as
      where o.maybe_same_as is null`;
}

test("broken bodies are answered 200, spare their neighbours and leave nothing half-done", async () => {
  const seeds = seedsFor(SEEDS);
  // biome-ignore lint/suspicious/noConsole: the seeds play a run again.
  console.log(`webhook fuzz: seeds ${seeds.join(", ")}`);
  await playSeeds(seeds, async (random) => {
    const known: string[] = [];
    for (let group = 0; group < GROUPS; group += 1) {
      const bodies = Array.from({ length: BODIES }, () => anyBody(random, known));
      for (const { body } of bodies) {
        const answer = await it.post(JSON.stringify(body));
        if (answer.status !== 200) throw new Error(`${answer.status} to ${JSON.stringify(body)}`);
      }
      const json = bodies.map(({ body }) => JSON.stringify(body)).join("\n");
      await it.drain().catch((cause) => {
        throw new Error(`Not taken in: ${json}`, { cause });
      });
      const ids = bodies.flatMap(({ siblings }) => siblings.map(({ id }) => id));
      const found = await it.world.db.rows<{ wamid: string }>`
          select m.wamid from messages m join conversations c on c.id = m.conversation_id
          where m.wamid = any(${ids}) and m.text = 'I am well' and c.wake_seq > c.handled_seq`;
      if (found.length !== ids.length) throw new Error(`A sibling was lost: ${json}`);
    }
    expect(await halfDone()).toEqual([]);
  });
}, 120_000);

test("JSON that is none, and whole bodies turned inside out, are answered 200 or 4xx", async () => {
  await playSeeds(seedsFor(2), async (random) => {
    for (const { body } of Object.values(bodyFixtures)) {
      const answer = await it.post(JSON.stringify(mutate(mutate(body, random), random)) ?? "");
      expect(answer.status).toBeLessThan(500);
    }
    for (const text of ["", "{", '{"object":', "null", '"x"', "[[[[", "{}{}", "\u0000"]) {
      expect((await it.post(text)).status).toBeLessThan(500);
    }
    await it.drain();
    expect(await halfDone()).toEqual([]);
  });
});

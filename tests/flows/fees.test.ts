import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type MessageRate, replaceRates } from "../../src/db/seed/message-rates.ts";
import type { ReceiptItem } from "../../src/whatsapp/payload.ts";
import { seeded } from "../support/seeded.ts";
import { createWorld, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld("fees");
  await world.db.rows`update organizations set time_zone = 'America/Sao_Paulo'`;
});
afterEach(() => world.close());

const rate = (country: string, category: string, usd: string, more: Partial<MessageRate> = {}) => ({
  ...{ country, category, usd, validFrom: "2026-07-01", validTo: null, source: "a test" },
  ...more,
});
const pricing = (category: string, type = "regular") => ({
  ...{ billable: type === "regular", pricing_model: "PMP", category, type },
});

/** So many messages that WhatsApp took, to somebody in that country: their wamids. */
async function taken(
  count: number,
  { country = "US", attempts = 1 }: { country?: string; attempts?: number } = {},
): Promise<string[]> {
  const rows = await world.db.rows<{ wamid: string }>`
    with person as (
      insert into leads (organization_id, id) values (${world.organizationId}, gen_random_uuid())
      returning id
    ), chat as (
      insert into conversations (organization_id, id, lead_id, integration_id, bsuid, last_seq)
      select ${world.organizationId}, gen_random_uuid(), id, ${world.integrationId},
        ${country} || '.' || id, ${count} from person returning id
    )
    insert into messages (organization_id, id, conversation_id, integration_id, seq, direction,
      author, kind, text, state, wamid, attempts, sent_at)
    select ${world.organizationId}, gen_random_uuid(), chat.id, ${world.integrationId}, n, 'out',
      'human', 'text', 'Hello', 'accepted', 'wamid.' || gen_random_uuid(), ${attempts}, now()
    from chat, generate_series(1, ${count}::int) n
    returning wamid`;
  return rows.map(({ wamid }) => wamid);
}

/** What WhatsApp reports of a message that arrived and was read. */
function reports(wamid: string, price: object, at: string): Partial<ReceiptItem>[] {
  const time = new Date(at).toISOString();
  return [
    { wamid, status: "sent", at: time, pricing: { ...price } },
    { wamid, status: "delivered", at: time, pricing: { ...price } },
    { wamid, status: "read", at: time },
  ];
}

const ledger = async () => {
  const row = await world.db.first<{ fees: number; priced: number; usd: string | null }>`
    select count(*)::int as fees, count(usd)::int as priced, trim_scale(sum(usd))::text as usd
    from message_fees`;
  return row;
};
const used = () => world.db.rows`select month::text, used from fee_allowances order by month`;

describe("a month of traffic", () => {
  // By hand: 3 service messages beyond 1,000 and 2 utility ones at 0.0034, 4 marketing ones at 0.025
  // (from the 16th on 0.03: 1 of them), 1 to Germany at 0.0691: 0.0170 + 0.1050 + 0.0691 = 0.1911.
  const HAND_COMPUTED = "0.1911";

  async function traffic(): Promise<Partial<ReceiptItem>[]> {
    const november = "2026-11-10T12:00:00Z";
    const many = async (
      count: number,
      price: object,
      at = november,
      to: Parameters<typeof taken>[1] = {},
    ) => (await taken(count, to)).flatMap((wamid) => reports(wamid, price, at));
    return [
      ...(await many(1_002, pricing("service"))),
      // Still the 30th in São Paulo; a second later it is December, with 1,000 of its own.
      ...(await many(1, pricing("service"), "2026-12-01T02:59:59Z")),
      ...(await many(5, pricing("service"), "2026-12-01T03:00:00Z")),
      ...(await many(2, pricing("utility"))),
      ...(await many(3, pricing("marketing"))),
      ...(await many(1, pricing("marketing"), "2026-11-20T12:00:00Z")),
      ...(await many(1, pricing("marketing"), november, { country: "DE" })),
      ...(await many(6, pricing("marketing", "free_entry_point"))),
      ...(await many(2, pricing("service", "free_entry_point"))),
      // Typed in the phone app: we never sent it.
      ...(await many(3, pricing("service"), november, { attempts: 0 })),
      // Before October service was free, and utility in the window.
      ...(await many(4, pricing("service"), "2026-09-30T23:00:00Z")),
      ...(await many(2, pricing("utility", "free_customer_service"), "2026-09-15T12:00:00Z")),
      // Nobody has said what these cost: unknown, not 0.
      ...(await many(2, pricing("authentication"))),
      ...(await many(1, pricing("something_new"))),
    ];
  }

  test("costs what it costs by hand, to the cent, in any order and with duplicates", async () => {
    await replaceRates(world.db, [
      rate("US", "utility", "0.0034"),
      rate("US", "marketing", "0.025", { validTo: "2026-11-16" }),
      rate("US", "marketing", "0.03", { validFrom: "2026-11-16" }),
      rate("*", "marketing", "0.0691"),
    ]);
    const all = await traffic();
    const random = seeded("fees");
    process.stdout.write(`seed ${random.seed}\n`);
    const shuffled = [...all, ...all.filter(() => random.below(3) === 0)]
      .map((item) => ({ item, key: random.below(2 ** 30) }))
      .toSorted((one, other) => one.key - other.key)
      .map(({ item }) => item);
    for (let start = 0; start < shuffled.length; start += 250) {
      await world.receipt(...shuffled.slice(start, start + 250));
    }
    expect(await ledger()).toEqual({
      ...{ fees: all.length / 3, priced: all.length / 3 - 3, usd: HAND_COMPUTED },
    });
    expect(await used()).toEqual([
      { month: "2026-11-01", used: 1_003 },
      { month: "2026-12-01", used: 5 },
    ]);
    const states = await world.db.rows`select distinct state from messages`;
    expect(states).toEqual([{ state: "read" }]);
  }, 60_000);
});

describe("a fee", () => {
  const at = "2026-11-10T12:00:00Z";

  test("is decided once it is delivered, not while it is only sent", async () => {
    await replaceRates(world.db, [rate("US", "marketing", "0.025")]);
    const [wamid = ""] = await taken(1);
    const [sent = {}, delivered = {}] = reports(wamid, pricing("marketing"), at);
    await world.receipt(sent);
    expect(await ledger()).toMatchObject({ fees: 0 });
    await world.receipt(delivered);
    expect(await ledger()).toMatchObject({ fees: 1, usd: "0.025" });
  });

  test("is decided by `read` where `delivered` never comes", async () => {
    await replaceRates(world.db, [rate("US", "marketing", "0.025")]);
    const [wamid = ""] = await taken(1);
    await world.receipt({ wamid, status: "read", at, pricing: pricing("marketing") });
    expect(await ledger()).toMatchObject({ fees: 1, usd: "0.025" });
  });

  test("is counted once when many report it at the same moment", async () => {
    const [wamid = ""] = await taken(1);
    const [, delivered = {}] = reports(wamid, pricing("service"), at);
    await Promise.all(Array.from({ length: 8 }, () => world.receipt(delivered)));
    expect(await used()).toEqual([{ month: "2026-11-01", used: 1 }]);
    expect(await ledger()).toEqual({ fees: 1, priced: 1, usd: "0" });
  });

  test("of a status that came before our own answer is decided with it", async () => {
    await replaceRates(world.db, [rate("US", "marketing", "0.025")]);
    await world.receive({});
    await world.turn((await world.conversation()).id);
    await world.receipt({
      wamid: "wamid.quick",
      status: "delivered",
      at,
      pricing: pricing("marketing"),
    });
    world.send = () => ({ kind: "accepted", wamid: "wamid.quick" });
    await world.deliver();
    expect(await ledger()).toMatchObject({ fees: 1, usd: "0.025" });
  });

  test("that was unknown is found when the operator's table knows it; what was decided stays", async () => {
    const [known = "", unknown = ""] = await taken(2);
    await replaceRates(world.db, [rate("US", "marketing", "0.025")]);
    await world.receipt(...reports(known, pricing("marketing"), at));
    await world.receipt(...reports(unknown, pricing("utility"), at));
    expect(await ledger()).toMatchObject({ fees: 2, priced: 1, usd: "0.025" });
    const later = [rate("US", "utility", "0.5"), rate("US", "marketing", "9")];
    expect(await replaceRates(world.db, later)).toEqual({ rates: 2, priced: 1 });
    expect(await ledger()).toMatchObject({ fees: 2, priced: 2, usd: "0.525" });
    expect(await replaceRates(world.db, later)).toEqual({ rates: 2, priced: 0 });
  });

  test("takes the phone's country before the id's", async () => {
    const [wamid = ""] = await taken(1, { country: "US" });
    const [, delivered = {}] = reports(wamid, pricing("marketing"), at);
    await world.receipt({ ...delivered, recipient: { phone: "5511987654321", bsuid: "US.1" } });
    expect(await world.db.rows`select country from message_fees`).toEqual([{ country: "BR" }]);
  });
});

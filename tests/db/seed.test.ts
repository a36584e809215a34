import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createDb, type Db } from "../../src/db/client.ts";
import { seedDemo, seedDemoOperator } from "../../src/db/seed/demo.ts";
import { demoFacts, demoOwner } from "../../src/db/seed/northwind.ts";
import type { ModelPrice } from "../../src/db/seed/price-table.ts";
import { seedPrices } from "../../src/db/seed/prices.ts";
import { accessTokenContext, createSecretBox } from "../../src/lib/secret-box.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { tempDir } from "../support/servers.ts";

const box = createSecretBox([randomBytes(32).toString("base64")]);
const number = {
  phoneNumberId: "100000000000001",
  wabaId: "200000000000001",
  portfolioId: "300000000000001",
  displayPhoneNumber: "+1 555 010 0001",
  accessToken: "simulated-token",
};

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await testDatabase("seed");
  db = createDb({ url: database.url, maxConnections: 4, name: "seed-test" });
});
beforeEach(async () => {
  await db.rows`truncate organizations, users, llm_prices cascade`;
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const seed = () => seedDemo({ db, box, number });

/** Every row of every table, so that any difference shows. */
async function everything(): Promise<unknown> {
  return await db.rows`
    select table_name, query_to_xml('select * from ' || quote_ident(table_name) || ' order by 1, 2',
      true, false, '')::text as content
    from information_schema.tables where table_schema = 'public' order by 1`;
}

describe("the demo organization", () => {
  test("is complete: owner, number, facts, prices, calls to action, templates, follow-ups", async () => {
    const { organizationId, integrationId, created } = await seed();
    expect(created).toBe(true);
    const counts = await db.first`
      select (select count(*) from facts where kind = 'fact') as facts,
        (select count(*) from facts where kind = 'price') as prices,
        (select count(*) from ctas) as ctas, (select count(*) from templates) as templates,
        (select count(*) from follow_up_sequences where active) as sequences,
        (select role from memberships where organization_id = ${organizationId}) as role`;
    expect(counts).toEqual({
      facts: 10,
      prices: 6,
      ctas: 3,
      templates: 2,
      sequences: 1,
      role: "owner",
    });
    const integration = await db.first<{ accessTokenBox: string }>`
      select * from integrations where id = ${integrationId}`;
    expect(integration).toMatchObject({ phoneNumberId: number.phoneNumberId, active: true });
    const token = box.open(integration?.accessTokenBox ?? "", accessTokenContext(integrationId));
    expect(token).toBe(number.accessToken);
  });

  test("has an owner who can sign in with the password in the README", async () => {
    await seed();
    const owner = await db.first<{ passwordHash: string }>`
      select password_hash from users where email = ${demoOwner.email}`;
    expect(owner?.passwordHash).toStartWith("$argon2id$");
    expect(await Bun.password.verify("northwind-demo", owner?.passwordHash ?? "")).toBe(true);
  });

  test("says each price exactly as it is stored", async () => {
    await seed();
    const prices = await db.rows<{ text: string; said: string }>`
      select text, to_char(amount, 'FM$999,999,990') as said from facts where kind = 'price'`;
    expect(prices).toHaveLength(demoFacts.filter(({ kind }) => kind === "price").length);
    for (const { text, said } of prices) expect(text).toContain(said);
  });

  test("beside the simulator has an owner who runs the installation, however often it starts", async () => {
    await seed();
    expect(await db.rows`select * from operators`).toEqual([]);
    await seedDemoOperator(db);
    await seedDemoOperator(db);
    const names = await db.rows`
      select u.email from operators o join users u on u.id = o.user_id`;
    expect(names).toEqual([{ email: demoOwner.email }]);
  });

  test("seeded twice is the same, row for row", async () => {
    await seed();
    const before = await everything();
    expect(await seed()).toMatchObject({ created: false });
    expect(await everything()).toEqual(before);
  });

  test("seeded by several processes at once is made once", async () => {
    const seeds = await Promise.all([seed(), seed(), seed()]);
    expect(seeds.filter(({ created }) => created)).toHaveLength(1);
    expect(await db.rows`select 1 from facts`).toHaveLength(demoFacts.length);
  });

  test("stays as people changed it", async () => {
    await seed();
    await db.rows`update organizations set name = 'Mine'`;
    await db.rows`delete from facts where topic = 'Warranty'`;
    const before = await everything();
    await seed();
    expect(await everything()).toEqual(before);
  });

  test("belongs to the person who already has the owner's address", async () => {
    const id = "0190b000-0000-7000-8000-000000000001";
    await db.rows`insert into users (id, email, name, password_hash)
      values (${id}, ${demoOwner.email}, 'Earlier', 'hash')`;
    await seed();
    const members = await db.rows<{ userId: string; name: string }>`
      select user_id, users.name from memberships join users on users.id = user_id`;
    expect(members.map(({ userId, name }) => ({ userId, name }))).toEqual([
      { userId: id, name: "Earlier" },
    ]);
  });

  test("that cannot be made whole is not made at all", async () => {
    await db.rows`insert into organizations (id, name) values (gen_random_uuid(), 'Other')`;
    await db.rows`insert into integrations (organization_id, id, phone_number_id, waba_id,
        portfolio_id, display_phone_number, access_token_box)
      select id, gen_random_uuid(), ${number.phoneNumberId}, 'w', 'p', 'd', 'b' from organizations`;
    expect(await seed().catch((error) => error)).toMatchObject({ code: "23505" });
    expect(await db.rows`select 1 from users`).toHaveLength(0);
    expect(await db.rows`select 1 from facts`).toHaveLength(0);
    expect(await db.rows`select 1 from organizations`).toHaveLength(1);
  });
});

describe("bun run seed", () => {
  const run = async (env: Record<string, string>) => {
    const dataDir = tempDir("seed");
    const script = join(import.meta.dir, "..", "..", "scripts", "seed.ts");
    const child = Bun.spawn([process.execPath, "--no-env-file", script], {
      cwd: "/",
      env: {
        PATH: process.env["PATH"] ?? "",
        DATABASE_URL: database.url,
        DATA_DIR: dataDir,
        ...env,
      },
      stdout: "pipe",
      stderr: "inherit",
    });
    const said = await new Response(child.stdout).text();
    const exitCode = await child.exited;
    rmSync(dataDir, { recursive: true, force: true });
    return { said, exitCode };
  };

  test("says what it made, and the second time that all is there", async () => {
    const first = await run({});
    expect(first).toMatchObject({ exitCode: 0 });
    expect(first.said).toContain(`Sign in as ${demoOwner.email} with ${demoOwner.password}.`);
    const second = await run({});
    expect(second.said).toBe(
      "Model prices: all there.\nDemo organization: Northwind Solar is there already, left as it is.\n",
    );
  });

  test("leaves the demo out where the simulator is off: its password is public", async () => {
    const { said, exitCode } = await run({
      NODE_ENV: "production",
      REDIS_URL: "redis://127.0.0.1:1",
    });
    expect(exitCode).toBe(0);
    expect(said).toContain("left out, because the simulator is off");
    expect(await db.rows`select 1 from organizations`).toHaveLength(0);
    expect((await db.rows`select 1 from llm_prices`).length).toBeGreaterThan(0);
  });
});

describe("model prices", () => {
  const price: ModelPrice = {
    provider: "openai",
    modelPattern: "^example-1(-.*)?$",
    serviceTier: "*",
    minInputTokens: 0,
    inputUsdPerMillion: "0.150000000001",
    cachedUsdPerMillion: "0.075",
    cacheWriteUsdPerMillion: null,
    audioUsdPerMillion: null,
    usdPerAudioMinute: null,
    outputUsdPerMillion: "0.6",
    validFrom: "2026-01-01T00:00:00Z",
    validTo: null,
    source: "a price list",
  };

  test("are stored once, without rounding", async () => {
    expect(await seedPrices(db, [price])).toBe(1);
    expect(await seedPrices(db, [price])).toBe(0);
    const stored = await db.first`select * from llm_prices`;
    expect(stored).toMatchObject({
      inputUsdPerMillion: "0.150000000001",
      validFrom: new Date(price.validFrom),
      validTo: null,
    });
  });
});

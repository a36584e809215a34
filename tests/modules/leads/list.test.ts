import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { newId } from "../../../src/lib/ids.ts";
import { addNumber } from "../../flows/world.ts";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";

const LEADS = "/api/v1/leads";

let rest: RestWorld;
let agent: Awaited<ReturnType<RestWorld["signIn"]>>;
const numbers = [newId(), newId()];
beforeAll(async () => {
  rest = await createRestWorld("leads list");
  agent = await rest.signIn("agent");
  for (const id of numbers) await addNumber(rest.world.db, rest.world.organizationId, id, id);
}, 30_000);
afterAll(() => rest.close());

interface Chat {
  number?: number;
  stage?: string;
  intent?: string;
  minutesAgo: number;
}

/** A lead as ingest leaves it, by its name. */
async function lead(name: string, more: Json = {}, ...chats: Chat[]): Promise<string> {
  const { organizationId, db } = rest.world;
  const id = newId();
  await db.rows`
    insert into leads (organization_id, id, name, username, email, company, source, phones, tags)
    values (${organizationId}, ${id}, ${name}, ${more.username ?? null}, ${more.email ?? null},
      ${more.company ?? null}, ${more.source ?? "organic"}, ${more.phone ?? ""},
      ${more.tags ?? []}::text[])`;
  for (const { number = 0, stage = "greeting", intent = "unknown", minutesAgo } of chats) {
    await db.rows`
      insert into conversations (organization_id, id, lead_id, integration_id, stage, intent,
        last_message_at)
      values (${organizationId}, ${newId()}, ${id}, ${numbers[number] ?? ""}, ${stage}, ${intent},
        now() - ${minutesAgo} * interval '1 minute')`;
  }
  return id;
}

const clear = () => rest.world.db.rows`truncate leads cascade`;

/** Names of all pages, in order. */
async function names(query: string): Promise<(string | null)[]> {
  const found: (string | null)[] = [];
  let cursor: string | null = null;
  do {
    const path: string = `${LEADS}?limit=2&${query}${cursor ? `&cursor=${cursor}` : ""}`;
    const { body }: Json = await agent.ask("GET", path);
    found.push(...body.data.map((row: Json) => row.name));
    cursor = body.nextCursor;
  } while (cursor !== null);
  return found;
}

describe("the order", () => {
  beforeAll(async () => {
    await clear();
    await lead("Old", {}, { minutesAgo: 90 });
    await lead("entered first", { source: "manual" });
    await lead("Two chats", {}, { minutesAgo: 60 }, { number: 1, minutesAgo: 5 });
    await lead("entered last", { source: "manual" });
    await lead("Young", {}, { minutesAgo: 1 });
  });

  test("by creation is the newest first, or the other way", async () => {
    const all = ["Young", "entered last", "Two chats", "entered first", "Old"];
    expect(await names("")).toEqual(all);
    expect(await names("sort=createdAt")).toEqual(all.toReversed());
  });

  test("by last message counts a lead once, by its latest chat, and silent ones last", async () => {
    const silent = ["entered last", "entered first"];
    expect(await names("sort=-lastMessageAt")).toEqual(["Young", "Two chats", "Old", ...silent]);
    expect(await names("sort=lastMessageAt")).toEqual([
      ...["Old", "Two chats", "Young"],
      ...silent.toReversed(),
    ]);
  });

  test("by name is that of people, whatever the case", async () => {
    const all = ["entered first", "entered last", "Old", "Two chats", "Young"];
    expect(await names("sort=name")).toEqual(all);
  });

  test("a cursor of one order is none of another", async () => {
    const { nextCursor } = (await agent.ask("GET", `${LEADS}?limit=1`)).body;
    for (const sort of ["createdAt", "name", "-lastMessageAt"]) {
      const answer = await agent.ask("GET", `${LEADS}?sort=${sort}&cursor=${nextCursor}`);
      expect(answer.body.code).toBe("invalid_input");
    }
  });
});

describe("filters", () => {
  beforeAll(async () => {
    await clear();
    await lead("Ann", { tags: ["vip", "hot"] }, { stage: "cta", intent: "low", minutesAgo: 10 });
    await lead(
      "Bob",
      { tags: ["vip"] },
      { stage: "cta", intent: "high", minutesAgo: 50 },
      { number: 1, stage: "lost", intent: "low", minutesAgo: 1 },
    );
    await lead("Carl", { source: "manual" });
  });

  test("of chats have to hold for one and the same, and the order is by that one", async () => {
    expect(await names("stage=cta&intent=low")).toEqual(["Ann"]);
    expect(await names("stage=cta&sort=-lastMessageAt")).toEqual(["Ann", "Bob"]);
    expect(await names("intent=low&sort=-lastMessageAt")).toEqual(["Bob", "Ann"]);
  });

  test("of tags have to hold all", async () => {
    expect(await names("tag=vip")).toEqual(["Bob", "Ann"]);
    for (const both of ["tag=vip&tag=hot", "tag=vip,hot"])
      expect(await names(both)).toEqual(["Ann"]);
  });

  test("of tags that are none are refused, by their name", async () => {
    for (const tag of ["", "a,,b", "x".repeat(65), "a,b,c,d,e,f,g,h,i,j,k"]) {
      const { body } = await agent.ask("GET", `${LEADS}?tag=${tag}`);
      expect([body.code, body.errors?.[0]?.path]).toEqual(["invalid_input", "query.tag"]);
    }
  });

  test("of owner, source and time hold together", async () => {
    expect(await names("ownerId=none&source=manual")).toEqual(["Carl"]);
    expect(await names(`ownerId=${agent.userId}`)).toEqual([]);
    expect(await names("createdFrom=2020-01-01T00:00:00Z&createdTo=2020-02-01T00:00:00Z")).toEqual(
      [],
    );
    const { body } = await agent.ask("GET", `${LEADS}?createdFrom=2026-99-99`);
    expect(body.code).toBe("invalid_input");
  });

  test("of rare rows behind thousands of others find them all, in every order", async () => {
    const { organizationId, db } = rest.world;
    await db.rows`
      insert into leads (organization_id, id, name)
      select ${organizationId}, gen_random_uuid(), 'Crowd' from generate_series(1, 2500)`;
    await db.rows`
      insert into conversations (organization_id, id, lead_id, integration_id, last_message_at)
      select organization_id, gen_random_uuid(), id, ${numbers[0] ?? ""}, now()
      from leads where name = 'Crowd'`;
    for (const sort of ["-createdAt", "createdAt", "-lastMessageAt", "lastMessageAt", "name"]) {
      expect((await names(`tag=vip&sort=${sort}`)).toSorted()).toEqual(["Ann", "Bob"]);
      expect((await names(`stage=cta&sort=${sort}`)).toSorted()).toEqual(["Ann", "Bob"]);
    }
  });
});

describe("search", () => {
  beforeAll(async () => {
    await clear();
    await lead("María Zhang", { phone: "14155550123", email: "m.z@acme.test" });
    await lead("Xu", { username: "dragon_100%", company: "Blue Whale" });
  });

  test("finds a part of name, username, e-mail, company and number, in any case", async () => {
    for (const part of ["arí", "ZHANG", "acme", "5550", "+1 (415) 555-01"]) {
      expect(await names(`search=${encodeURIComponent(part)}`)).toEqual(["María Zhang"]);
    }
    for (const part of ["whale", "@dragon", "n_100%", "blue wh"]) {
      expect(await names(`search=${encodeURIComponent(part)}`)).toEqual(["Xu"]);
    }
    for (const part of ["%%%", "dragon-", "n?100"]) {
      expect(await names(`search=${encodeURIComponent(part)}`)).toEqual([]);
    }
  });

  test("with two characters finds where a word or number begins with them", async () => {
    expect(await names("search=xu")).toEqual(["Xu"]);
    expect(await names("search=wh")).toEqual(["Xu"]);
    expect(await names("search=14")).toEqual(["María Zhang"]);
    expect(await names("search=ha")).toEqual([]);
  });

  test("with less is refused", async () => {
    for (const search of ["x", "%20x%20", "@x"]) {
      expect((await agent.ask("GET", `${LEADS}?search=${search}`)).body.code).toBe("invalid_input");
    }
  });
});

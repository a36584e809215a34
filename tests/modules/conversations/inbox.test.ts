import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { newId } from "../../../src/lib/ids.ts";
import { ann } from "../../flows/world.ts";
import { createRestWorld, type RestWorld } from "../rest-world.ts";

type Person = Awaited<ReturnType<RestWorld["signIn"]>>;

let rest: RestWorld;
let me: Person;
beforeAll(async () => {
  rest = await createRestWorld("inbox");
  me = await rest.signIn();
});
beforeEach(() => rest.reset());
afterAll(() => rest.close());

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

/** A new lead who wrote so many minutes ago. */
async function lead(minutes: number, over: Partial<typeof ann> = {}, text = "Hi") {
  const phone = `1415555${String(1000 + minutes)}`;
  const from = { ...ann, phone, bsuid: `US.${phone}`, name: `Lead ${minutes}`, ...over };
  await rest.world.receive({ from, text, sentAt: minutesAgo(minutes) });
  return from;
}

async function list(query = "") {
  const answer = await me.ask("GET", `/api/v1/conversations?${query}`);
  expect(answer.status).toBe(200);
  return answer.body as {
    data: { id: string; lead: { name: string } }[];
    nextCursor: string | null;
  };
}

const names = (page: { data: { lead: { name: string } }[] }) =>
  page.data.map((one) => one.lead.name);

describe("a line of the inbox", () => {
  test("is the row as live events carry it, with its lead, last message, unread and window", async () => {
    const sentAt = minutesAgo(60);
    await rest.world.receive({ sentAt }, { text: "And the battery?", sentAt });
    const [line] = (await list()).data;
    const event = rest.world.events.findLast(({ kind }) => kind === "conversation.updated");
    expect(line).toMatchObject(event?.data ?? { missing: true });
    expect(line).toMatchObject({
      lead: { name: "Ann", username: null, phone: ann.phone },
      mode: "bot",
      takenOverByName: null,
      unreadCount: 2,
      lastMessage: { text: "And the battery?", author: "lead", state: "received", sentAt },
      window: { closesAt: new Date(Date.parse(sentAt) + 86_400_000).toISOString(), open: true },
      lastLeadMessageAt: sentAt,
    });
    const one = await me.ask("GET", `/api/v1/conversations/${line?.id}`);
    expect(one.body).toEqual({ ...line, window: expect.any(Object) });
  });

  test("says when the window has closed, by business time", async () => {
    await lead(0);
    rest.world.clock.setOffsetMs(25 * 3_600_000);
    expect((await list()).data).toMatchObject([{ window: { open: false } }]);
  });
});

describe("paging", () => {
  test("shows every conversation once, while new ones arrive and old ones move up", async () => {
    for (let minutes = 1; minutes <= 9; minutes += 1) await lead(minutes);
    const first = await list("limit=4");
    expect(names(first)).toEqual(["Lead 1", "Lead 2", "Lead 3", "Lead 4"]);
    await lead(0, { name: "Newcomer" });
    await rest.world.receive({
      from: { ...ann, phone: "14155551002", bsuid: null, name: "Lead 2" },
    });
    const second = await list(`limit=4&cursor=${first.nextCursor}`);
    expect(names(second)).toEqual(["Lead 5", "Lead 6", "Lead 7", "Lead 8"]);
    const third = await list(`limit=4&cursor=${second.nextCursor}`);
    expect(names(third)).toEqual(["Lead 9"]);
    expect(third.nextCursor).toBeNull();
  });

  test("tells apart conversations of the same microsecond", async () => {
    const sentAt = minutesAgo(1);
    for (let i = 0; i < 5; i += 1) {
      const from = { ...ann, phone: `1415555200${i}`, bsuid: null, name: `Twin ${i}` };
      await rest.world.receive({ from, sentAt });
    }
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page = await list(`limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(new Set(seen).size).toBe(5);
    expect(seen).toHaveLength(5);
  });

  test.each(["cursor=xyz", "limit=0", "limit=101", "queue=mine", "sort=name"])(
    "refuses %s",
    async (query) => {
      const answer = await me.ask("GET", `/api/v1/conversations?${query}`);
      expect(answer).toMatchObject({ status: 422, body: { code: "invalid_input" } });
    },
  );
});

describe("queues and search", () => {
  test("each queue holds its own", async () => {
    await lead(1);
    await lead(2);
    await lead(3);
    const [first, second] = (await list()).data;
    await rest.world.db.rows`update conversations set attention_reason = 'unsure',
      attention_at = now() where id = ${first?.id ?? ""}`;
    await me.ask("POST", `/api/v1/conversations/${second?.id}/takeover`);
    await me.ask("POST", `/api/v1/conversations/${second?.id}/read`, { throughSeq: 1 });
    expect(names(await list("queue=all"))).toEqual(["Lead 1", "Lead 2", "Lead 3"]);
    expect(names(await list("queue=attention"))).toEqual(["Lead 1"]);
    expect(names(await list("queue=human"))).toEqual(["Lead 2"]);
    expect(names(await list("queue=bot"))).toEqual(["Lead 1", "Lead 3"]);
    expect(names(await list("queue=unread"))).toEqual(["Lead 1", "Lead 3"]);
  });

  test.each([
    ["oak", ["Mia Oakley"]],
    ["@MIA.O", ["Mia Oakley"]],
    ["+1 (415) 555-1002", ["100% Sure"]],
    ["%", ["100% Sure"]],
    ["_", []],
    ["\\", []],
    ["41", []],
    ["' or 1=1 --", []],
  ])("%s finds %p", async (search, found) => {
    await lead(1, { name: "Mia Oakley", username: "mia.oak" as never });
    await lead(2, { name: "100% Sure" });
    expect(names(await list(`search=${encodeURIComponent(search)}`))).toEqual(found);
  });
});

describe("filters", () => {
  test("narrow the list by what is known of the lead and who looks after it", async () => {
    for (const minutes of [1, 2, 3]) await lead(minutes);
    const [first, second] = (await list()).data;
    const { db, integrationId } = rest.world;
    await db.rows`update conversations set stage = 'cta', intent = 'high', sentiment = 'annoyed',
      assignee_id = ${me.userId} where id = ${first?.id ?? ""}`;
    await me.ask("POST", `/api/v1/conversations/${second?.id}/takeover`);
    const leadId = (await me.ask("GET", `/api/v1/conversations/${second?.id}`)).body.leadId;
    const found = async (query: string) => names(await list(query));
    for (const filter of ["stage=cta", "intent=high", "sentiment=annoyed", "assigneeId=me"]) {
      expect([filter, await found(filter)]).toEqual([filter, ["Lead 1"]]);
    }
    expect(await found(`assigneeId=${me.userId}&stage=cta&mode=bot`)).toEqual(["Lead 1"]);
    expect(await found("assigneeId=none")).toEqual(["Lead 2", "Lead 3"]);
    expect(await found("mode=human")).toEqual(["Lead 2"]);
    expect(await found(`leadId=${leadId}`)).toEqual(["Lead 2"]);
    expect(await found(`integrationId=${integrationId}&queue=unread&mode=bot`)).toEqual([
      "Lead 1",
      "Lead 3",
    ]);
    expect(await found(`integrationId=${newId()}`)).toEqual([]);
    expect(await found("stage=cta&search=lead")).toEqual(["Lead 1"]);
  });

  test.each(["stage=won", "assigneeId=nobody", "leadId=1", "mode=all"])(
    "refuse %s",
    async (query) => {
      const answer = await me.ask("GET", `/api/v1/conversations?${query}`);
      expect(answer).toMatchObject({ status: 422, body: { code: "invalid_input" } });
    },
  );
});

describe("a search for a word that very many leads have", () => {
  test("walks the inbox instead of looking each up, and finds the same", async () => {
    await lead(1, { name: "Maria Late" });
    await lead(3, { name: "Ann" });
    await rest.world.db.rows`
      insert into leads (organization_id, id, name)
      select ${rest.world.organizationId}, gen_random_uuid(), 'Maria ' || n
      from generate_series(1, 1001) n`;
    await lead(2, { name: "Maria Early" });
    expect(names(await list("search=MARIA"))).toEqual(["Maria Late", "Maria Early"]);
    const page = await list("search=maria&limit=1");
    expect(names(page)).toEqual(["Maria Late"]);
    const second = await list(`search=maria&limit=1&cursor=${page.nextCursor}`);
    expect(names(second)).toEqual(["Maria Early"]);
  });

  test("and for a part of very many numbers", async () => {
    const from = await lead(1);
    await rest.world.db.rows`
      insert into lead_identities (organization_id, id, lead_id, kind, scope, value)
      select l.organization_id, gen_random_uuid(), l.id, 'phone', '', '1415' || n
      from leads l, generate_series(1, 1001) n`;
    expect(names(await list(`search=${from.phone.slice(0, 5)}`))).toEqual(["Lead 1"]);
  });
});

describe("reading", () => {
  test("marks through a message, so what came later stays unread; it never goes back", async () => {
    await rest.world.receive({}, {}, {});
    const { id } = await rest.world.conversation();
    const read = (throughSeq: number) =>
      me.ask("POST", `/api/v1/conversations/${id}/read`, { throughSeq });
    expect((await read(2)).body).toMatchObject({ id, readSeq: 2 });
    expect((await list()).data).toMatchObject([{ unreadCount: 1 }]);
    const { version } = await rest.world.conversation();
    expect((await read(1)).body).toMatchObject({ readSeq: 2, version });
    expect((await read(99)).body).toMatchObject({ readSeq: 3 });
    const kinds = (await rest.events()).map(({ kind }) => kind);
    expect(kinds).toEqual(["conversation.updated", "conversation.updated"]);
    const audited = await rest.world.db.rows`select action from audit_log`;
    expect(audited).toEqual([{ action: "conversation.read" }, { action: "conversation.read" }]);
  });
});

describe("attention", () => {
  test("is resolved by name, once; a repeat is harmless", async () => {
    await lead(1);
    const { id } = await rest.world.conversation();
    await rest.world.db.rows`update conversations set attention_reason = 'unhappy',
      attention_at = now()`;
    const resolve = () => me.ask("POST", `/api/v1/conversations/${id}/resolve-attention`);
    expect((await resolve()).body).toMatchObject({ attentionReason: null, attentionAt: null });
    expect((await resolve()).status).toBe(200);
    expect((await rest.events()).map(({ kind }) => kind)).toEqual(["attention.resolved"]);
    const { body } = await me.ask("GET", `/api/v1/conversations/${id}/panel`);
    expect(body.timeline).toMatchObject([
      { kind: "attention_resolved", reason: "unhappy", by: { id: me.userId } },
    ]);
  });
});

describe("taking over", () => {
  test("is won by one of two who try at once; the other is told and may read on", async () => {
    await lead(1);
    const { id } = await rest.world.conversation();
    const people = await Promise.all(Array.from({ length: 4 }, () => rest.signIn()));
    const answers = await Promise.all(
      people.map(({ ask }) => ask("POST", `/api/v1/conversations/${id}/takeover`)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    const winner = people[answers.findIndex(({ status }) => status === 200)];
    expect((await list()).data).toMatchObject([
      { mode: "human", takenOverBy: winner?.userId, takenOverByName: "Name of agent" },
    ]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe("conflict");
  });

  test("and giving back: the bot is woken if the lead still waits, and both are announced", async () => {
    await lead(1);
    const { id } = await rest.world.conversation();
    const post = (verb: string) => me.ask("POST", `/api/v1/conversations/${id}/${verb}`);
    await post("takeover");
    await lead(1, {}, "Anybody there?");
    expect((await post("release")).body).toMatchObject({ mode: "bot", takenOverBy: null });
    expect(await rest.entries("turns")).toEqual([
      { v: 1, organizationId: rest.world.organizationId, conversationId: id, cause: "release" },
    ]);
    const kinds = (await rest.events()).map(({ kind }) => kind);
    expect(kinds).toContain("takeover.started");
    expect(kinds).toContain("takeover.ended");
    expect(await post("release")).toMatchObject({ status: 409, body: { code: "conflict" } });
  });
});

describe("the lead panel", () => {
  test("says what the rows say: stage, summary, cost and everything that happened", async () => {
    const { world } = rest;
    await lead(1);
    const { id, leadId } = await world.conversation();
    await world.turn(id);
    const org = world.organizationId;
    const turn = await world.db.first<{ id: string }>`select id from turns`;
    const call = (cost: string | null, turnId: string | null) => world.db.rows`
      insert into llm_calls (organization_id, id, conversation_id, lead_id, turn_id, step, attempt,
        provider, request_model, prompt_name, prompt_version, prompt_hash, started_at, latency_ms,
        outcome, cost)
      values (${org}, ${newId()}, ${id}, ${leadId}, ${turnId}, 'brain', 1, 'p', 'm', 'n', '1', 'h',
        now(), 1, 'ok', ${cost}::numeric)`;
    await call("0.000000000001", turn?.id ?? null);
    await call("0.123456789012", turn?.id ?? null);
    await call(null, turn?.id ?? null);
    await call("1.5", null);
    const ctaId = newId();
    await world.db.rows`insert into ctas (organization_id, id, kind, name, description)
      values (${org}, ${ctaId}, 'visit', 'Site visit', 'We come')`;
    await world.db.rows`insert into bookings (organization_id, id, conversation_id, cta_id,
      requested_time, status) values (${org}, ${newId()}, ${id}, ${ctaId}, 'Friday', 'initiated')`;
    await world.db.rows`update conversations set summary = 'Wants 6 kW.'`;
    await me.ask("POST", `/api/v1/conversations/${id}/takeover`);
    await me.ask("POST", `/api/v1/conversations/${id}/release`);

    const { status, body } = await me.ask("GET", `/api/v1/conversations/${id}/panel`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      lead: { id: leadId, name: "Lead 1" },
      stage: "pricing",
      intent: "high",
      sentiment: "curious",
      language: "en",
      summary: "Wants 6 kW.",
      attention: null,
      followUp: null,
      cost: { usd: "1.623456789013", callCount: 4, unpricedCount: 1 },
    });
    const kinds = body.timeline.map(({ kind }: { kind: string }) => kind);
    expect(kinds.slice(0, 3)).toEqual(["release", "takeover", "booking"]);
    expect(kinds.slice(3).sort()).toEqual(["stage", "turn"]);
    const byKind = Object.fromEntries(
      body.timeline.map((entry: { kind: string }) => [entry.kind, entry]),
    );
    expect(byKind).toMatchObject({
      release: { by: { id: me.userId, name: "Name of agent" } },
      booking: { cta: { name: "Site visit" }, requestedTime: "Friday", status: "initiated" },
      turn: {
        id: turn?.id,
        cause: "message",
        disposition: "replied",
        action: "send_now",
        reason: "Asks for the price.",
        costUsd: "0.123456789013",
      },
      stage: { from: "greeting", to: "pricing", author: "bot", confidence: 0.9, turnId: turn?.id },
    });
  });

  test("without a single call costs nothing and knows it", async () => {
    await lead(1);
    const { id } = await rest.world.conversation();
    const { body } = await me.ask("GET", `/api/v1/conversations/${id}/panel`);
    expect(body).toMatchObject({
      cost: { usd: "0", callCount: 0, unpricedCount: 0 },
      timeline: [],
    });
  });
});

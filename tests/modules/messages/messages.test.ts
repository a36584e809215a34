import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { newId } from "../../../src/lib/ids.ts";
import { eventually } from "../../support/wait.ts";
import { createRestWorld, type RestWorld } from "../rest-world.ts";

let rest: RestWorld;
let me: Awaited<ReturnType<RestWorld["signIn"]>>;
let conversationId: string;
beforeAll(async () => {
  rest = await createRestWorld("messages");
  me = await rest.signIn();
});
beforeEach(async () => {
  await rest.reset();
  await rest.world.receive({});
  conversationId = (await rest.world.conversation()).id;
});
afterAll(() => rest.close());

const path = (verb: string) => `/api/v1/conversations/${conversationId}/${verb}`;
const takeOver = (ask = me.ask) => ask("POST", path("takeover"));
const send = (body: object, key = newId(), ask = me.ask) =>
  ask("POST", path("messages"), body, { "idempotency-key": key });
const read = (query = "") => me.ask("GET", path(`messages?${query}`));

describe("sending as a person", () => {
  test("queues it before anything else, answers the mailbox, and wakes the sender", async () => {
    await rest.world.turn(conversationId);
    await takeOver();
    await rest.world.receive({ text: "Anybody there?" });
    await rest.world.db.rows`update conversations set attention_reason = 'unsure',
      attention_at = now()`;
    const { status, body } = await send({ text: "Yes, I am here." });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      conversationId,
      author: "human",
      state: "queued",
      text: "Yes, I am here.",
      direction: "out",
    });
    const conversation = await rest.world.conversation();
    expect(conversation).toMatchObject({ followUpAt: null, attentionReason: null });
    expect(conversation.handledSeq).toBe(conversation.wakeSeq);
    const stored = await rest.world.db.first`
      select m.priority, c.answered_seq = m.seq as answered, c.last_seq = m.seq as last,
        c.read_seq = m.seq as read
      from messages m join conversations c on c.id = m.conversation_id where m.id = ${body.id}`;
    expect(stored).toEqual({ priority: 0, answered: true, last: true, read: true });
    const { organizationId, integrationId } = rest.world;
    expect(await rest.entries("outbound")).toEqual([{ v: 1, organizationId, integrationId }]);
    const events = await rest.events();
    expect(events.map(({ kind }) => kind)).toContain("attention.resolved");
    expect(events.find(({ kind }) => kind === "message.queued").data).toEqual(body);
  });

  test("reaches the lead through the same sender as the bot's, whose turn then has nothing to do", async () => {
    await takeOver();
    await send({ text: "Hello Ann" });
    await rest.world.deliver();
    expect(rest.world.sends).toMatchObject([{ text: "Hello Ann" }]);
    await me.ask("POST", path("release"));
    expect(await rest.entries("turns")).toEqual([]);
  });

  test("leaves a bot message that is already on its way where everybody sees it", async () => {
    await rest.world.turn(conversationId);
    const gate = Promise.withResolvers<{ kind: "accepted"; wamid: string }>();
    rest.world.send = () => gate.promise;
    const delivering = rest.world.deliver();
    await eventually(() => rest.world.sends.length === 1);
    await takeOver();
    await send({ text: "Let me take this." });
    const inFlight = (await read()).body.data.map((m: { author: string; state: string }) => [
      m.author,
      m.state,
    ]);
    expect(inFlight).toEqual([
      ["lead", "received"],
      ["bot", "sending"],
      ["human", "queued"],
    ]);
    rest.world.send = () => ({ kind: "accepted", wamid: newId() });
    gate.resolve({ kind: "accepted", wamid: newId() });
    await delivering;
    const settled = (await read()).body.data.map((m: { state: string }) => m.state);
    expect(settled).toEqual(["received", "accepted", "accepted"]);
  });

  test("quotes the message it answers", async () => {
    await takeOver();
    const [quoted] = (await read()).body.data;
    const { body } = await send({ text: "About this:", replyTo: quoted.id });
    const lead = await rest.world.db.first<{ wamid: string }>`
      select wamid from messages where id = ${quoted.id}`;
    expect(body.replyToWamid).toBe(lead?.wamid);
    const own = await send({ text: "And this:", replyTo: body.id });
    expect(own).toMatchObject({ status: 422, body: { code: "invalid_input" } });
  });

  test("refuses text that Postgres cannot store, and keeps all other text as it is", async () => {
    await takeOver();
    const refused = await send({ text: "a\u0000b" });
    expect(refused).toMatchObject({ status: 422, body: { code: "invalid_input" } });
    expect((await send({ text: "اهلا 🟢 𝒳" })).body.text).toBe("اهلا 🟢 𝒳");
  });
});

describe("a send that is refused", () => {
  const nothingWasSent = async () => {
    expect(await rest.world.outgoing()).toEqual([]);
    expect(await rest.world.db.rows`select * from idempotency_keys`).toEqual([]);
    expect(await rest.entries("outbound")).toEqual([]);
  };

  test("because the bot has the conversation: take it over first", async () => {
    expect(await send({ text: "Hi" })).toMatchObject({ status: 409, body: { code: "conflict" } });
    await nothingWasSent();
  });

  test("because a colleague has it", async () => {
    await takeOver((await rest.signIn()).ask);
    expect(await send({ text: "Hi" })).toMatchObject({ status: 409, body: { code: "conflict" } });
    await nothingWasSent();
  });

  test("because the window closed, by business time, with a code of its own", async () => {
    await takeOver();
    rest.world.clock.setOffsetMs(24 * 3_600_000 + 1_000);
    expect(await send({ text: "Hi" })).toMatchObject({
      status: 409,
      body: { code: "window_closed", userMessage: expect.stringContaining("24 hours") },
    });
    await nothingWasSent();
  });

  test.each([
    [{}],
    [{ text: "" }],
    [{ text: "  \n" }],
    [{ text: "x".repeat(4097) }],
    [{ text: "Hi", replyTo: "no id" }],
    [{ text: "Hi", as: "bot" }],
  ])("because it is not as it should be: %j", async (body) => {
    await takeOver();
    expect(await send(body)).toMatchObject({ status: 422, body: { code: "invalid_input" } });
    await nothingWasSent();
  });

  test("because it has no idempotency key", async () => {
    await takeOver();
    const answer = await me.ask("POST", path("messages"), { text: "Hi" });
    expect(answer).toMatchObject({ status: 422, body: { code: "invalid_input" } });
  });

  test("may be sent with the same key once the reason is gone", async () => {
    const key = newId();
    expect((await send({ text: "Hi" }, key)).status).toBe(409);
    await takeOver();
    expect((await send({ text: "Hi" }, key)).status).toBe(201);
  });
});

describe("an idempotency key", () => {
  test("makes one message of fifty sends at once, and all hear of it", async () => {
    await takeOver();
    const key = newId();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => send({ text: "Once" }, key)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await rest.world.outgoing()).toHaveLength(1);
    expect(await rest.entries("outbound")).toHaveLength(1);
  });

  test("used for another text, or by another person, is refused", async () => {
    await takeOver();
    const key = newId();
    await send({ text: "First" }, key);
    const reused = { status: 422, body: { code: "idempotency_key_reused" } };
    expect(await send({ text: "Second" }, key)).toMatchObject(reused);
    expect(await send({ text: "First" }, key, (await rest.signIn()).ask)).toMatchObject(reused);
    expect(await rest.world.outgoing()).toHaveLength(1);
  });

  test("gives a repeat the first answer, even after a release", async () => {
    await takeOver();
    const key = newId();
    const first = await send({ text: "Hi" }, key);
    await rest.world.deliver();
    await me.ask("POST", path("release"));
    const repeat = await send({ text: "Hi" }, key);
    expect(repeat).toMatchObject({ status: 201, body: first.body });
  });

  test("of one organization is free for another, and old ones are cleared", async () => {
    await takeOver();
    const key = newId();
    await send({ text: "Hi" }, key);
    await rest.world.db.rows`update idempotency_keys set created_at = now() - interval '49 hours'`;
    await send({ text: "Later" });
    const keys = await rest.world.db.rows<{ key: string }>`select key from idempotency_keys`;
    expect(keys.map((row) => row.key)).not.toContain(key);
    expect(keys).toHaveLength(1);
  });
});

describe("reading a chat", () => {
  const texts = (page: { data: { text: string }[] }) => page.data.map(({ text }) => text);

  test("goes back from the newest and forward again, without a gap, while more arrives", async () => {
    for (const text of ["2", "3", "4", "5", "6", "7"]) await rest.world.receive({ text });
    const newest = (await read("limit=3")).body;
    expect(texts(newest)).toEqual(["5", "6", "7"]);
    await rest.world.receive({ text: "8" });
    const older = (await read(`limit=3&before=${newest.nextCursor}`)).body;
    expect(texts(older)).toEqual(["2", "3", "4"]);
    const oldest = (await read(`limit=3&before=${older.nextCursor}`)).body;
    expect(oldest).toMatchObject({ data: [{ seq: 1 }], nextCursor: null });
    const forward = (await read("limit=4&after=3")).body;
    expect(texts(forward)).toEqual(["4", "5", "6", "7"]);
    const newer = (await read(`limit=4&after=${forward.nextCursor}`)).body;
    expect(newer).toMatchObject({ data: [{ text: "8" }], nextCursor: null });
  });

  test("carries each message as live events do", async () => {
    const event = rest.world.events.findLast(({ kind }) => kind === "message.received");
    expect((await read()).body.data).toEqual([event?.data]);
  });

  test.each(["before=2&after=1", "before=x", "limit=101", "order=desc"])(
    "refuses %s",
    async (query) => {
      expect(await read(query)).toMatchObject({ status: 422, body: { code: "invalid_input" } });
    },
  );
});

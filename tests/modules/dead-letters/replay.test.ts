import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { newId } from "../../../src/lib/ids.ts";
import { lettersOf } from "../../flows/letters.ts";
import { ann } from "../../flows/world.ts";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";

let rest: RestWorld;
let letters: ReturnType<typeof lettersOf>;
let operator: Awaited<ReturnType<RestWorld["signIn"]>>;
beforeAll(async () => {
  rest = await createRestWorld("replays");
  letters = lettersOf(rest.world);
  operator = await rest.signIn("viewer");
  await rest.world.db.rows`insert into operators (user_id) values (${operator.userId})`;
}, 30_000);
beforeEach(async () => {
  await rest.reset();
  letters.appended.length = 0;
});
afterAll(() => rest.close());

const item = (over: Json = {}) => ({
  v: 1,
  kind: "message",
  wamid: "wamid.1",
  type: "text",
  text: "Hi, I am Ann",
  sentAt: "2026-11-22T12:00:00.000Z",
  replyToWamid: null,
  from: ann,
  referral: null,
  raw: { type: "text", text: { body: "Hi, I am Ann" } },
  altered: false,
  ...over,
});
const entry = (over: Json = {}) => ({
  v: 1,
  organizationId: rest.world.organizationId,
  integrationId: rest.world.integrationId,
  receivedAt: "2026-11-22T12:00:00.000Z",
  requestId: newId(),
  item: item(over),
});

const bury = async (stream = "inbound", content: unknown = entry()) =>
  String(await letters.bury(stream, content));
const at = (id: string, act = "") => `/api/v1/dead-letters/${id}${act && `/${act}`}`;
const replay = (id: string, body: object = {}, headers: Record<string, string> = {}) =>
  operator.ask("POST", at(id, "replay"), body, headers);
const discard = (id: string, reason = "Test traffic") =>
  operator.ask("POST", at(id, "discard"), { reason });
const read = async (id: string) => (await operator.ask("GET", at(id))).body;
const audit = async () =>
  await rest.world.db.rows<Json>`select * from audit_log order by created_at, id`;

describe("replaying one letter", () => {
  test("is written down, and done by the scheduler's next pass", async () => {
    const id = await bury();
    const asked = await replay(id);
    expect(asked).toMatchObject({
      status: 202,
      body: { id, state: "scheduled", replayAskedBy: "Name of viewer", replayedAt: null },
    });
    await letters.pass();
    expect(await read(id)).toMatchObject({ state: "replayed", replayDueAt: null, edited: false });
    expect(await audit()).toMatchObject([
      {
        action: "dead_letter.replay_asked",
        resourceId: id,
        organizationId: rest.world.organizationId,
        actorId: operator.userId,
      },
    ]);
  });

  test("by fifty at once has one effect", async () => {
    const id = await bury();
    // With every connection of the pool open, they really meet.
    await Promise.all(Array.from({ length: 50 }, () => read(id)));
    const answers = await Promise.all(Array.from({ length: 50 }, () => replay(id)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(49);
    await Promise.all([letters.pass(), letters.pass()]);
    expect(await letters.pass()).toEqual({ replayed: 0, refused: 0 });
    expect(new Set(letters.appended.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(await audit()).toHaveLength(1);
    expect((await replay(id)).body.detail).toMatch(/^It was already replayed at 20.*Z\.$/);
  });

  test("twice with one Idempotency-Key gets the first answer", async () => {
    const id = await bury();
    const headers = { "idempotency-key": newId() };
    const first = await replay(id, {}, headers);
    await letters.pass();
    expect((await replay(id, {}, headers)).body).toEqual(first.body);
    expect(letters.appended).toHaveLength(1);
  });

  test("shows the chain when it dies again, in list and detail", async () => {
    const first = await bury();
    await replay(first);
    await letters.pass();
    const again = await bury("inbound", letters.appended[0]?.entry);
    expect(await read(again)).toMatchObject({ replayOf: first, replays: [], state: "waiting" });
    expect(await read(first)).toMatchObject({ replayOf: null, replays: [again] });
    const { body } = await operator.ask("GET", "/api/v1/dead-letters");
    expect(body.data).toMatchObject([{ replayOf: first }, { replays: [again] }]);
  });

  test("that would only die again is refused with what is wrong", async () => {
    const unreadable = await replay(await bury("receipts", "\u0000"));
    expect(unreadable).toMatchObject({ status: 409, body: { code: "conflict" } });
    expect(unreadable.body.detail).toContain("not JSON");
    const shapeless = await replay(await bury("inbound", entry({ from: null })));
    expect(shapeless.body.detail).toContain("/item/from");
  });
});

describe("replaying a corrected entry", () => {
  test("takes every mask for what was there, keeps the original and audits both, masked", async () => {
    const id = await bury("inbound", entry({ sentAt: 12 }));
    const shown = (await read(id)).entry.value;
    expect(shown.item).toMatchObject({ text: "••• (12 characters)", sentAt: 12 });
    shown.item.sentAt = "2026-11-22T12:00:00.000Z";
    expect(await replay(id, { entry: shown })).toMatchObject({
      status: 202,
      body: { edited: true, state: "scheduled" },
    });
    await letters.pass();
    expect(letters.appended).toMatchObject([
      { stream: "inbound", entry: { item: item(), replayOf: id } },
    ]);
    const letter = await read(id);
    expect(letter.entry.value.item.sentAt).toBe(12);
    expect(letter.editedEntry.value.item.sentAt).toBe("2026-11-22T12:00:00.000Z");
    const [row] = await audit();
    expect(row).toMatchObject({
      action: "dead_letter.edited_and_replayed",
      before: { entry: { value: { item: { sentAt: 12 } } } },
      after: { changed: ["/item/sentAt"] },
    });
    expect(JSON.stringify([row, letter])).not.toContain("Ann");
  });

  test.each([
    ["a field of the stream's schema", { integrationId: 7 }, "entry/integrationId: "],
    ["a field of the item", { item: { v: 1, kind: "message" } }, "entry/item/"],
    ["another organization", { organizationId: newId() }, "entry/organizationId: "],
    ["a mask that stands for nothing", { requestId: "••• (3 characters)" }, "entry/requestId: "],
    ["a mask under a new name", { other: "•••" }, "entry/other: "],
  ])("is refused for %s, with the field", async (_, change, place) => {
    const id = await bury();
    const answer = await replay(id, { entry: { ...entry(), ...change } });
    expect(answer).toMatchObject({ status: 422, body: { code: "invalid_input" } });
    expect(answer.body.detail).toStartWith(place);
    expect(await read(id)).toMatchObject({ state: "waiting", edited: false });
    expect(await audit()).toEqual([]);
  });

  test("does not take a list's masks for its old places once the list has changed", async () => {
    const id = await bury("notices", {
      ...entry({ kind: "notice", field: "x" }),
      more: ["Ann", "Bob"],
    });
    const shown = (await read(id)).entry.value;
    const answer = await replay(id, { entry: { ...shown, more: shown.more.slice(1) } });
    expect(answer.body.detail).toStartWith("entry/more/0: the mask stands for nothing here");
    expect((await replay(id, { entry: shown })).status).toBe(202);
    await letters.pass();
    expect(letters.appended).toMatchObject([{ entry: { more: ["Ann", "Bob"] } }]);
  });
});

describe("discarding", () => {
  test("keeps who, when and why, and is for good", async () => {
    const id = await bury();
    expect(await discard(id)).toMatchObject({
      status: 200,
      body: {
        state: "discarded",
        discardedBy: "Name of viewer",
        discardReason: "Test traffic",
        discardedAt: expect.any(String),
      },
    });
    expect((await replay(id)).body.detail).toMatch(/^It was discarded at .* by Name of viewer\.$/);
    expect((await discard(id)).status).toBe(409);
    expect(await letters.pass()).toEqual({ replayed: 0, refused: 0 });
    expect(await audit()).toMatchObject([
      { action: "dead_letter.discarded", after: { reason: "Test traffic" } },
    ]);
  });

  test("calls a scheduled replay off, but not one that has started", async () => {
    const [scheduled, started] = [await bury(), await bury()];
    await replay(scheduled);
    expect((await discard(scheduled)).status).toBe(200);
    await replay(started);
    letters.redisIsAway = true;
    await letters.pass();
    letters.redisIsAway = false;
    expect((await discard(started)).body.detail).toMatch(/^It is being replayed right now/);
    await letters.pass();
    expect(await read(started)).toMatchObject({ state: "replayed" });
    expect(letters.appended).toHaveLength(1);
  });

  test.each([[undefined], [""], ["  "], ["x".repeat(501)]])(
    "needs a reason, not %p",
    async (reason) => {
      const id = await bury();
      expect((await operator.ask("POST", at(id, "discard"), { reason })).status).toBe(422);
      expect(await read(id)).toMatchObject({ state: "waiting" });
    },
  );
});

describe("replaying by a filter", () => {
  const many = (query: string, perSecond = 50) =>
    operator.ask("POST", `/api/v1/dead-letters/replay?${query}`, { perSecond });
  const listed = async (query: string) =>
    (await operator.ask("GET", `/api/v1/dead-letters?${query}`)).body.data.map(
      ({ id }: Json) => id,
    );

  test("schedules what waits and fits, says how much, and shows in the list's states", async () => {
    const [first, second] = [await bury(), await bury()];
    const gone = await bury();
    await discard(gone);
    const other = await bury("memory", { v: 1, organizationId: newId(), conversationId: newId() });
    expect(await many("stream=inbound", 1)).toMatchObject({
      status: 202,
      body: { scheduled: 2, left: 0 },
    });
    expect(await listed("state=scheduled")).toEqual([second, first]);
    expect(await listed("state=waiting")).toEqual([other]);
    expect(await listed("state=discarded")).toEqual([gone]);
    await letters.pass();
    expect(await listed("state=replayed")).toEqual([first]);
    expect((await many("stream=inbound")).body).toMatchObject({ scheduled: 0, left: 0 });
    const stopped = await operator.ask("POST", "/api/v1/dead-letters/stop?stream=inbound");
    expect(stopped.body).toEqual({ stopped: 1 });
    expect(await listed("state=waiting")).toEqual([other, second]);
    expect((await audit()).map(({ action }) => action)).toEqual([
      "dead_letter.discarded",
      "dead_letter.replays_asked",
      "dead_letter.replays_asked",
      "dead_letter.replays_stopped",
    ]);
  });

  test.each([0, 0.01, 51, "fast"])("takes no pace of %p", async (perSecond) => {
    const answer = await operator.ask("POST", "/api/v1/dead-letters/replay", { perSecond });
    expect(answer.status).toBe(422);
  });
});

test("what waits is counted for the queue; what somebody decided about is not", async () => {
  const [waits, goes] = [await bury(), await bury()];
  await discard(goes);
  const { body } = await operator.ask("GET", "/api/v1/queue");
  const inbound = body.streams.find(({ stream }: Json) => stream === "inbound");
  expect(inbound?.dead).toBe(1);
  await replay(waits);
  await letters.pass();
  const after = (await operator.ask("GET", "/api/v1/queue")).body;
  expect(after.streams.find(({ stream }: Json) => stream === "inbound")?.dead).toBe(0);
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { newId } from "../../../src/lib/ids.ts";
import { ann, noPhone } from "../../flows/world.ts";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";

const LEADS = "/api/v1/leads";

let rest: RestWorld;
let agent: Awaited<ReturnType<RestWorld["signIn"]>>;
beforeAll(async () => {
  rest = await createRestWorld("merge");
  agent = await rest.signIn("agent");
}, 30_000);
beforeEach(() => rest.reset());
afterAll(() => rest.close());

const merge = (id: string, intoId: string) => agent.ask("POST", `${LEADS}/${id}/merge`, { intoId });
const read = async (id: string) => (await agent.ask("GET", `${LEADS}/${id}`)).body;
const create = async (body: Json) => (await agent.ask("POST", LEADS, body)).body;

const byPhone = { ...ann, bsuid: null };
const hidden = { ...noPhone, username: "annie" };

/** The same person twice on one number: by phone, and behind a username. */
async function twoChats() {
  await rest.world.receive({ from: byPhone });
  await rest.world.receive({ from: hidden });
  const [first, second] = await rest.world.conversations();
  if (!first || !second) throw new Error("There are no two conversations.");
  return { first, second };
}

describe("merging two leads", () => {
  test("keeps what the target has, and takes what it lacks from the other", async () => {
    const from = await create({
      phone: "491511",
      name: "A",
      email: "a@x.test",
      tags: ["a", "b"],
      fields: { n: 1, m: 1 },
    });
    const into = await create({ name: "B", company: "Acme", tags: ["b", "c"], fields: { n: 2 } });
    await agent.ask("POST", `${LEADS}/${from.id}/notes`, { text: "Likes blue." });
    const { body } = await merge(from.id, into.id);
    expect(body).toMatchObject({
      id: into.id,
      name: "B",
      email: "a@x.test",
      company: "Acme",
      phones: ["491511"],
      tags: ["b", "c", "a"],
      fields: { n: 2, m: 1 },
    });
    const { data } = (await agent.ask("GET", `${LEADS}/${into.id}/notes`)).body;
    expect(data).toMatchObject([{ text: "Likes blue.", leadId: into.id }]);
  });

  test("leaves the other readable by its id, but neither listed nor to be changed", async () => {
    const [from, into, third] = [
      await create({ name: "A" }),
      await create({ name: "B" }),
      await create({ name: "C" }),
    ];
    await merge(from.id, into.id);
    expect(await read(from.id)).toMatchObject({ mergedInto: into.id, version: 2 });
    const listed = (await agent.ask("GET", LEADS)).body.data.map(({ id }: Json) => id);
    expect(listed).toEqual([third.id, into.id]);
    const admin = await rest.signIn("admin");
    const path = `${LEADS}/${from.id}`;
    const tries = [
      await agent.ask("PATCH", path, { name: "X" }),
      await agent.ask("POST", `${path}/tags`, { add: ["x"] }),
      await agent.ask("POST", `${path}/notes`, { text: "x" }),
      await admin.ask("DELETE", path),
      await merge(from.id, third.id),
      await merge(third.id, from.id),
    ];
    expect(tries.map(({ body }) => body.code)).toEqual(Array(6).fill("conflict"));
  });

  test("twice changes nothing the second time; into itself or an erased one never", async () => {
    const admin = await rest.signIn("admin");
    const [from, into, gone] = [
      await create({ name: "A" }),
      await create({ name: "B" }),
      await create({ name: "C" }),
    ];
    await admin.ask("DELETE", `${LEADS}/${gone.id}`);
    const first = (await merge(from.id, into.id)).body;
    expect((await merge(from.id, into.id)).body).toEqual(first);
    for (const other of [into.id, gone.id]) {
      expect((await merge(into.id, other)).body.code).toBe("conflict");
    }
    expect((await merge(into.id, newId())).body.code).toBe("not_found");
  });

  test("in both directions at once goes one way", async () => {
    for (let round = 0; round < 5; round += 1) {
      const [one, two] = [await create({ name: "A" }), await create({ name: "B" })];
      const tries = await Promise.all([merge(one.id, two.id), merge(two.id, one.id)]);
      expect(tries.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    }
  });

  test("one after the other points from each to the last", async () => {
    const [one, two, three] = [
      await create({ name: "A" }),
      await create({ name: "B" }),
      await create({ name: "C" }),
    ];
    await merge(one.id, two.id);
    await merge(two.id, three.id);
    expect((await read(one.id)).mergedInto).toBe(three.id);
  });
});

describe("conversations of merged leads", () => {
  test("on another number move along, and go on there", async () => {
    const into = await create({ name: "B" });
    await rest.world.receive({ from: ann });
    const chat = await rest.world.conversation();
    await merge(chat.leadId, into.id);
    expect((await read(into.id)).conversations).toMatchObject([{ id: chat.id, isArchived: false }]);
    await rest.world.receive({ from: ann });
    expect(await rest.world.conversation()).toMatchObject({ leadId: into.id, wakeSeq: 2 });
    await rest.world.turn(chat.id);
    expect(rest.world.dispositions.at(-1)).toBe("replied");
  });

  test("on one number: the other's ends, is kept, and its open question calls a person", async () => {
    const { first, second } = await twoChats();
    await merge(second.leadId, first.leadId);
    const [kept, ended] = await rest.world.conversations();
    expect(kept).toMatchObject({ id: first.id, attentionReason: "unsure", mode: "bot" });
    expect(ended).toMatchObject({ id: second.id, mode: "human", fence: second.fence + 1 });
    expect(ended?.handledSeq).toBe(ended?.wakeSeq ?? -1);
    const { conversations } = await read(first.leadId);
    expect(conversations).toContainEqual(
      expect.objectContaining({ id: second.id, isArchived: true }),
    );
    const messages = await agent.ask("GET", `/api/v1/conversations/${second.id}/messages`);
    expect(messages.body.data).toHaveLength(1);
    const inbox = (await agent.ask("GET", "/api/v1/conversations")).body.data;
    expect(inbox.map(({ id }: Json) => id)).toEqual([first.id]);
    const takeover = await agent.ask("POST", `/api/v1/conversations/${second.id}/takeover`);
    expect(takeover.body.code).toBe("conflict");
  });

  test("nothing of the bot's is sent in the one that ended, even if it was thinking", async () => {
    const { first, second } = await twoChats();
    await rest.world.turn(second.id);
    await merge(second.leadId, first.leadId);
    await rest.world.deliver();
    expect(rest.world.sends).toEqual([]);
    const [reply] = await rest.world.outgoing();
    expect(reply).toMatchObject({ state: "cancelled", cancelReason: "fence" });
  });

  test("a draft that was being written when they were merged is not sent", async () => {
    const { first, second } = await twoChats();
    const think = rest.world.think;
    rest.world.think = async (context, run) => {
      await merge(second.leadId, first.leadId);
      return await think(context, run);
    };
    await rest.world.turn(second.id);
    rest.world.think = think;
    expect(rest.world.dispositions.at(-1)).toBe("fenced");
    expect(await rest.world.outgoing()).toEqual([]);
  });

  test("what either identity writes reaches the target", async () => {
    const { first, second } = await twoChats();
    await merge(second.leadId, first.leadId);
    await rest.world.receive({ from: hidden, text: "hidden" }, { from: byPhone, text: "phone" });
    const rows = await rest.world.db.rows`
      select text from messages where conversation_id = ${first.id} and seq > 1 order by text`;
    expect(rows).toEqual([{ text: "hidden" }, { text: "phone" }]);
    expect(await rest.world.conversations()).toHaveLength(2);
  });

  test("a stop word said in one of them counts in the other", async () => {
    const { first, second } = await twoChats();
    await rest.world.receive({ from: hidden, text: "STOP" });
    await rest.world.turn(first.id);
    await merge(second.leadId, first.leadId);
    const [kept] = await rest.world.conversations();
    expect(kept?.optedOutAt).not.toBeNull();
    await rest.world.deliver();
    expect(rest.world.sends.filter(({ text }) => text?.includes("answered"))).toEqual([]);
  });
});

test("messages that come while leads are merged are stored once, and never with the merged one", async () => {
  for (let round = 0; round < 12; round += 1) {
    await rest.reset();
    const { first, second } = await twoChats();
    const texts = Array.from({ length: 12 }, (_, at) => `${round}-${at}`);
    await Promise.all([
      merge(second.leadId, first.leadId),
      ...texts.map((text, at) =>
        rest.world.receive({ from: at % 2 ? hidden : byPhone, text, wamid: `w-${text}` }),
      ),
    ]);
    const stored = await rest.world.db.rows`
      select 1 from messages where wamid like ${`w-${round}-%`}`;
    expect(stored).toHaveLength(texts.length);
    // What came after the merge would wait here for an answer.
    const ended = (await rest.world.conversations()).find(({ id }) => id === second.id);
    expect(ended?.wakeSeq).toBe(ended?.handledSeq ?? -1);
    const { body } = await agent.ask("GET", `${LEADS}/${second.leadId}`);
    expect(body.mergedInto).toBe(first.leadId);
    const strays = await rest.world.db.rows`
      select 1 from conversations where lead_id = ${second.leadId} and ended_at is null`;
    expect(strays).toEqual([]);
    const orphans = await rest.world.db.rows`
      select 1 from lead_identities where lead_id = ${second.leadId}`;
    expect(orphans).toEqual([]);
  }
}, 60_000);

test("a first message that comes while its lead is merged opens no chat with the merged one", async () => {
  for (let round = 0; round < 20; round += 1) {
    await rest.reset();
    const phone = `49151${1_000_000 + round}`;
    const [from, into] = [await create({ phone }), await create({ name: "B" })];
    await Promise.all([
      merge(from.id, into.id),
      rest.world.receive({ from: { ...byPhone, phone } }, { from: { ...noPhone, phone } }),
    ]);
    const [chat, ...others] = await rest.world.conversations();
    expect([chat?.leadId, others]).toEqual([into.id, []]);
    expect((await read(into.id)).hasBsuid).toBe(true);
  }
}, 60_000);

describe("a reaction that waits for its message when its chat goes into another", () => {
  const reacts = (wamid: string) => ({
    from: byPhone,
    type: "reaction",
    text: null,
    content: { type: "reaction" as const, wamid, emoji: "👍" },
  });

  test("stands at the message that comes there afterwards", async () => {
    const { first, second } = await twoChats();
    await rest.world.receive(reacts("wamid.later"));
    await merge(first.leadId, second.leadId);
    await rest.world.receive({ from: hidden, wamid: "wamid.later", text: "Here" });
    expect(await reactionsOf("wamid.later")).toMatchObject({ lead: { emoji: "👍" } });
    expect(await parkedAt(second.id)).toBeNull();
  });

  test("stands at the one that was there before, with the next sweep", async () => {
    const { first, second } = await twoChats();
    await rest.world.receive({ from: hidden, wamid: "wamid.earlier", text: "Here" });
    await rest.world.receive(reacts("wamid.earlier"));
    expect(await reactionsOf("wamid.earlier")).toBeNull();
    await merge(first.leadId, second.leadId);
    await rest.world.sweep();
    expect(await reactionsOf("wamid.earlier")).toMatchObject({ lead: { emoji: "👍" } });
    expect(await parkedAt(second.id)).toBeNull();
  });

  const reactionsOf = async (wamid: string) =>
    (
      await rest.world.db.first<{ reactions: Json | null }>`
        select reactions from messages where wamid = ${wamid}`
    )?.reactions;
  const parkedAt = async (id: string) =>
    (
      await rest.world.db.first<{ parkedAt: Date | null }>`
        select parked_at from conversations where id = ${id}`
    )?.parkedAt;
});

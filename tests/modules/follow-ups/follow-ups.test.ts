import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { decision } from "../../flows/world.ts";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";

let rest: RestWorld;
let me: Awaited<ReturnType<RestWorld["signIn"]>>;
beforeAll(async () => {
  rest = await createRestWorld("follow-ups");
  me = await rest.signIn("admin");
});
beforeEach(async () => {
  await rest.world.db.rows`truncate follow_up_sequences`;
  await rest.reset();
  rest.world.think = () => ({ kind: "reply", decision, text: "Hello" });
});
afterAll(() => rest.close());

const PATH = "/api/v1/follow-up-sequences";
const gentle = { name: "Gentle", steps: [{ afterMinutes: 10 }], ghostAfterMinutes: 1_440 };
const add = async (more: object = {}): Promise<Json> =>
  (await me.ask("POST", PATH, { ...gentle, ...more })).body;
const edit = (id: string, body: object) => me.ask("PATCH", `${PATH}/${id}`, body);
const active = async (): Promise<string[]> =>
  (await me.ask("GET", `${PATH}?active=true`)).body.data.map(({ id }: Json) => id);

/** A lead has written and the bot has answered. */
async function answered(): Promise<string> {
  await rest.world.receive({});
  const { id } = await rest.world.conversation();
  await rest.world.turn(id);
  return id;
}

describe("a sequence", () => {
  test("comes back as it was written", async () => {
    const steps = [
      { afterMinutes: 10, hint: "Offer the free site visit." },
      { afterMinutes: 180, hint: null },
    ];
    const made = await add({ steps });
    expect(made).toMatchObject({ ...gentle, steps, version: 1 });
    expect((await me.ask("GET", `${PATH}/${made.id}`)).body).toEqual(made);
  });

  test.each([
    ["steps that do not ascend", { steps: [{ afterMinutes: 60 }, { afterMinutes: 60 }] }],
    ["a step after WhatsApp's 24 hours", { steps: [{ afterMinutes: 1_440 }] }],
    ["giving up before its last step", { ghostAfterMinutes: 10 }],
    ["eleven steps", { steps: Array.from({ length: 11 }, (_, at) => ({ afterMinutes: at + 1 })) }],
  ])("with %s is refused", async (_, wrong) => {
    expect((await me.ask("POST", PATH, { ...gentle, ...wrong })).status).toBe(422);
    const { id } = await add();
    expect((await edit(id, wrong)).status).toBe(422);
  });

  test("that is the first becomes the active one; the next one waits", async () => {
    const first = await add();
    const second = await add();
    expect([first.active, second.active]).toEqual([true, false]);
  });

  test("made active relieves the other in the same commit", async () => {
    const first = await add();
    const second = await add();
    expect((await edit(second.id, { active: true })).body.active).toBe(true);
    expect(await active()).toEqual([second.id]);
    expect((await me.ask("GET", `${PATH}/${first.id}`)).body).toMatchObject({ version: 2 });
    const third = await add({ active: true });
    expect(await active()).toEqual([third.id]);
  });

  test("made active with all others at once leaves exactly one", async () => {
    const all = [await add(), await add(), await add(), await add()];
    const done = await Promise.all(all.map(({ id }) => edit(id, { active: true })));
    expect(done.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await active()).toHaveLength(1);
  });

  test("that is active is neither switched off nor deleted; another one is", async () => {
    const [current, other] = [await add(), await add()];
    expect((await edit(current.id, { active: false })).body.code).toBe("conflict");
    expect((await me.ask("DELETE", `${PATH}/${current.id}`)).body.code).toBe("conflict");
    expect((await me.ask("DELETE", `${PATH}/${other.id}`)).status).toBe(204);
    expect(await active()).toEqual([current.id]);
  });

  test("is what the bot goes by from its next turn on", async () => {
    await add();
    const { id } = await add({ steps: [{ afterMinutes: 120, hint: "Mention the warranty." }] });
    await edit(id, { active: true });
    const hints: (string | null)[] = [];
    rest.world.think = (context) => {
      hints.push(context.followUpHint);
      return { kind: "reply", decision, text: "Hello" };
    };
    const chat = await answered();
    rest.world.clock.setOffsetMs(11 * 60_000);
    await rest.world.turn(chat, "follow_up");
    expect(await rest.world.outgoing()).toHaveLength(1);
    rest.world.clock.setOffsetMs(121 * 60_000);
    await rest.world.turn(chat, "follow_up");
    expect(await rest.world.outgoing()).toHaveLength(2);
    expect(hints.at(-1)).toBe("Mention the warranty.");
  });

  test("without steps sends nothing", async () => {
    await add({ steps: [] });
    await answered();
    expect(await planned()).toMatchObject([{ kind: "ghost" }]);
  });
});

const planned = async (): Promise<Json[]> => (await me.ask("GET", "/api/v1/follow-ups")).body.data;
const cancel = (id: string, headers = {}) =>
  me.ask("DELETE", `/api/v1/follow-ups/${id}`, undefined, headers);

describe("what is planned", () => {
  test("is listed soonest first, with lead, step and whether it is a nudge", async () => {
    await add();
    const id = await answered();
    const { followUpAt, version } = await rest.world.conversation();
    const dueAt = followUpAt?.toISOString();
    expect(await planned()).toEqual([
      { id, kind: "nudge", step: 1, dueAt, version, lead: { id: expect.any(String), name: "Ann" } },
    ]);
    rest.world.clock.setOffsetMs(10 * 60_000);
    await rest.world.turn(id, "follow_up");
    expect(await planned()).toMatchObject([{ id, kind: "ghost", step: 2 }]);
  });

  test("is cancelled without touching the fence; nothing goes out, and all are told", async () => {
    await add();
    const id = await answered();
    const before = await rest.world.conversation();
    expect((await cancel(id, { "if-match": `"${before.version}"` })).status).toBe(204);
    const after = await rest.world.conversation();
    expect(after).toMatchObject({ followUpAt: null, fence: before.fence, mode: "bot" });
    expect(await planned()).toEqual([]);
    expect((await rest.events()).at(-1)).toMatchObject({
      kind: "follow_up.cancelled",
      entityId: id,
      version: before.version + 1,
    });
    const audit = await rest.world.db.rows`
      select resource_id from audit_log where action = 'follow_up.cancelled'`;
    expect(audit).toEqual([{ resourceId: id }]);
    rest.world.clock.setOffsetMs(60 * 60_000);
    await rest.world.turn(id, "follow_up");
    expect(await rest.world.outgoing()).toHaveLength(1);
    expect((await cancel(id)).status).toBe(404);
  });

  test("cannot be cancelled while it is being written, and is then sent once", async () => {
    await add();
    const id = await answered();
    let refused: Json;
    rest.world.think = async () => {
      refused = await cancel(id);
      return { kind: "reply", decision, text: "Still there?" };
    };
    rest.world.clock.setOffsetMs(10 * 60_000);
    await rest.world.turn(id, "follow_up");
    expect(refused.body.code).toBe("conflict");
    expect(await rest.world.outgoing()).toHaveLength(2);
  });

  test("of another conversation's older version is not cancelled", async () => {
    await add();
    const id = await answered();
    expect((await cancel(id, { "if-match": '"1"' })).status).toBe(412);
    expect(await planned()).toHaveLength(1);
  });
});

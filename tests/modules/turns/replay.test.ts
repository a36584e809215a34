import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { decision } from "../../flows/world.ts";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";

let rest: RestWorld;
let me: Awaited<ReturnType<RestWorld["signIn"]>>;
beforeAll(async () => {
  rest = await createRestWorld("replay");
  me = await rest.signIn("owner");
});
beforeEach(async () => {
  await rest.reset();
  await rest.meta.reset();
  rest.world.think = () => ({ kind: "reply", decision, text: "It is $6,900." });
});
afterAll(() => rest.close());

const says = (step: "brain" | "mouth", json: object) =>
  rest.meta.control("POST", "api/model", { script: [{ step, json }] });
const replay = (id: string, promptVersionId: string | null = null) =>
  me.ask("POST", `/api/v1/turns/${id}/replay`, { promptVersionId });

async function turnOf(...texts: string[]): Promise<string> {
  await rest.world.receive(...texts.map((text) => ({ text })));
  await rest.world.turn((await rest.world.conversation()).id);
  const [turn] = await rest.world.db.rows<{ id: string }>`select id from turns`;
  return String(turn?.id);
}

/** Every row that a replay must leave alone. */
const everything = () => rest.world.db.rows<Json>`
  select (select jsonb_agg(to_jsonb(t)) from turns t) as turns,
    (select jsonb_agg(to_jsonb(c)) from conversations c) as conversations,
    (select jsonb_agg(to_jsonb(m) order by m.id) from messages m) as messages,
    (select jsonb_agg(to_jsonb(s)) from stage_changes s) as stages,
    (select jsonb_agg(to_jsonb(b)) from bookings b) as bookings`;

test("thinks again on another version, tells what differs, sends nothing and changes nothing", async () => {
  const id = await turnOf("How much?");
  const before = await everything();
  const version = (
    await me.ask("POST", "/api/v1/prompts", { step: "mouth", instructions: "Be brief." })
  ).body;
  await says("brain", { ...decision, stage: "qualification", needsHuman: false });
  await says("mouth", { text: "Which roof do you have?" });
  const { status, body } = await replay(id, version.id);
  expect([status, body.replayed?.outcome]).toEqual([200, "replied"]);
  expect(body).toMatchObject({
    recorded: { outcome: "replied", text: "It is $6,900.", decision: { stage: "pricing" } },
    replayed: { text: "Which roof do you have?", versions: { mouth: version.label } },
    textDiff: [
      { op: "removed", text: "It is $6,900." },
      { op: "added", text: "Which roof do you have?" },
    ],
    missing: [],
  });
  expect(body.differences).toContainEqual({
    ...{ field: "stage", recorded: "pricing", replayed: "qualification" },
  });
  expect(await everything()).toEqual(before);
  const calls = await rest.world.db.rows<Json>`
    select step, disposition, turn_id, prompt_version from llm_calls order by started_at`;
  expect(calls).toMatchObject([
    { step: "brain", disposition: "replay", turnId: id },
    { step: "mouth", disposition: "replay", turnId: id, promptVersion: version.label },
  ]);
  expect((await me.ask("GET", `/api/v1/turns/${id}`)).body.calls).toBe(0);
});

test("sees the messages as of the turn, whole, and says which are not as they were", async () => {
  const id = await turnOf("My number is +14155550142", "Second");
  await rest.world.receive({ text: "Written later" });
  await rest.world.db.rows`
    update messages set text = null, deleted_at = now() where seq = 2 and direction = 'in'`;
  const { body } = await replay(id);
  expect(body.missing).toEqual(["1 of 2 messages were deleted, and stay so."]);
  const { latest } = await rest.meta.control("GET", "api/model");
  const prompt: string = latest.find(({ step }: Json) => step === "brain").prompt;
  expect(prompt).toContain("+14155550142");
  expect(prompt).not.toContain("Written later");
  expect(prompt).not.toContain("Second");
});

test("is refused where what it saw is not kept, for memory's versions, and for nobody's", async () => {
  const id = await turnOf("Hi");
  const memory = (await me.ask("POST", "/api/v1/prompts", { step: "memory" })).body;
  expect((await replay(id, memory.id)).body.code).toBe("invalid_input");
  expect((await replay(id, id)).body.code).toBe("not_found");
  await rest.world.db.rows`delete from turn_traces`;
  expect((await replay(id)).body.code).toBe("conflict");
  expect(await rest.world.db.rows`select 1 from llm_calls`).toEqual([]);
});

test("is for owners and admins, at most ten a minute", async () => {
  const id = await turnOf("Hi");
  const { ask } = await rest.signIn("agent");
  expect((await ask("POST", `/api/v1/turns/${id}/replay`, { promptVersionId: null })).status).toBe(
    403,
  );
  await rest.world.db.rows`delete from turn_traces`;
  const statuses: number[] = [];
  while (statuses.length < 11) statuses.push((await replay(id)).status);
  expect([statuses[0], statuses.at(-1)]).toEqual([409, 429]);
});

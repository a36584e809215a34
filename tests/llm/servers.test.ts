import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { LlmCall } from "../../src/funnel/turn.ts";
import { createThinker } from "../../src/llm/thinker.ts";
import { createTraffic } from "../../src/llm/traffic.ts";
import { type Rig, startRig } from "../simulator/rig.ts";
import { silentLog } from "../support/servers.ts";
import { context, message } from "./support/context.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());
beforeEach(() => rig.clear());

/** A new process that thinks with the simulated model, and the calls it stored. */
function thinking() {
  const calls: LlmCall[] = [];
  const baseUrl = `${rig.origin}/simulator/openai/v1`;
  const thinker = createThinker({
    ...{ baseUrl, apiKey: "key", model: "simulated-1", fallbackModel: null, log: silentLog },
    traffic: createTraffic({ concurrency: 32 }),
  });
  const run = () => ({
    deadlineMs: 10_000,
    signal: new AbortController().signal,
    onCall: async (call: LlmCall) => void calls.push(call),
    runTools: async () => [],
  });
  return {
    calls,
    outcomes: () => calls.map(({ step, errorClass }) => `${step}:${errorClass ?? "ok"}`),
    turn: () => thinker.think(context(), run()),
    summary: () => {
      const known = {
        ...{ organizationId: "o", conversationId: "c", previous: null, language: "en" },
        prompt: null,
      };
      return thinker.summarise({ ...known, messages: [message("I have a flat roof")] }, run());
    },
  };
}

/** Each server, and what finding out about it costs the first step of a process. */
const servers: readonly (readonly [name: string, traits: object, cost: readonly string[]])[] = [
  ["OpenAI", {}, []],
  ["JSON mode alone", { formats: ["json_object"] }, ["unsupported"]],
  ["tool calls alone", { formats: ["tools"] }, ["unsupported", "unsupported"]],
  ["no formats", { formats: [] }, ["unsupported", "unsupported", "unsupported"]],
  ["formats that it ignores", { ignoresFormats: true }, ["schema"]],
  ["the old name of the token limit", { limits: ["max_tokens"] }, ["unsupported"]],
  ["no token limit", { limits: [] }, ["unsupported", "unsupported"]],
  ["instructions by the developer", { roles: ["developer"] }, ["unsupported"]],
  ["instructions by nobody but the user", { roles: [] }, ["unsupported", "unsupported"]],
  ["thoughts and fences", { formats: ["json_object"], thinksAloud: true }, ["unsupported"]],
  ["neither usage nor ids", { usage: false, ids: false }, []],
  [
    "next to nothing",
    { formats: [], limits: [], roles: [], thinksAloud: true, usage: false, ids: false },
    Array(7).fill("unsupported"),
  ],
];

describe.each(servers)("a server with %s", (_name, traits, cost) => {
  const found = cost.map((errorClass) => `brain:${errorClass}`);
  beforeEach(async () => {
    expect(await rig.api("POST", "/model", { server: traits })).toMatchObject({ status: 200 });
  });

  test("thinks as every other does, and is found out about once", async () => {
    const { turn, outcomes } = thinking();
    const thought = await turn();
    expect(thought).toMatchObject({
      kind: "reply",
      decision: { stage: "pricing", action: "send_now", language: "en", confidence: 0.8 },
      text: expect.stringContaining("€5,900"),
    });
    expect(outcomes()).toEqual([...found, "brain:ok", "mouth:ok"]);
    expect(await turn()).toEqual(thought);
    expect(outcomes().slice(found.length + 2)).toEqual(["brain:ok", "mouth:ok"]);
  });

  test("is asked again after an answer of a wrong form, with what was wrong", async () => {
    const { turn, outcomes } = thinking();
    await turn();
    const before = outcomes().length;
    for (const kind of ["wrong_enum", "refusal", "empty", "invalid_json", "truncated"]) {
      await rig.api("POST", "/faults", { target: "model", kind, count: 1 });
      expect(await turn()).toMatchObject({ kind: "reply" });
    }
    expect(outcomes().slice(before)).toEqual(
      ["schema", "refusal", "empty", "schema", "truncated"].flatMap((errorClass) => [
        ...[`brain:${errorClass}`, "brain:ok", "mouth:ok"],
      ]),
    );
  });

  test("remembers", async () => {
    const { summary, calls } = thinking();
    expect(await summary()).toMatchObject({ kind: "summary", text: expect.stringMatching(/roof/) });
    expect(calls.at(-1)).toMatchObject({ step: "memory", outcome: "ok" });
    expect(calls.at(-1)?.attempt).toBe(cost.length + 1);
  });
});

test("many turns at once find out about a server together, and none of them fails", async () => {
  await rig.api("POST", "/model", { server: { formats: ["tools"], limits: ["max_tokens"] } });
  const { turn } = thinking();
  const thoughts = await Promise.all(Array.from({ length: 20 }, turn));
  expect(thoughts.map(({ kind }) => kind)).toEqual(Array(20).fill("reply"));
});

test("a server that forgets what it could is found out about again", async () => {
  const { turn, outcomes } = thinking();
  await turn();
  await rig.api("POST", "/model", { server: { formats: ["json_object"] } });
  expect(await turn()).toMatchObject({ kind: "reply" });
  expect(outcomes()).toEqual([
    ...["brain:ok", "mouth:ok"],
    ...["brain:unsupported", "brain:ok", "mouth:ok"],
  ]);
});

test("what a server does not tell is unknown, not zero", async () => {
  await rig.api("POST", "/model", { server: { usage: false, ids: false } });
  const { turn, calls } = thinking();
  await turn();
  expect(calls).toHaveLength(2);
  for (const call of calls) {
    expect(call).toMatchObject({ inputTokens: null, outputTokens: null, responseId: null });
  }
});

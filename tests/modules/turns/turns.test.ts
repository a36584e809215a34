import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { recordLlmCall } from "../../../src/db/queries/record-llm-call.ts";
import type { LlmCall, TurnContext } from "../../../src/funnel/turn.ts";
import { newId } from "../../../src/lib/ids.ts";
import type { ThinkingRun } from "../../../src/llm/run.ts";
import { decision } from "../../flows/world.ts";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";
import { llmCall } from "./llm-call.ts";

let rest: RestWorld;
let me: Awaited<ReturnType<RestWorld["signIn"]>>;
beforeAll(async () => {
  rest = await createRestWorld("turns");
  me = await rest.signIn("agent");
});
beforeEach(async () => {
  await rest.reset();
  rest.world.think = () => ({ kind: "reply", decision, text: "Hello" });
});
afterAll(() => rest.close());

/** Thinks with one call to each step, as the thinker would. */
async function thinks(
  context: TurnContext,
  run: ThinkingRun,
  answer: string,
  over: Partial<LlmCall> = {},
) {
  const brain = llmCall({ step: "brain", ...over });
  const mouth = llmCall({ step: "mouth", ...over });
  for (const call of [brain, mouth]) {
    await recordLlmCall(rest.world.db, { ...context, messageId: null }, call);
    run.onAttempt?.({
      ...{ step: call.step, attempt: 1, model: "m", outcome: "ok", errorClass: null },
      ...{ promptVersion: call.promptVersion, promptHash: call.promptHash },
      messages: [
        { role: "system", content: "instructions" },
        { role: "user", content: "context" },
        ...(call.step === "mouth" ? [{ role: "user", content: "Write it again." }] : []),
      ],
      answer: call.step === "mouth" ? { text: answer } : decision,
    });
  }
}

async function turnOf(text: string) {
  await rest.world.receive({ text });
  const { id } = await rest.world.conversation();
  await rest.world.turn(id);
  const list = await me.ask("GET", `/api/v1/conversations/${id}/turns`);
  const [newest] = list.body.data;
  return { conversationId: id, summary: newest, turn: (await read(newest.id)).body };
}
const read = (id: string) => me.ask("GET", `/api/v1/turns/${id}`);

describe("a turn that replied", () => {
  test("tells what it saw, decided, wrote and cost, and how it ended", async () => {
    rest.world.think = async (context, run) => {
      await thinks(context, run, "It is $6,900.");
      return { kind: "reply", decision, text: "It is $6,900." };
    };
    const { summary, turn, conversationId } = await turnOf("How much for 5 kW?");
    expect(summary).toMatchObject({
      ...{ conversationId, cause: "message", attempt: 1, outcome: "replied", calls: 2 },
      ending: "The answer was handed over for sending.",
    });
    expect(turn).toMatchObject({
      decision: { situation: decision.situation, stage: "pricing" },
      ...{ draft: "It is $6,900.", gate: null, error: null, message: { state: "queued" } },
      stageMove: { from: "greeting", to: "pricing" },
      saw: {
        lead: { stage: "greeting" },
        messages: [{ seq: 1, author: "lead", text: "How much for 5 kW?", isNew: true }],
      },
      callsMade: [
        { step: "brain", promptVersion: "1", asked: null, answer: { stage: "pricing" } },
        { step: "mouth", asked: "Write it again.", answer: { text: "It is $6,900." } },
      ],
    });
    const words = turn.words.join(" ");
    expect(words).toContain("1 new message to answer");
    expect(words).toContain("The lead went from greeting to pricing.");
    expect(words).toContain("The model was asked 2 times, for 2.0 s; what that cost is not known.");
  });

  test("knows its cost where all calls have a price, and says of how many it does not know it", async () => {
    const provider = newId();
    await rest.world.db.rows`
      insert into llm_prices (id, provider, model_pattern, input_usd_per_million,
        cached_usd_per_million, output_usd_per_million, valid_from, source)
      values (${newId()}, ${provider}, '^priced$', 1, 1, 1, '2020-01-01', 'test')`;
    rest.world.think = async (context, run) => {
      await thinks(context, run, "a", { provider, requestModel: "priced", responseModel: null });
      await recordLlmCall(
        rest.world.db,
        { ...context, messageId: null },
        llmCall({ step: "mouth", attempt: 2, requestModel: "unknown" }),
      );
      return { kind: "reply", decision, text: "a" };
    };
    const { turn } = await turnOf("Hi");
    expect(turn).toMatchObject({ calls: 3, unpricedCalls: 1, costUsd: "0.0022" });
    expect(turn.words.at(-1)).toBe(
      "The model was asked 3 times, for 3.0 s, and cost $0.0022; of 1 the cost is not known.",
    );
  });
});

test("tells what the rules changed, what our systems said, and what each check found", async () => {
  const ctaId = newId();
  await rest.world.db.rows`
    insert into ctas (organization_id, id, kind, name, description)
    values (${rest.world.organizationId}, ${ctaId}, 'visit', 'Visit', '')`;
  const wish = { ...decision, action: "initiate_cta", ctaId, ctaTime: "Tuesday" } as const;
  const report = (draft: number, text: string) => ({
    ...({ draft, gate: "amount", ok: false } as const),
    findings: [{ text, reason: "no fact says so", span: { startsAt: 0, endsAt: text.length } }],
  });
  rest.world.think = async (_, { runTools }) => {
    await runTools(wish);
    return {
      ...{
        kind: "blocked",
        decision: wish,
        draft: "$5, call +1 415 555 0142",
        reason: "amount: $5",
      },
      gates: [report(1, "$9"), report(2, "$5, +1 415 555 0142")],
      rulings: [{ rule: "attention", proposed: null, taken: true, why: "unhappy, words: scam" }],
    };
  };
  const { turn } = await turnOf("This is a scam");
  expect(turn).toMatchObject({
    outcome: "blocked_by_gate",
    toolResults: [{ tool: "book", ctaId, outcome: "not_bookable", startsAt: null }],
    checks: [
      {
        draft: 1,
        gate: "amount",
        ok: false,
        findings: [{ text: "$9", reason: "no fact says so" }],
      },
      { draft: 2, findings: [{ text: "$5, [phone]" }] },
    ],
  });
  expect(turn.rulings).toContainEqual({
    ...{ rule: "attention", proposed: null, taken: true, why: "unhappy, words: scam" },
  });
  const words = turn.words.join(" ");
  expect(words).toContain("Our rules called a person: unhappy, words: scam.");
  expect(words).toContain('The check "amount" stopped the first draft. “$9”: no fact says so.');
  expect(words).toContain("The next step has no calendar: people settle the time.");
});

test("what is kept is redacted in every column; the message to the lead is not", async () => {
  const secret = ["+1 415 555 0142", "ana@casa.example", "4111 1111 1111 1111"];
  const text = `Call ${secret[0]}, write ${secret[1]}, card ${secret[2]}`;
  rest.world.think = async (context, run) => {
    await thinks(context, run, text);
    return { kind: "reply", decision: { ...decision, situation: text }, text };
  };
  const { turn, conversationId } = await turnOf(text);
  const kept = await rest.world.db.rows<Json>`
    select to_jsonb(t)::text || to_jsonb(x)::text as row
    from turns t join turn_traces x on x.turn_id = t.id where t.conversation_id = ${conversationId}`;
  expect(kept).toHaveLength(1);
  for (const one of secret) {
    expect(kept[0].row).not.toContain(one);
    expect(JSON.stringify(turn)).not.toContain(one);
  }
  expect(turn.draft).toBe("Call [phone], write [email], card [card]");
  expect(turn.saw.messages[0].text).toBe(turn.draft);
  expect((await rest.world.outgoing())[0]?.text).toBe(text);
});

describe("a turn that sent nothing says why", () => {
  test("stopped by a gate", async () => {
    rest.world.think = () => ({
      kind: "blocked",
      decision,
      draft: "Only $1!",
      reason: "ungrounded $1",
    });
    const { turn } = await turnOf("Hi");
    expect(turn).toMatchObject({ outcome: "blocked_by_gate", draft: "Only $1!" });
    // The fixed line was sent instead.
    expect(turn.message).toMatchObject({ state: "queued" });
    expect(turn.words).toContain("A check stopped the draft: ungrounded $1.");
    expect(turn.words.at(-1)).toBe("No model was asked, so it cost nothing.");
  });

  test("overtaken by newer text, or given back after a failure", async () => {
    rest.world.think = async () => {
      await rest.world.receive({ text: "and another thing" });
      return { kind: "reply", decision, text: "too early" };
    };
    const { turn } = await turnOf("Hi");
    expect(turn).toMatchObject({ outcome: "superseded", draft: "too early", stageMove: null });
    rest.world.think = async (context, run) => {
      await thinks(context, run, "never sent");
      throw new Error("The model went away.");
    };
    await rest.world.turn(turn.conversationId);
    const { body } = await me.ask("GET", `/api/v1/conversations/${turn.conversationId}/turns`);
    const failed = (await read(body.data[0].id)).body;
    expect(failed).toMatchObject({
      ...{ outcome: "released", error: "The model went away.", decision: null },
      callsMade: [{ answer: { stage: "pricing" } }, { answer: { text: "never sent" } }],
    });
    expect(failed.words).toContain("The reason: The model went away.");
  });
});

test("what it saw goes after 30 days, with the sweep; the turn itself stays", async () => {
  const { turn } = await turnOf("Hi");
  expect(turn.saw).not.toBeNull();
  const [kept] = await rest.world.db.rows<Json>`
    select round(extract(epoch from expires_at - now()) / 86400) as days from turn_traces`;
  expect(Number(kept.days)).toBe(30);
  await rest.world.sweep();
  expect((await read(turn.id)).body.saw).not.toBeNull();
  await rest.world.db.rows`update turn_traces set expires_at = now() - interval '1 second'`;
  await rest.world.sweep();
  expect(await rest.world.db.rows`select 1 from turn_traces`).toEqual([]);
  expect((await read(turn.id)).body).toMatchObject({ id: turn.id, saw: null, outcome: "replied" });
});

test("it goes with the lead who is erased", async () => {
  const { turn } = await turnOf("I am Ana from Oak Street");
  const { ask } = await rest.signIn("owner");
  const [lead] = await rest.world.db.rows<Json>`select id from leads`;
  expect((await ask("DELETE", `/api/v1/leads/${lead.id}`)).status).toBe(204);
  expect(await rest.world.db.rows`select 1 from turn_traces`).toEqual([]);
  expect((await read(turn.id)).body).toMatchObject({ saw: null, decision: null, draft: null });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { MAX_TURN_ATTEMPTS } from "../../src/flows/turn.ts";
import { newId } from "../../src/lib/ids.ts";
import { FAILURES_TO_OPEN, REST_MS } from "../../src/llm/breaker.ts";
import { createThinker } from "../../src/llm/thinker.ts";
import { createTraffic } from "../../src/llm/traffic.ts";
import { type Rig, startRig } from "../simulator/rig.ts";
import { silentLog } from "../support/servers.ts";
import { ann, createWorld, type World } from "./world.ts";

const MODEL = "simulated-1";
const FALLBACK = "simulated-2";
const HOLDING_LINE = "A colleague will answer soon.";

/** Answers that cannot be used, and what their row says: one repair try, then the fallback, then a person. */
const useless = [
  ["invalid_json", "invalid_json", "schema"],
  ["wrong_enum", "invalid_json", "schema"],
  ["empty", "invalid_json", "empty"],
  ["truncated", "invalid_json", "truncated"],
  ["refusal", "refused", "refusal"],
  ["content_filter", "refused", "content_filter"],
] as const;

/** No answers at all: the fallback at once, else the whole turn again later. */
const away = [
  ["429", "rate_limited", "http_429"],
  ["http_500", "error", "http_500"],
  ["reset", "error", "connection"],
  ["slow", "timeout", "timeout"],
  ["page", "error", "malformed_response"],
  ["cut_off", "error", "malformed_response"],
  ["no_choice", "error", "malformed_response"],
] as const;

const steps = ["brain", "mouth"] as const;
const each = <Row extends readonly unknown[]>(rows: readonly Row[]) =>
  rows.flatMap((row) => steps.map((step) => [...row, step] as const));

let rig: Rig;
let world: World;
let usual: string;

beforeAll(async () => {
  rig = await startRig();
  world = await createWorld("model-faults");
  await world.db.rows`insert into facts (organization_id, id, kind, topic, text, position)
    values (${world.organizationId}, ${newId()}, 'price', '5 kW system', '€5,900 installed', 1)`;
  const { said } = await (await lead()).turn();
  expect(said).toEqual([expect.stringContaining("€5,900")]);
  usual = String(said[0]);
});
afterAll(async () => {
  await world.close();
  await rig.stop();
});
beforeEach(async () => {
  await rig.clear();
  await world.db.rows`update organizations set holding_line = ${HOLDING_LINE}`;
});

const spoil = (kind: string, over: { count?: number; match: object }) =>
  rig.api("POST", "/faults", {
    ...{ target: "model", kind, ...over },
    ...(kind === "slow" && { delayMs: 60_000 }),
    ...(kind === "429" && { retryAfterSeconds: 2 }),
  });

/** What is slow is to be waited for only shortly. */
const patienceMs = (kind: string) => (kind === "slow" ? 400 : 10_000);

let phone = 14_155_550_200;

/** A worker that was just started: it knows nothing yet of how its models do. */
const worker = (fallbackModel: string | null = null) =>
  createThinker({
    ...{ baseUrl: `${rig.origin}/simulator/openai/v1`, apiKey: "key", log: silentLog },
    ...{ model: MODEL, fallbackModel, traffic: createTraffic({ concurrency: 2 }) },
  });

/** Somebody who asks for the price. */
async function lead() {
  phone += 1;
  await world.receive({ from: { ...ann, phone: String(phone), bsuid: `US.${phone}` } });
  const conversation = (await world.conversations()).at(-1);
  if (conversation === undefined) throw new Error("No conversation.");
  const { id } = conversation;
  return {
    /** One turn on that worker, and what the lead, the team and the ledger see after it. */
    async turn(thinker = worker(), deadlineMs = 10_000) {
      world.think = (context, run) => thinker.think(context, { ...run, deadlineMs });
      const ended = await world.turn(id, "retry").then(
        () => world.dispositions.at(-1),
        ({ code }) => `rejected: ${code}`,
      );
      const rows = await world.db.rows<{ call: string; model: string; disposition: string }>`
        select step || ' ' || attempt || ': ' || outcome || coalesce(' ' || error_class, '') as call,
          request_model as model, disposition
        from llm_calls where conversation_id = ${id} order by started_at, id`;
      return { ended, calls: rows.map(({ call }) => call), said: await said(id), rows };
    },
    row: async () =>
      await world.db.first<{
        attentionReason: string | null;
        waitsMs: number;
        isAnswered: boolean;
      }>`
        select attention_reason, wake_seq = handled_seq as is_answered,
          round(extract(epoch from due_at - now()) * 1000)::int as waits_ms
        from conversations where id = ${id}`,
    dueNow: () => world.db.rows`update conversations set due_at = now() where id = ${id}`,
  };
}

async function said(conversationId: string): Promise<(string | null)[]> {
  const rows = await world.db.rows<{ text: string | null }>`
    select text from messages where conversation_id = ${conversationId} and direction = 'out'`;
  return rows.map(({ text }) => text);
}

describe("an answer that cannot be used", () => {
  test.each(each(useless))(
    "%s (%s %s) once from %s: repaired, and the lead notices nothing",
    async (kind, outcome, errorClass, step) => {
      await spoil(kind, { count: 1, match: { step } });
      const { ended, calls, said } = await (await lead()).turn();
      expect(ended).toBe("replied");
      expect(said).toEqual([usual]);
      const bad = [`${step} 1: ${outcome} ${errorClass}`, `${step} 2: ok`];
      expect(calls).toEqual(step === "brain" ? [...bad, "mouth 1: ok"] : ["brain 1: ok", ...bad]);
    },
  );

  test.each(each(useless))(
    "%s (%s %s) always from %s: the holding line and a person; both attempts on record",
    async (kind, outcome, errorClass, step) => {
      await spoil(kind, { match: { step } });
      const it = await lead();
      const { ended, calls, said, rows } = await it.turn();
      expect(ended).toBe("model_failed");
      expect(said).toEqual([HOLDING_LINE]);
      expect(await it.row()).toMatchObject({ attentionReason: "model_failed", isAnswered: true });
      const bad = [1, 2].map((attempt) => `${step} ${attempt}: ${outcome} ${errorClass}`);
      expect(calls).toEqual(step === "brain" ? bad : ["brain 1: ok", ...bad]);
      expect(new Set(rows.map(({ disposition }) => disposition))).toEqual(
        new Set(["model_failed"]),
      );
    },
  );

  test.each(each(useless))(
    "%s (%s %s) always from %s of the first model: the fallback model answers",
    async (kind, outcome, errorClass, step) => {
      await spoil(kind, { match: { step, model: MODEL } });
      const { ended, said, rows } = await (await lead()).turn(worker(FALLBACK));
      expect(ended).toBe("replied");
      expect(said).toEqual([usual]);
      const spoiled = rows.filter(({ call }) => call.startsWith(step));
      expect(spoiled.map(({ call, model }) => [call, model])).toEqual([
        [`${step} 1: ${outcome} ${errorClass}`, MODEL],
        [`${step} 2: ${outcome} ${errorClass}`, MODEL],
        [`${step} 3: ok`, FALLBACK],
      ]);
    },
  );

  test.each(useless)("%s without a holding line: silence and a person", async (kind) => {
    await world.db.rows`update organizations set holding_line = null`;
    await spoil(kind, { match: {} });
    const it = await lead();
    expect(await it.turn()).toMatchObject({ ended: "model_failed", said: [] });
    expect(await it.row()).toMatchObject({ attentionReason: "model_failed", isAnswered: true });
  });
});

describe("no answer at all", () => {
  test.each(each(away))(
    "%s (%s %s) from %s: silence, the turn comes back, then one reply",
    async (kind, outcome, errorClass, step) => {
      await spoil(kind, { count: 1, match: { step } });
      const it = await lead();
      const { ended, calls, said } = await it.turn(worker(), patienceMs(kind));
      expect(ended).toBe("released");
      expect(said).toEqual([]);
      expect(calls.at(-1)).toBe(`${step} 1: ${outcome} ${errorClass}`);
      const { attentionReason, isAnswered, waitsMs } = (await it.row()) ?? {};
      expect([attentionReason, isAnswered]).toEqual([null, false]);
      expect(waitsMs).toBeGreaterThan(kind === "429" ? 1_500 : 300);

      await rig.clear();
      await it.dueNow();
      expect(await it.turn()).toMatchObject({ ended: "replied", said: [usual] });
    },
  );

  test.each(each(away))(
    "%s (%s %s) from %s of the first model: the fallback answers in the same turn",
    async (kind, outcome, errorClass, step) => {
      await spoil(kind, { match: { step, model: MODEL } });
      const it = await lead();
      const { ended, said, rows } = await it.turn(worker(FALLBACK), patienceMs(kind));
      expect(ended).toBe("replied");
      expect(said).toEqual([usual]);
      const spoiled = rows.filter(({ call }) => call.startsWith(step));
      expect(spoiled.map(({ call, model }) => [call, model])).toEqual([
        [`${step} 1: ${outcome} ${errorClass}`, MODEL],
        [`${step} 2: ok`, FALLBACK],
      ]);
    },
  );

  test("for five turns: a person is called, and the lead was told nothing", async () => {
    await spoil("http_500", { match: {} });
    const it = await lead();
    const ends: unknown[] = [];
    for (let attempt = 1; attempt <= MAX_TURN_ATTEMPTS; attempt += 1) {
      await it.dueNow();
      ends.push((await it.turn()).ended);
    }
    expect(ends).toEqual([...Array(MAX_TURN_ATTEMPTS - 1).fill("released"), "rejected: poison"]);
    expect(await it.row()).toMatchObject({ attentionReason: "turn_buried", isAnswered: true });
    expect((await it.turn()).said).toEqual([]);
  });

  test("for so long that the model rests: the next lead's turn comes back without a call", async () => {
    await spoil("reset", { match: {} });
    const [first, next, thinker] = [await lead(), await lead(), worker()];
    for (let failure = 1; failure <= FAILURES_TO_OPEN; failure += 1) {
      await first.dueNow();
      await first.turn(thinker);
    }
    expect(await next.turn(thinker)).toMatchObject({ ended: "released", calls: [], said: [] });
    expect((await next.row())?.waitsMs).toBeWithin(REST_MS - 5_000, REST_MS + 1);
  });
});

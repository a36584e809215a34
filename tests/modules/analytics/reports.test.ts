import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";
import { createPast, type Past } from "./rows.ts";

let rest: RestWorld;
let past: Past;
beforeAll(async () => {
  rest = await createRestWorld("reports");
});
beforeEach(async () => {
  past = await createPast(rest);
});
afterAll(() => rest.close());

/** A day in the middle of October 2026, which most of these reports are about. */
const on = (day: number, time = "12:00:00") =>
  `2026-10-${String(day).padStart(2, "0")}T${time}.000Z`;
const october = "from=2026-10-01&to=2026-10-31";

describe("the funnel", () => {
  const stageOf = (report: Json, stage: string) =>
    report.stages.find((one: Json) => one.stage === stage);

  test("counts where conversations are, where they ever were, and how they moved", async () => {
    const walked = await past.conversation(on(5), { stage: "qualification" });
    await past.move(walked, "greeting", "pricing", on(5, "13:00:00"));
    await past.move(walked, "pricing", "qualification", on(6));
    await past.move(walked, "qualification", "pricing", on(7));
    await past.move(walked, "pricing", "qualification", on(8));
    await past.conversation(on(5));
    const report = await past.read(`analytics/funnel?${october}`);
    expect(report.created).toBe(2);
    expect(stageOf(report, "greeting")).toMatchObject({ now: 1, reached: 2, reachedRate: 1 });
    expect(stageOf(report, "pricing")).toMatchObject({ now: 0, reached: 1, reachedRate: 0.5 });
    expect(stageOf(report, "qualification")).toMatchObject({ now: 1, reached: 1 });
    expect(stageOf(report, "cta")).toMatchObject({ now: 0, reached: 0, reachedRate: 0 });
    expect(report.moves).toEqual([
      { from: "greeting", to: "pricing", conversations: 1, rate: 0.5 },
      { from: "pricing", to: "qualification", conversations: 1, rate: 1 },
      { from: "qualification", to: "pricing", conversations: 1, rate: 1 },
    ]);
  });

  test("knows every move there can be, also between the last stages of the list", async () => {
    const lost = await past.conversation(on(5), { stage: "ghosted" });
    await past.move(lost, "greeting", "ghosted", on(6));
    await past.move(lost, "ghosted", "lost", on(7));
    await past.move(lost, "lost", "ghosted", on(8));
    const report = await past.read(`analytics/funnel?${october}`);
    expect(report.moves).toHaveLength(3);
    expect(stageOf(report, "lost")).toMatchObject({ now: 0, reached: 1 });
    expect(stageOf(report, "ghosted")).toMatchObject({ now: 1, reached: 1 });
  });

  test("takes a conversation for what became of it after the period too, by its cohort", async () => {
    const late = await past.conversation(on(31), { stage: "closed" });
    await past.move(late, "greeting", "closed", "2026-11-20T12:00:00.000Z");
    await past.conversation("2026-11-01T00:00:00.000Z");
    await past.conversation("2026-09-30T23:59:59.999Z");
    const report = await past.read(`analytics/funnel?${october}&interval=week`);
    expect(report.cohorts.map(({ date, created }: Json) => [date, created])).toEqual([
      ["2026-10-01", 0],
      ["2026-10-05", 0],
      ["2026-10-12", 0],
      ["2026-10-19", 0],
      ["2026-10-26", 1],
    ]);
    expect(report.cohorts.at(-1)).toMatchObject({ now: { closed: 1 }, reached: { greeting: 1 } });
  });
});

describe("response times", () => {
  test("go from the lead's first message to the first answer that WhatsApp took", async () => {
    const answered = await past.conversation(on(5));
    await past.message(answered, "bot", on(5, "08:00:00"));
    await past.message(answered, "lead", on(5, "09:00:00"));
    await past.message(answered, "system", on(5, "09:00:01"));
    await past.message(answered, "bot", on(5, "09:00:05"), { state: "cancelled" });
    await past.message(answered, "bot", on(5, "09:00:10"));
    await past.message(answered, "human", on(5, "09:00:15"));
    const slow = await past.conversation(on(6));
    await past.message(slow, "lead", on(6, "09:00:00"));
    await past.message(slow, "human", on(6, "09:00:30"));
    const waiting = await past.conversation(on(7));
    await past.message(waiting, "lead", on(7));
    await past.message(waiting, "bot", on(7), { state: "unknown" });
    await past.conversation(on(8));
    const { firstReply } = await past.read(`analytics/response-times?${october}`);
    expect(firstReply).toEqual({
      count: 2,
      waiting: 1,
      averageMs: 20_000,
      p50Ms: 20_000,
      p90Ms: 28_000,
    });
  });

  test("never are below nothing, though WhatsApp's seconds are whole", async () => {
    const chat = await past.conversation(on(5));
    await past.message(chat, "lead", on(5, "09:00:01"));
    await past.message(chat, "bot", on(5, "09:00:00"));
    const { firstReply } = await past.read(`analytics/response-times?${october}`);
    expect(firstReply).toMatchObject({ count: 1, p50Ms: 0 });
  });

  test("of people go from the call for attention to who settled it", async () => {
    const chat = await past.conversation(on(1));
    await past.act(chat, "takeover", on(5, "09:00:00"), on(5, "09:01:00"));
    await past.act(chat, "attention_resolved", on(31, "23:59:00"), "2026-11-01T00:02:00.000Z");
    await past.act(chat, "takeover", null, on(6));
    await past.act(chat, "release", on(5), on(6));
    await past.act(chat, "takeover", "2026-09-30T12:00:00.000Z", on(6));
    await past.conversation(on(1), { attentionAt: on(20) });
    await past.conversation(on(1), { attentionAt: "2026-11-02T12:00:00.000Z" });
    const { humanClaim } = await past.read(`analytics/response-times?${october}`);
    expect(humanClaim).toEqual({
      count: 2,
      waiting: 1,
      averageMs: 120_000,
      p50Ms: 120_000,
      p90Ms: 168_000,
    });
  });

  test("of people end with the first act: what is claimed and settled later is one call", async () => {
    const chat = await past.conversation(on(1));
    await past.act(chat, "attention_claimed", on(5, "09:00:00"), on(5, "09:01:00"));
    await past.act(chat, "attention_resolved", on(5, "09:00:00"), on(5, "11:00:00"));
    const { humanClaim } = await past.read(`analytics/response-times?${october}`);
    expect(humanClaim).toMatchObject({ count: 1, waiting: 0, p50Ms: 60_000 });
  });

  test("are unknown, not nothing, where nobody wrote", async () => {
    const { firstReply } = await past.read(`analytics/response-times?${october}`);
    expect(firstReply).toEqual({ count: 0, waiting: 0, averageMs: null, p50Ms: null, p90Ms: null });
  });
});

test("the mix shows today's state, and what each turn found at its time", async () => {
  const chat = await past.conversation(on(5), { intent: "high", sentiment: "curious" });
  await past.turn(chat, on(5), "replied", { intent: "low", sentiment: "confused" });
  await past.turn(chat, on(6), "no_reply", { intent: "high", sentiment: "curious" });
  await past.turn(chat, on(6), "superseded", { intent: "medium", sentiment: "annoyed" });
  await past.turn(chat, on(6), "model_failed", null);
  const report = await past.read("analytics/mix?from=2026-10-05&to=2026-10-06");
  expect(report.now).toMatchObject({ conversations: 1, intent: { high: 1, low: 0 } });
  expect(report.now.sentiment).toMatchObject({ curious: 1, confused: 0 });
  expect(report.series).toMatchObject([
    { decisions: 1, intent: { low: 1, high: 0 }, sentiment: { confused: 1 } },
    { decisions: 1, intent: { medium: 0, high: 1 }, sentiment: { curious: 1, annoyed: 0 } },
  ]);
});

describe("sources", () => {
  const ad = (id: string) => ({ source_id: id, source_type: "ad", headline: `Headline ${id}` });
  const won = async (leadId: string) => {
    const chat = await past.conversation(on(6), { leadId, stage: "closed" });
    await past.move(chat, "greeting", "closed", on(7));
    return chat;
  };

  test("tell leads, wins and exact cost by source and by ad", async () => {
    const first = await past.lead(on(5), { source: "ad", referral: ad("a") });
    await past.call(await won(first), on(6), "0.000000000001");
    await past.call(await won(first), on(6), "0.2");
    await past.lead(on(5), { source: "ad", referral: ad("a") });
    await past.lead(on(5), { source: "ad", referral: ad("b") });
    await past.lead("2026-11-01T00:00:00.000Z", { source: "ad", referral: ad("b") });
    await past.lead(on(5));
    const report = await past.read(`analytics/sources?${october}`);
    expect(report.sources).toMatchObject([
      { source: "organic", leads: 1, won: 0, wonRate: 0, costUsd: "0", costPerWonUsd: null },
      {
        source: "ad",
        leads: 3,
        won: 1,
        costUsd: "0.200000000001",
        costPerWonUsd: "0.200000000001",
      },
      { source: "manual", leads: 0, won: 0, wonRate: null, costPerLeadUsd: null },
    ]);
    expect(report.ads).toMatchObject([
      {
        sourceId: "a",
        sourceType: "ad",
        headline: "Headline a",
        leads: 2,
        won: 1,
        costPerLeadUsd: "0.100000000001",
      },
      { sourceId: "b", leads: 1, won: 0, costUsd: "0" },
    ]);
  });

  test("count erased leads, and give a merged lead's win and cost to the one it became", async () => {
    await past.lead(on(5), { erased: true });
    const kept = await past.lead(on(5));
    const merged = await past.lead(on(4), { mergedInto: kept, source: "ad", referral: ad("a") });
    await past.call(await won(merged), on(6), "0.5");
    const report = await past.read(`analytics/sources?${october}`);
    expect(report.sources[0]).toMatchObject({ leads: 2, won: 1, costUsd: "0.5" });
    expect(report.sources[1]).toMatchObject({ leads: 0, won: 0, costUsd: "0" });
    expect(report.ads).toEqual([]);
  });

  test("say null where no call has a price, and how many are missing in a sum", async () => {
    const chat = await past.conversation(on(5));
    await past.call(chat, on(6), null);
    const unknown = await past.read(`analytics/sources?${october}`);
    expect(unknown.sources[0]).toMatchObject({ costUsd: null, unpricedCalls: 1 });
    await past.call(chat, on(6), "0.25");
    const partly = await past.read(`analytics/sources?${october}`);
    expect(partly.sources[0]).toMatchObject({ costUsd: "0.25", unpricedCalls: 1 });
  });
});

describe("follow-ups", () => {
  const report = () => past.read(`analytics/follow-ups?${october}`);

  test("are steps of a ladder that begins anew when the lead writes", async () => {
    const chat = await past.conversation(on(4));
    await past.message(chat, "bot", on(5, "09:00:00"), { nudge: 1 });
    await past.message(chat, "bot", on(5, "09:30:00"), { nudge: 1, state: "cancelled" });
    await past.message(chat, "bot", on(5, "10:00:00"), { nudge: 1 });
    await past.message(chat, "lead", on(5, "11:00:00"));
    await past.message(chat, "bot", on(6), { nudge: 2 });
    await past.message(chat, "bot", on(6, "13:00:00"));
    await past.message(chat, "lead", on(6, "14:00:00"));
    const { total, steps } = await report();
    expect(total).toMatchObject({ sent: 3, answered: 1 });
    expect(steps).toEqual([
      { step: 1, sent: 2, answered: 0, moved: 0, won: 0, answeredRate: 0 },
      { step: 2, sent: 1, answered: 1, moved: 0, won: 0, answeredRate: 1 },
    ]);
  });

  test("keep their step where the period begins in the middle of a ladder", async () => {
    const chat = await past.conversation("2026-09-30T12:00:00.000Z");
    await past.message(chat, "bot", "2026-09-30T23:00:00.000Z", { nudge: 1 });
    await past.message(chat, "bot", on(1, "01:00:00"), { nudge: 1 });
    expect((await report()).steps).toMatchObject([{ step: 2, sent: 1 }]);
  });

  test("led to a move that came after an answer and before the next nudge", async () => {
    const chat = await past.conversation(on(4), { stage: "closed" });
    await past.move(chat, "greeting", "qualification", on(4, "13:00:00"));
    await past.message(chat, "bot", on(5), { nudge: 1 });
    await past.message(chat, "lead", on(5, "13:00:00"));
    await past.move(chat, "qualification", "pricing", on(5, "13:01:00"));
    await past.message(chat, "bot", on(6), { nudge: 2 });
    await past.message(chat, "lead", on(6, "13:00:00"));
    await past.move(chat, "pricing", "closed", on(20));
    const silent = await past.conversation(on(4), { stage: "ghosted" });
    await past.message(silent, "bot", on(5), { nudge: 1 });
    await past.move(silent, "greeting", "ghosted", on(6));
    expect((await report()).total).toMatchObject({ sent: 3, answered: 2, moved: 2, won: 1 });
  });

  test("win by the database's clock, though business time runs ahead", async () => {
    const chat = await past.conversation(on(4), { stage: "closed" });
    await past.message(chat, "bot", on(25), { nudge: 1, createdAt: on(5) });
    await past.message(chat, "lead", on(26));
    await past.move(chat, "greeting", "closed", on(6));
    expect((await report()).total).toMatchObject({ answered: 1, won: 1 });
  });
});

describe("costs", () => {
  test("are shared by leads, chats and deals, and told by the stage at the time", async () => {
    const chat = await past.conversation(on(4), { stage: "closed" });
    await past.call(chat, on(5, "09:00:00"), "0.1");
    await past.move(chat, "greeting", "pricing", on(5, "09:00:01"));
    await past.call(chat, on(6), "0.2");
    await past.call(chat, on(6), null);
    await past.move(chat, "pricing", "closed", on(7));
    await past.call(chat, on(8), "0.3");
    const again = await past.conversation(on(4), { leadId: chat.leadId });
    await past.call(again, on(9), "0.000000000004");
    await past.call(again, "2026-11-01T00:00:00.000Z", "9");
    const report = await past.read(`analytics/costs?${october}`);
    expect(report).toMatchObject({
      calls: 5,
      unpricedCalls: 1,
      costUsd: "0.600000000004",
      perLead: { count: 1, averageUsd: "0.600000000004" },
      perConversation: { count: 2, averageUsd: "0.300000000002" },
      perWonDeal: { count: 1, averageUsd: "0.600000000004" },
    });
    const noFees = { messages: 0, unpricedMessages: 0, feeUsd: "0" };
    const used = report.stages.filter(({ calls }: Json) => calls > 0);
    expect(used).toEqual([
      { stage: "greeting", calls: 2, unpricedCalls: 0, costUsd: "0.100000000004", ...noFees },
      { stage: "pricing", calls: 2, unpricedCalls: 1, costUsd: "0.2", ...noFees },
      { stage: "closed", calls: 1, unpricedCalls: 0, costUsd: "0.3", ...noFees },
    ]);
  });

  test("have WhatsApp's fees beside them, by the day on which the message was written", async () => {
    const chat = await past.conversation(on(4));
    await past.message(chat, "bot", on(5), { fee: "0.025" });
    await past.message(chat, "human", on(5), { fee: null });
    await past.message(chat, "bot", on(6), { fee: "0" });
    await past.message(chat, "bot", on(6), { state: "failed" });
    await past.message(chat, "lead", on(6));
    await past.message(chat, "bot", "2026-11-02T12:00:00.000Z", { fee: "9" });
    const { fees } = await past.read(`analytics/costs?${october}`);
    expect(fees).toEqual({ messages: 3, unpricedMessages: 1, feeUsd: "0.025" });
    const { sources } = await past.read(`analytics/sources?${october}`);
    expect(sources[0]).toMatchObject({ feeUsd: "9.025", unpricedMessages: 1, costUsd: "0" });
  });

  test("and fees are what a lead, a chat, a won deal and a stage cost", async () => {
    const chat = await past.conversation(on(4), { stage: "closed" });
    const other = await past.conversation(on(4));
    await past.call(chat, on(5), "0.1");
    await past.call(other, on(5), "0.3");
    await past.message(chat, "bot", on(5), { fee: "0.02" });
    await past.move(chat, "greeting", "closed", on(6));
    await past.message(chat, "bot", on(7), { fee: "0.04" });
    await past.message(other, "bot", on(7), { fee: null });
    const report = await past.read(`analytics/costs?${october}`);
    expect(report).toMatchObject({
      perLead: { count: 2, averageUsd: "0.2", averageFeeUsd: "0.03" },
      perConversation: { count: 2, averageUsd: "0.2", averageFeeUsd: "0.03" },
      perWonDeal: { count: 1, averageUsd: "0.4", averageFeeUsd: "0.06" },
    });
    expect(report.stages.filter(({ messages }: Json) => messages > 0)).toMatchObject([
      { stage: "greeting", costUsd: "0.4", messages: 2, unpricedMessages: 1, feeUsd: "0.02" },
      { stage: "closed", costUsd: "0", messages: 1, unpricedMessages: 0, feeUsd: "0.04" },
    ]);
  });

  test("are 0 where nothing was called, and unknown where no call has a price", async () => {
    const none = await past.read(`analytics/costs?${october}`);
    expect(none).toMatchObject({ calls: 0, costUsd: "0", perLead: { count: 0, averageUsd: null } });
    await past.call(await past.conversation(on(4)), on(5), null);
    const unknown = await past.read(`analytics/costs?${october}`);
    expect(unknown).toMatchObject({ calls: 1, unpricedCalls: 1, costUsd: null });
  });
});

test("the overview sets the period beside the one before it", async () => {
  const before = await past.conversation("2026-09-10T12:00:00.000Z", { stage: "closed" });
  await past.message(before, "lead", "2026-09-10T12:00:00.000Z");
  await past.message(before, "bot", "2026-09-10T12:00:08.000Z");
  await past.message(before, "lead", on(3));
  await past.move(before, "greeting", "closed", on(4));
  await past.call(before, "2026-09-10T12:00:02.000Z", "0.5");
  const chat = await past.conversation(on(5), { attentionAt: "2026-09-01T12:00:00.000Z" });
  await past.message(chat, "lead", on(5));
  await past.message(chat, "bot", on(5, "12:00:02"));
  await past.lead(on(5), { mergedInto: chat.leadId });
  await past.lead(on(5), { erased: true });
  const report = await past.read(`analytics/overview?${october}`);
  expect(report).toEqual({
    waitingForPerson: 1,
    current: {
      period: expect.objectContaining({ from: "2026-10-01", to: "2026-10-31" }),
      newLeads: 2,
      activeConversations: 2,
      won: 1,
      firstReplyP50Ms: 2_000,
      costUsd: "0",
      unpricedCalls: 0,
    },
    previous: {
      period: expect.objectContaining({ from: "2026-08-31", to: "2026-09-30" }),
      newLeads: 1,
      activeConversations: 1,
      won: 0,
      firstReplyP50Ms: 8_000,
      costUsd: "0.5",
      unpricedCalls: 0,
    },
  });
});

test("no report counts another organization's rows", async () => {
  const other = await createPast(rest);
  const chat = await other.conversation(on(5), { stage: "closed", attentionAt: on(5) });
  await other.message(chat, "lead", on(5));
  await other.message(chat, "bot", on(6), { nudge: 1, pricing: { category: "service" } });
  await other.message(chat, "lead", on(7));
  await other.move(chat, "greeting", "closed", on(8));
  await other.act(chat, "takeover", on(5), on(6));
  await other.turn(chat, on(5), "replied", { intent: "low", sentiment: "confused" });
  await other.call(chat, on(5), "0.5");
  const paths = [
    "overview",
    "funnel",
    "response-times",
    "mix",
    "activity",
    "sources",
    "follow-ups",
    "costs",
  ]
    .map((name) => `analytics/${name}`)
    .concat("usage/llm", "usage/messages");
  for (const path of paths) {
    const [mine, theirs] = [
      JSON.stringify(await past.read(`${path}?${october}`)),
      JSON.stringify(await other.read(`${path}?${october}`)),
    ];
    expect([path, mine === theirs]).toEqual([path, false]);
    const figures = [...mine.matchAll(/"(\w+)":([1-9]\d*(?:\.\d+)?)/g)].map(([, name]) => name);
    expect([
      path,
      figures.filter((name) => !["weekday", "hour", "step"].includes(String(name))),
    ]).toEqual([path, []]);
  }
});

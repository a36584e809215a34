import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { MemoryAnswer, parseAnswer } from "../../src/llm/answers.ts";
import { memoryPrompt } from "../../src/llm/prompts/memory.ts";
import { type Json, type Rig, startRig } from "./rig.ts";
import { type Answer, northwind, startTalk } from "./talk.ts";
import { tongues } from "./tongues.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

/** Names, units and links stay as they are written in the facts. */
const NAMES =
  /Northwind Solar|Front Range|Fort Collins|Colorado Springs|Denver|Boulder|Solar calculator|kWh?|https:\S+/g;
/** Words of the other languages that nobody says in these by accident. */
const FOREIGN = /\b(the|you|your|with|which|would|gracias|usted|nuestr[oa]|vamos a)\b/iu;

test.each([
  ["Como funciona?", "es"],
  ["ok", "en"],
  ["Hi bhai, price kya hai", "hi-Latn"],
  ["मुझे solar panel का price बताओ for my home", "hi"],
  ["Hello, do you speak English? मैं", "en"],
])("%j alone is answered in %s", async (text, language) => {
  expect((await startTalk(rig).say(text)).decision.language).toBe(language);
});

test("a business of another language is answered for in its own where the lead shows none", async () => {
  const { business } = northwind();
  for (const [language, spoken] of [
    ["pt-BR", "pt"],
    ["hi-Latn-IN", "hi-Latn"],
    ["ar", "ar"],
    ["de", "en"],
  ] as const) {
    const talk = startTalk(rig, { business: { ...business, language } });
    expect((await talk.say("👋")).decision.language).toBe(spoken);
  }
});

describe.each([...tongues])("the sales talk in $tag", (tongue) => {
  function expectSpoken(text: string): void {
    const own = text.replace(NAMES, "");
    expect(own).toMatch(tongue.words);
    expect(own).not.toMatch(FOREIGN);
    const letters = own.match(/\p{L}/gu) ?? [];
    const strange = letters.filter((letter) => !tongue.script.test(letter));
    expect(strange).toEqual([]);
  }

  async function ask(text: string): Promise<Answer> {
    const answer = await startTalk(rig).say(text);
    expect(answer.decision.language).toBe(tongue.tag);
    if (answer.reply !== "") expectSpoken(answer.reply);
    return answer;
  }

  test("goes from a greeting over price and objection to an agreed visit", async () => {
    const talk = startTalk(rig);
    const hello = await talk.say(tongue.hello);
    expect(hello.decision).toMatchObject({ stage: "qualification", language: tongue.tag });
    expect(hello.reply).toContain("Northwind Solar");

    const price = await talk.say(tongue.price);
    expect(price.decision).toMatchObject({ stage: "pricing", intent: "high" });
    expect(price.reply).toContain("$9,800");

    const expensive = await talk.say(tongue.expensive);
    expect(expensive.decision).toMatchObject({ stage: "pricing", sentiment: "disappointed" });
    expect(expensive.reply).toContain("$0");

    const home = await talk.say(tongue.home);
    const town = await talk.say(tongue.town);
    const booked = await talk.say(tongue.visitAt);
    expect(booked.decision).toMatchObject({
      stage: "cta",
      action: "initiate_cta",
      ctaId: "cta-0",
      ctaTime: tongue.time,
    });
    expect(booked.reply).toContain(tongue.time);
    for (const { reply } of [hello, price, expensive, home, town, booked]) expectSpoken(reply);

    const thanks = await talk.say(tongue.thanks);
    expect(thanks.decision).toMatchObject({ shouldRespond: false, language: tongue.tag });
  });

  test("copies amounts from the facts and answers from them", async () => {
    expect((await ask(tongue.battery)).reply).toContain("$7,400");
    expect((await ask(tongue.battery)).reply).not.toContain("$6,900");
    expect((await ask(tongue.warranty)).reply).toMatch(/25 .*12 .*10 /su);
    expect((await ask(tongue.boulder)).reply).toContain("Front Range");
    expect((await ask(tongue.how)).reply).toMatch(/45/u);
  });

  test("reads an edited price from the fact, not from the translation", async () => {
    const facts = [
      { id: "f", kind: "price", topic: "Home battery", text: "Home battery: $8,100." } as const,
    ];
    const { reply } = await startTalk(rig, { facts }).say(tongue.battery);
    expect(reply).toContain("$8,100");
    expect(reply).not.toContain("$7,400");
  });

  test("asks for the time of a call before it initiates one", async () => {
    const { decision, reply } = await ask(tongue.callMe);
    expect(decision).toMatchObject({ stage: "cta", action: "send_now", ctaId: null });
    expect(reply).toMatch(/[?؟]$/u);
  });

  const moments = [
    ["person", { needsHuman: true, attentionReason: "asked_for_human" }],
    ["angry", { attentionReason: "unhappy", sentiment: "annoyed" }],
    ["scam", { attentionReason: "unhappy", sentiment: "distrustful" }],
    ["lawyer", { attentionReason: "legal_or_safety", riskFlags: ["legal"] }],
    ["injection", { riskFlags: ["injection"], needsHuman: false }],
    ["bot", { needsHuman: false, situation: "The lead asks who is writing." }],
    ["joke", { needsHuman: false, situation: "The lead leaves the subject." }],
    ["unknown", { attentionReason: "unsure" }],
    ["no", { stage: "lost", sentiment: "uninterested" }],
    ["later", { followUpDelayMinutes: 1_440 }],
  ] as const;
  test.each(moments)("understands %s", async (moment, decision) => {
    const answer = await ask(tongue[moment]);
    expect(answer.decision).toMatchObject(decision);
    expect(answer.reply).not.toBe("");
  });

  test("obeys a plea to stop in silence", async () => {
    const { decision, reply } = await ask(tongue.stop);
    expect(decision).toMatchObject({ shouldRespond: false, stage: "lost" });
    expect(reply).toBe("");
  });

  test("asks again for a voice note it could not hear, in the lead's language", async () => {
    const talk = startTalk(rig);
    await talk.say(tongue.price);
    const { reply } = await talk.say("", { kind: "audio", heard: "unclear" });
    expectSpoken(reply);
    expect(reply).toMatch(/[?؟]/u);
  });

  test("nudges briefly, each time otherwise, and not where it would annoy", async () => {
    const talk = startTalk(rig);
    await talk.say(tongue.price);
    const nudges = [await talk.nudge(1), await talk.nudge(2), await talk.nudge(3)];
    for (const { reply } of nudges) expectSpoken(reply);
    expect(new Set(nudges.map(({ reply }) => reply)).size).toBe(3);
    await talk.say(tongue.no);
    expect((await talk.nudge(2)).decision.shouldRespond).toBe(false);
  });

  test("notes what the lead asked and told", async () => {
    const message = (text: string) =>
      ({
        author: "lead",
        kind: "text",
        text,
        quoted: null,
        sentAt: new Date(),
        isNew: true,
      }) as const;
    const messages = [message(tongue.price), message(tongue.town)];
    const prompt = memoryPrompt({
      ...{ previous: null, messages, language: tongue.tag, prompt: null },
    });
    const response = await rig.model({
      model: "simulated-1",
      messages: prompt.messages,
      response_format: {
        type: "json_schema",
        json_schema: { name: prompt.name, strict: true, schema: prompt.schema },
      },
    });
    const { choices }: Json = await response.json();
    const parsed = parseAnswer(MemoryAnswer, choices[0].message.content);
    if (!parsed.ok) return expect.unreachable(parsed.problem);
    const quoted = `“${tongue.town}”`;
    expect(parsed.value.summary).toContain(quoted);
    expectSpoken(parsed.value.summary.replace(quoted, "").replace(/lead/giu, ""));
  });
});

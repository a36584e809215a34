import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { TurnContext } from "../../src/funnel/turn.ts";
import { newId } from "../../src/lib/ids.ts";
import { brainPrompt } from "../../src/llm/prompts/brain.ts";
import { mouthPrompt } from "../../src/llm/prompts/mouth.ts";
import { ann, createWorld, decision, noPhone, type World } from "./world.ts";

let world: World;
let seen: TurnContext[] = [];
beforeEach(async () => {
  world = await createWorld("context");
  seen = [];
  world.think = (context) => {
    seen.push(context);
    return { kind: "reply", decision, text: "Answered." };
  };
});
afterEach(() => world.close());

async function addFact(kind: "fact" | "price", topic: string, text: string, position: number) {
  await world.db.rows`insert into facts (organization_id, id, kind, topic, text, position)
    values (${world.organizationId}, ${newId()}, ${kind}, ${topic}, ${text}, ${position})`;
}

/** The turn of the newest conversation, and what it knew. */
async function turn(): Promise<TurnContext> {
  const conversation = (await world.conversations()).at(-1);
  await world.turn(String(conversation?.id));
  const context = seen.at(-1);
  if (context === undefined) throw new Error("Nothing was thought.");
  return context;
}

const contextOf = (prompt: ReturnType<typeof brainPrompt>) =>
  JSON.parse(/<context>\n(.*)\n<\/context>/.exec(prompt.messages[1]?.content ?? "")?.[1] ?? "");

describe("what a turn knows", () => {
  test("begins with the same bytes for every lead and at every time", async () => {
    await addFact("price", "5 kW system", "€5,900 installed", 2);
    await addFact("fact", "Hours", "Mo–Fr 9–18", 1);
    await world.receive({ from: ann, text: "Hi" });
    const first = await turn();
    world.clock.setOffsetMs(49 * 3_600_000);
    const sentAt = world.clock.now().toISOString();
    await world.receive({ from: noPhone, text: "¿Cuánto cuesta?", sentAt });
    const second = await turn();
    expect(second.leadId).not.toBe(first.leadId);
    const prefix = (context: TurnContext) => brainPrompt(context).messages[0]?.content;
    expect(prefix(second)).toBe(prefix(first));
    expect(prefix(first)).toContain('[{"id":"f1","kind":"fact","topic":"Hours"');
    const ofMouth = (context: TurnContext) =>
      mouthPrompt(context, decision, []).messages[0]?.content;
    expect(ofMouth(second)).toBe(ofMouth(first));
  });

  test("holds who the lead is, until when they may be written to, and the nudges", async () => {
    await world.receive({ from: ann, text: "Hi" });
    await world.db.rows`update leads set company = 'ACME', fields = '{"roof": "flat"}'`;
    await world.db.rows`update conversations set language = 'es', summary = 'Has a flat roof.'`;
    const context = await turn();
    const { lastLeadMessageAt } = (await world.db.first<{ lastLeadMessageAt: Date }>`
      select last_lead_message_at from conversations`) ?? { lastLeadMessageAt: new Date(0) };
    const closesAt = new Date(lastLeadMessageAt.getTime() + 24 * 3_600_000);
    expect(contextOf(brainPrompt(context))).toMatchObject({
      lead: { name: "Ann", company: "ACME", fields: { roof: "flat" }, language: "es" },
      canWriteUntil: closesAt.toISOString(),
      summary: "Has a flat roof.",
      followUpStep: null,
      followUpSteps: 3,
    });
  });

  test("ends with the lead and the time", async () => {
    await world.receive({ from: ann, text: "Hi" });
    const keys = Object.keys(contextOf(brainPrompt(await turn())));
    expect(keys.slice(-5)).toEqual(["lead", "stage", "canWriteUntil", "now", "localTime"]);
  });

  test("holds every new message of a burst, also beyond those it usually looks back at", async () => {
    await world.receive(...Array.from({ length: 70 }, (_, index) => ({ text: `word-${index}.` })));
    const { messages } = await turn();
    const said = messages.map(({ text }) => text).join("\n");
    for (let index = 0; index < 70; index += 1) expect(said).toContain(`word-${index}.`);
  });

  test("holds a long message in part and the short ones whole", async () => {
    const long = `Hello. ${"नमस्ते ".repeat(1_500)} And when could you come?`;
    await world.receive({ text: long }, { text: long }, { text: "How much is it?" });
    const { messages } = await turn();
    expect(messages).toHaveLength(3);
    expect(messages[0]?.text).toStartWith("Hello. नमस्ते");
    expect(messages[0]?.text).toContain("[…]");
    expect(messages[0]?.text).toEndWith("when could you come?");
    expect(messages[2]?.text).toBe("How much is it?");
  });

  test("of more facts than fit: prices in the part that stays, what is asked about beside the chat", async () => {
    const filler = "Our team takes care of everything that you may need here. ".repeat(8);
    for (let index = 0; index < 60; index += 1) {
      await addFact("fact", `Topic ${index}`, filler, index);
    }
    await addFact("fact", "Wallbox", `11 kW at home. ${filler}`, 90);
    await addFact("price", "5 kW system", "€5,900 installed", 91);
    await world.receive({ text: "Do you install a wallbox?" });
    const context = await turn();
    const [system, user] = brainPrompt(context).messages.map(({ content }) => content);
    expect(system).toContain("€5,900");
    expect(system).not.toContain("Wallbox");
    expect(user).toStartWith('<facts>\n[{"id":"n1","kind":"fact","topic":"Wallbox"');
    expect(context.facts.map(({ topic }) => topic)).toContain("Wallbox");
  });
});

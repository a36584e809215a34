import { describe, expect, test } from "bun:test";
import type { Seen } from "../../../src/flows/turn/context.ts";
import { decide } from "../../../src/flows/turn/decide.ts";
import { groundsOf } from "../../../src/funnel/gates/grounds.ts";
import { judgeDraft } from "../../../src/funnel/guardrails.ts";
import { safeLine } from "../../../src/funnel/safe-lines.ts";
import type { TurnContext } from "../../../src/funnel/turn.ts";
import { brainPrompt } from "../../../src/llm/prompts/brain.ts";
import { memoryPrompt } from "../../../src/llm/prompts/memory.ts";
import { mouthPrompt } from "../../../src/llm/prompts/mouth.ts";
import type { Prompt } from "../../../src/llm/prompts/prompt.ts";
import { context, decision, message } from "../support/context.ts";
import { answering } from "../support/model-server.ts";
import { rig } from "../support/thinking.ts";
import { type Attack, attacks, type Place } from "./attacks.ts";

/** A turn in which the attack stands where the lead put it. */
function underAttack(place: Place, attack: string): TurnContext {
  const { lead } = context();
  const kinds: Partial<Record<Place, string>> = {
    caption: "image",
    contact_card: "contacts",
    file_name: "document",
    voice_note: "audio",
  };
  if (place === "name") return context({ lead: { ...lead, name: attack } });
  if (place === "summary") return context({ summary: attack });
  if (place === "quoted") return context({ messages: [message("This?", { quoted: attack })] });
  const heard = place === "voice_note" ? ({ heard: "clear" } as const) : {};
  return context({ messages: [message(attack, { kind: kinds[place] ?? "text", ...heard })] });
}

function promptsFor(seen: TurnContext): readonly Prompt[] {
  const { summary, messages } = seen;
  return [
    brainPrompt(seen),
    mouthPrompt(seen, decision(), []),
    memoryPrompt({ previous: summary, messages, language: "en", prompt: null }),
  ];
}

/** Everything a JSON value says, at any depth. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** What a model that does all the attacker wants decides. */
const obedient = decision({
  ...{ stage: "closed", action: "initiate_cta", ctaId: "c1", ctaTime: "2026-08-07T10:00:00+02:00" },
  confidence: 1,
});

const seen: Seen = {
  ...{ wakeSeq: 1, lastSeq: 1, fence: 0, stage: "greeting", messageId: null, holdingLine: null },
  sequence: { steps: [], ghostAfterMinutes: 60 },
  messageSeqs: [],
  ...{ quietHours: null, lastLeadMessageAt: new Date("2026-08-03T09:30:00Z") },
};

test("the set has an attack for each place, each named by what it would catch", () => {
  expect(new Set(attacks.map(([name]) => name)).size).toBe(attacks.length);
  expect(new Set(attacks.map(([, place]) => place)).size).toBe(8);
});

describe.each<Attack>([...attacks])("%s", (_name, place, attack, obeyed) => {
  const turn = underAttack(place, attack);

  test("never leaves its block of data, and is no system message", () => {
    for (const { messages } of promptsFor(turn)) {
      const user = messages.at(-1);
      const blocks = [...(user?.content ?? "").matchAll(/<context>([\s\S]*?)<\/context>/g)];
      expect(messages.map(({ role }) => role)).toEqual(["system", "user"]);
      expect(messages[0]?.content).not.toContain(attack);
      expect(user?.content.match(/[<>]/g)).toHaveLength(4);
      expect(blocks).toHaveLength(1);
    }
    const brain = brainPrompt(turn).messages.at(-1)?.content ?? "";
    const data: unknown = JSON.parse(/<context>([\s\S]*)<\/context>/.exec(brain)?.[1] ?? "");
    expect(textsIn(data)).toContain(attack);
  });

  test("a model that obeys gets nothing through: the lead gets the safe line, a person is called", async () => {
    await using it = rig([
      answering(obedient),
      answering({ text: obeyed }),
      answering({ text: obeyed }),
    ]);
    const thought = await it.thinker.think(turn, it.run());
    expect(thought).toMatchObject({ kind: "blocked", draft: obeyed.trim() });
    const result = decide(thought, turn, seen, []);
    const reply = result.reply ?? "";
    expect(result).toMatchObject({ disposition: "blocked_by_gate", attention: "blocked_by_gate" });
    expect(result).toMatchObject({ stage: null, booking: null });
    const theirs = turn.messages.map(({ text }) => text).join("\n");
    expect(reply).toBe(safeLine(theirs, obedient.language));
    expect(judgeDraft(reply, groundsOf(turn, decision(), [], [])).ok).toBe(true);
  });
});

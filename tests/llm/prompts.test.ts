import { describe, expect, test } from "bun:test";
import { brainPrompt } from "../../src/llm/prompts/brain.ts";
import { describePrompt } from "../../src/llm/prompts/describe.ts";
import { memoryPrompt } from "../../src/llm/prompts/memory.ts";
import { mouthPrompt } from "../../src/llm/prompts/mouth.ts";
import type { Prompt } from "../../src/llm/prompts/prompt.ts";
import { context, decision, message } from "./support/context.ts";

/** A prompt as a reviewer reads it. Changed on purpose: raise its version, then update snapshots. */
function readable({ name, version, hash, messages }: Prompt): string {
  const parts = messages.map(({ role, content }) => `[${role}]\n${content}`);
  return [`${name} v${version} ${hash}`, ...parts].join("\n\n");
}

const talk = context({
  messages: [
    message("Hello! How can I help?", { author: "bot", isNew: false }),
    message("Hi, how much is it?"),
  ],
  summary: "Ana has a flat roof.",
});

describe("the prompts, word for word", () => {
  test("brain", () => expect(readable(brainPrompt(talk))).toMatchSnapshot());
  test("mouth", () => expect(readable(mouthPrompt(talk, decision(), []))).toMatchSnapshot());
  test("describe", () =>
    expect(readable(describePrompt({ caption: "My <roof>" }))).toMatchSnapshot());
  test("memory", () => {
    const input = { previous: talk.summary, messages: talk.messages, language: "en" };
    expect(readable(memoryPrompt(input))).toMatchSnapshot();
  });
});

test("each block stands once: the instructions name no tag in brackets", () => {
  for (const { messages } of [brainPrompt(talk), mouthPrompt(talk, decision(), [])]) {
    const tags = messages.map(({ content }) => content.match(/<\/?[a-z]+>/g));
    expect(tags[0]?.join("")).toBe("<business></business><facts></facts><ctas></ctas>");
    expect(tags[1]?.join("")).toBe("<context></context>");
  }
});

describe("the last part of a prompt", () => {
  const contextOf = (prompt: Prompt): unknown =>
    JSON.parse(
      /<context>([\s\S]*)<\/context>/.exec(prompt.messages.at(-1)?.content ?? "")?.[1] ?? "",
    );

  test("gives the business's wall clock beside the instant", () => {
    expect(contextOf(brainPrompt(talk))).toMatchObject({
      now: "2026-08-03T09:30:00.000Z",
      localTime: "Monday, 3 August 2026 at 11:30 (Europe/Madrid)",
    });
  });

  test("falls back to UTC when the zone is unknown", () => {
    const business = { ...talk.business, timeZone: "Mars/Olympus" };
    expect(contextOf(brainPrompt({ ...talk, business }))).toMatchObject({
      localTime: "Monday, 3 August 2026 at 09:30 (UTC)",
    });
  });

  test("tells Mouth, and it alone, the hint of a nudge", () => {
    const nudge = { ...talk, cause: "follow_up" as const, followUpHint: "Mention the offer." };
    expect(contextOf(mouthPrompt(nudge, decision(), []))).toHaveProperty(
      "followUpHint",
      "Mention the offer.",
    );
    expect(contextOf(brainPrompt(nudge))).not.toHaveProperty("followUpHint");
  });

  test("tells Mouth the decision, without scores and follow-up plans", () => {
    const told = contextOf(mouthPrompt(talk, decision({ language: "es" }), []));
    expect(told).toMatchObject({ decision: { action: "send_now", language: "es" } });
    expect(told).not.toHaveProperty("decision.confidence");
  });
});

test("a prompt's hash does not depend on the conversation or the organization", () => {
  const other = context({ facts: [], business: { ...talk.business, name: "Other" } });
  expect(brainPrompt(other).hash).toBe(brainPrompt(talk).hash);
});

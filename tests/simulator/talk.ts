import { expect } from "bun:test";
import { demoCtas, demoFacts, demoOrganization } from "../../src/db/seed/northwind.ts";
import { groundsOf } from "../../src/funnel/gates/grounds.ts";
import { judgeDraft } from "../../src/funnel/guardrails.ts";
import { builtInPrompts } from "../../src/funnel/prompts.ts";
import type { BrainDecision, ContextMessage, TurnContext } from "../../src/funnel/turn.ts";
import { createThinker } from "../../src/llm/thinker.ts";
import { createTraffic } from "../../src/llm/traffic.ts";
import type { Rig } from "./rig.ts";

const now = new Date("2026-11-20T18:00:00Z");

export function northwind(): TurnContext {
  const { name, description, policy, language, timeZone } = demoOrganization;
  return {
    organizationId: "o",
    conversationId: "c",
    leadId: "l",
    turnId: "t",
    cause: "message",
    business: { name, description, policy, language, timeZone },
    facts: demoFacts.map((fact, index) => ({ id: `fact-${index}`, ...fact })),
    ctas: demoCtas.map((cta, index) => ({
      id: `cta-${index}`,
      url: null,
      bookable: false,
      ...cta,
    })),
    lead: {
      ...{ name: null, company: null, fields: {}, language: null },
      ...{ stage: "greeting", intent: "unknown", sentiment: "neutral" },
    },
    window: { serviceUntil: null },
    summary: null,
    messages: [],
    followUpStep: null,
    followUpSteps: 3,
    followUpHint: null,
    earlierReplyInDoubt: false,
    now,
    prompts: builtInPrompts,
  };
}

export interface Answer {
  decision: BrainDecision;
  /** Empty when nothing was said. */
  reply: string;
}

/** A lead's chat with the demo business, thought through by the product's own thinker over HTTP. */
export function startTalk(rig: Rig, overrides: Partial<TurnContext> = {}) {
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const thinker = createThinker({
    baseUrl: `${rig.origin}/simulator/openai/v1`,
    apiKey: "any",
    model: "simulated-1",
    fallbackModel: null,
    traffic: createTraffic({ concurrency: 4 }),
    log: silent,
  });
  let context = { ...northwind(), ...overrides };

  async function think(extra: Partial<TurnContext>): Promise<Answer> {
    const asked = { ...context, ...extra };
    const steps: string[] = [];
    const thought = await thinker.think(asked, {
      deadlineMs: 10_000,
      signal: new AbortController().signal,
      runTools: async () => [],
      onCall: async ({ step, outcome }) => {
        steps.push(`${step}:${outcome}`);
      },
    });
    if (thought.kind !== "reply" && thought.kind !== "no_reply") {
      throw new Error(JSON.stringify(thought));
    }
    const { decision } = thought;
    // One call each: no draft was stopped by a gate and written again.
    expect(steps).toEqual(thought.kind === "reply" ? ["brain:ok", "mouth:ok"] : ["brain:ok"]);
    if (thought.kind === "reply") {
      const grounds = groundsOf(asked, decision, [], []);
      expect(judgeDraft(thought.text, grounds)).toMatchObject({ ok: true });
    }
    const seen = context.messages.map((message) => ({ ...message, isNew: false }));
    context = {
      ...context,
      lead: { ...context.lead, stage: decision.stage },
      messages: thought.kind === "reply" ? [...seen, from("bot", thought.text)] : seen,
    };
    return { decision, reply: thought.kind === "reply" ? thought.text : "" };
  }

  return {
    say(text: string, extra: Partial<ContextMessage> = {}): Promise<Answer> {
      const message = { ...from("lead", text), isNew: true, ...extra };
      context = { ...context, messages: [...context.messages, message] };
      return think({});
    },
    nudge: (followUpStep: number) => think({ cause: "follow_up", followUpStep }),
  };
}

function from(author: "lead" | "bot", text: string): ContextMessage {
  return { author, kind: "text", text, quoted: null, sentAt: now, isNew: false };
}

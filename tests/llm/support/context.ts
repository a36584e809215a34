import { builtInPrompts } from "../../../src/funnel/prompts.ts";
import type { BrainDecision, ContextMessage, TurnContext } from "../../../src/funnel/turn.ts";

const now = new Date("2026-08-03T09:30:00Z");

export function message(text: string, over: Partial<ContextMessage> = {}): ContextMessage {
  return { author: "lead", kind: "text", text, quoted: null, sentAt: now, isNew: true, ...over };
}

/** A small solar business asked for its price. */
export function context(over: Partial<TurnContext> = {}): TurnContext {
  return {
    organizationId: "019869a0-0000-7000-8000-000000000001",
    conversationId: "019869a0-0000-7000-8000-000000000002",
    leadId: "019869a0-0000-7000-8000-000000000003",
    turnId: "019869a0-0000-7000-8000-000000000004",
    cause: "message",
    business: {
      name: "Northwind Solar",
      description: "Solar panels for homes.",
      policy: "Offer the survey before the price if they have not said where they live.",
      language: "en",
      timeZone: "Europe/Madrid",
    },
    facts: [
      { id: "f1", kind: "price", topic: "5 kW system", text: "€5,900 installed" },
      {
        id: "f2",
        kind: "fact",
        topic: "Grant",
        text: "The regional grant covers up to 40% of the cost.",
      },
    ],
    ctas: [
      {
        id: "c1",
        kind: "visit",
        name: "Home survey",
        description: "A technician visits, free of charge.",
        url: "https://northwind.example/survey",
        bookable: false,
      },
    ],
    lead: { name: "Ana", stage: "greeting", intent: "unknown", sentiment: "neutral" },
    summary: null,
    messages: [message("Hi, how much is it?")],
    followUpStep: null,
    followUpHint: null,
    earlierReplyInDoubt: false,
    now,
    prompts: builtInPrompts,
    ...over,
  };
}

export function decision(over: Partial<BrainDecision> = {}): BrainDecision {
  return {
    situation: "Asks for the price.",
    intent: "medium",
    sentiment: "curious",
    riskFlags: [],
    stage: "pricing",
    action: "send_now",
    shouldRespond: true,
    ctaId: null,
    ctaTime: null,
    followUpDelayMinutes: null,
    followUpReason: null,
    confidence: 0.9,
    needsHuman: false,
    attentionReason: null,
    language: "en",
    lookUp: null,
    ...over,
  };
}

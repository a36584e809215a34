import type { Seen } from "../../src/flows/turn/context.ts";
import { defaultSequence } from "../../src/funnel/follow-up.ts";
import type { PromptSet } from "../../src/funnel/prompts.ts";
import type { ContextMessage, CtaOffer, ToolResult, TurnContext } from "../../src/funnel/turn.ts";
import type { RunTools } from "../../src/llm/run.ts";
import type { Business } from "./business.ts";
import type { EvalCase } from "./case.ts";

type Given = EvalCase["given"];

/** Wednesday, 9 in the morning in Denver, unless a case says otherwise. */
const NOW = "2026-11-25T16:00:00Z";
const MINUTE_MS = 60_000;

/** The ids are fixed: nothing of a case is stored, and none may turn up in a reply. */
const ids = {
  organizationId: "0190e000-0000-7000-8000-000000000001",
  conversationId: "0190e000-0000-7000-8000-000000000002",
  leadId: "0190e000-0000-7000-8000-000000000003",
  turnId: "0190e000-0000-7000-8000-000000000004",
} as const;

/** What a turn would know, as `flows/turn/context` loads it. */
export function contextOf(
  { given }: EvalCase,
  business: Business,
  prompts: PromptSet,
): TurnContext {
  const now = new Date(given.now ?? NOW);
  return {
    ...ids,
    cause: given.cause ?? "message",
    business: business.business,
    facts: business.facts,
    ctas: business.ctas.map((cta) => ({ ...cta, bookable: cta.kind === given.calendar?.cta })),
    lead: {
      name: given.leadName ?? null,
      stage: given.stage,
      intent: given.intent ?? "unknown",
      sentiment: given.sentiment ?? "neutral",
    },
    summary: given.summary ?? null,
    messages: messagesOf(given, now),
    followUpStep: given.followUpStep ?? null,
    followUpHint: given.followUpHint ?? null,
    earlierReplyInDoubt: given.earlierReplyInDoubt ?? false,
    now,
    prompts,
  };
}

/** The business's own systems, as `flows/turn/tools` asks them: they answer what the case says. */
export function toolsOf({ given }: EvalCase, { ctas, business }: TurnContext): RunTools {
  return async ({ action, ctaId, lookUp }) => {
    const found: ToolResult[] = lookUp === null ? [] : [{ tool: "look_up_fact", facts: [] }];
    const cta = ctas.find(({ id }) => id === ctaId);
    if (!cta) return found;
    const agreed = action === "initiate_cta";
    return [...found, ...settled(cta, agreed, given.calendar, business.timeZone)];
  };
}

function settled(
  { id: ctaId, bookable }: CtaOffer,
  agreed: boolean,
  calendar: Given["calendar"],
  timeZone: string,
): ToolResult[] {
  const {
    outcome,
    startsAt = null,
    freeTimes = [],
  } = bookable && calendar ? calendar : ({ outcome: "not_bookable" } as const);
  const book: ToolResult[] = agreed ? [{ tool: "book", ctaId, outcome, startsAt }] : [];
  if (!bookable || (agreed && outcome === "booked")) return book;
  return [...book, { tool: "free_times", ctaId, timeZone, times: freeTimes }];
}

/** What the turn's rules look at beside the context. */
export function seenOf(context: TurnContext, { holdingLine }: Business): Seen {
  const lastLeadMessage = context.messages.findLast(({ author }) => author === "lead");
  return {
    wakeSeq: context.messages.length,
    lastSeq: context.messages.length,
    fence: 0,
    stage: context.lead.stage,
    messageId: null,
    messageSeqs: [],
    holdingLine,
    sequence: defaultSequence,
    quietHours: null,
    lastLeadMessageAt: lastLeadMessage?.sentAt ?? null,
  };
}

function messagesOf({ messages }: Given, now: Date): ContextMessage[] {
  return messages.map((said, index) => {
    const { from, text, kind, quoted, heard, isNew, minutesAgo } =
      typeof said === "string" ? { ...aNewText, text: said } : { ...nothing, ...said };
    const agoMs = (minutesAgo ?? messages.length - index) * MINUTE_MS;
    return {
      author: from,
      kind: kind ?? "text",
      text,
      quoted: quoted ?? null,
      heard: heard ?? null,
      sentAt: new Date(now.getTime() - agoMs),
      isNew: isNew ?? false,
    };
  });
}

const nothing = {
  kind: undefined,
  quoted: undefined,
  heard: undefined,
  isNew: undefined,
  minutesAgo: undefined,
};
const aNewText = { ...nothing, from: "lead", isNew: true } as const;

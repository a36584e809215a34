import type { BrainDecision, ToolResult, TurnContext } from "../turn.ts";
import type { Grounds } from "./gate.ts";

/**
 * What a draft of this turn may lean on. `instructions`: our own prompts, without the business's data.
 */
export function groundsOf(
  context: TurnContext,
  decision: BrainDecision,
  toolResults: readonly ToolResult[],
  instructions: readonly string[],
): Grounds {
  const byLead = context.messages.filter(({ author }) => author === "lead");
  const byUs = context.messages.filter(({ author }) => author !== "lead");
  return {
    facts: context.facts,
    ctas: context.ctas,
    business: context.business,
    toolResults,
    leadTexts: byLead.map(({ text }) => text),
    newLeadTexts: byLead.filter(({ isNew }) => isNew).map(({ text }) => text),
    saidBefore: [...byUs.map(({ text }) => text), ...(context.summary ? [context.summary] : [])],
    language: decision.language,
    now: context.now,
    timeZone: context.business.timeZone,
    stage: context.lead.stage,
    cause: context.cause,
    instructions,
  };
}

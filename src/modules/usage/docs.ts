import { endpoint } from "../../http/plugins/endpoint.ts";
import { BudgetUsage, LeadUsage, LlmUsage, MessageUsage } from "./model.ts";

const tag = "Usage";
const access = "usage:read";

export const llm = endpoint({
  access,
  tag,
  summary: "Read tokens and cost",
  description:
    "Model calls that ended in the period, every attempt. Token counts are inclusive, as the provider counts: do not add `cachedTokens` to `inputTokens`, nor `reasoningTokens` to `outputTokens`. Cost is what the price in force at the call made of it; a call without a known cost is in `unpricedCalls` and never 0. More than 5,000 rows are refused: take a wider interval. Without `from` and `to`: the last 30 days with today.",
  answer: [200, LlmUsage, "By bucket and group, and in all."],
});

export const budget = endpoint({
  access,
  tag,
  summary: "Read the budgets",
  description:
    "Of the models' cost on the organization's day and in its month; set with `PATCH /api/v1/organization`. What a call can cost at most is held back before it and settled after it. What does not fit goes to the fallback model if that is cheaper, else the bot says the holding line and calls a person (`out_of_budget`). What nobody can price is settled at what was held back for it, so `spentUsd` may be above the sum of known costs. Alerts tell of 80 % (`budget_low`) and of the end (`budget_spent`), once in a period.",
  answer: [200, BudgetUsage, "What is spent, held back and left."],
});

export const messages = endpoint({
  access,
  tag,
  summary: "Read messages by price category",
  description:
    "Messages of ours that were written in the period and taken by WhatsApp, by what its status reports said of their price. The fee itself is in no report: it comes from the operator's table of rates (`bun run fees`), by the recipient's country, once a message is delivered. Free is what WhatsApp says is free, and from October 2026 on each number's first 1,000 service messages of the local month. What nobody knows is `unpriced`, never 0. Without `from` and `to`: the last 30 days with today.",
  answer: [200, MessageUsage, "By local month, category, type and model."],
});

export const lead = endpoint({
  access,
  tag,
  summary: "Read one lead's cost",
  description:
    "Everything from the lead's first day on, with what belonged to leads that were merged into it. For a merged lead: the figures of the one it became, named by `leadId`. Erased leads keep their figures.",
  answer: [200, LeadUsage, "Calls, tokens, cost and messages."],
  problems: ["not_found"],
});

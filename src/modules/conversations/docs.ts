import { signedInRoute } from "../../http/plugins/answers.ts";
import { Conversation, ConversationPage, ConversationRow, Panel } from "./model.ts";

const tag = "Conversations";

export const listDetail = signedInRoute({
  tag,
  summary: "List the inbox",
  description:
    "Latest message first. `unread`, `attention`, `human` and `bot` are queues; `search` looks for a part of name, username or phone. A row may be shown again further up when a new message moved it, never twice within one walk down.",
  answer: { status: 200, schema: ConversationPage, description: "One page." },
});

export const oneDetail = signedInRoute({
  tag,
  summary: "Read one conversation",
  description: "As the inbox shows it.",
  answer: { status: 200, schema: ConversationRow, description: "The conversation." },
  problems: ["not_found"],
});

export const panelDetail = signedInRoute({
  tag,
  summary: "Read the lead panel",
  description:
    "Stage, intent, sentiment, summary, the model's cost so far, and what happened with reasons.",
  answer: { status: 200, schema: Panel, description: "What the rows say now." },
  problems: ["not_found"],
});

function change(summary: string, description: string, mayConflict: boolean) {
  return signedInRoute({
    tag,
    summary,
    description,
    answer: { status: 200, schema: Conversation, description: "As it is after the change." },
    problems: mayConflict ? ["forbidden", "not_found", "conflict"] : ["forbidden", "not_found"],
  });
}

export const takeOverDetail = change(
  "Take a conversation over",
  "The bot falls silent: what it had queued or planned is cancelled, attention is cleared. A message already on its way to WhatsApp stays visible. `conflict` when a colleague has it.",
  true,
);

export const releaseDetail = change(
  "Give a conversation back to the bot",
  "If the lead is still waiting, the bot answers now. `conflict` when the bot has it already.",
  true,
);

export const readDetail = change(
  "Mark as read",
  "Up to and with message `throughSeq`. What is read stays read.",
  false,
);

export const resolveAttentionDetail = change(
  "Resolve attention",
  "Somebody dealt with what called for a person. Harmless when nothing did.",
  false,
);

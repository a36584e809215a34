import { endpoint } from "../../http/plugins/endpoint.ts";
import { Conversation, ConversationPage, ConversationRow, Panel } from "./model.ts";

const tag = "Conversations";

export const list = endpoint({
  access: "conversations:read",
  tag,
  summary: "List the inbox",
  description:
    "Latest message first. `unread`, `attention`, `human` and `bot` are queues; `search` looks for a part of name, username or phone. A row may be shown again further up when a new message moved it, never twice within one walk down.",
  answer: [200, ConversationPage, "One page."],
});

export const one = endpoint({
  access: "conversations:read",
  tag,
  summary: "Read one conversation",
  description: "As the inbox shows it.",
  answer: [200, ConversationRow, "The conversation."],
  problems: ["not_found"],
});

export const panel = endpoint({
  access: "conversations:read",
  tag,
  summary: "Read the lead panel",
  description:
    "Stage, intent, sentiment, summary, the model's cost so far, and what happened with reasons.",
  answer: [200, Panel, "What the rows say now."],
  problems: ["not_found"],
});

function change(summary: string, description: string, mayConflict: boolean) {
  return endpoint({
    access: "conversations:write",
    tag,
    summary,
    description,
    answer: [200, Conversation, "As it is after the change."],
    problems: [
      "not_found",
      "idempotency_key_reused",
      ...(mayConflict ? (["conflict"] as const) : []),
    ],
  });
}

export const takeOver = change(
  "Take a conversation over",
  "The bot falls silent: what it had queued or planned is cancelled, attention is cleared. A message already on its way to WhatsApp stays visible. `conflict` when a colleague has it.",
  true,
);

export const release = change(
  "Give a conversation back to the bot",
  "If the lead is still waiting, the bot answers now. `conflict` when the bot has it already.",
  true,
);

export const read = change(
  "Mark as read",
  "Up to and with message `throughSeq`. What is read stays read.",
  false,
);

export const resolveAttention = change(
  "Resolve attention",
  "Somebody dealt with what called for a person. Harmless when nothing did.",
  false,
);

import { endpoint } from "../../http/plugins/endpoint.ts";
import { Conversation, ConversationPage, ConversationRow, Panel } from "./model.ts";

const tag = "Conversations";

export const list = endpoint({
  access: "conversations:read",
  tag,
  summary: "List the inbox",
  description:
    "Latest message first. `unread`, `attention`, `human` and `bot` are queues; all filters together narrow the list. A row may be shown again further up when a new message moved it, never twice within one walk down.",
  answer: [200, ConversationPage, "One page."],
});

export const one = endpoint({
  access: "conversations:read",
  tag,
  summary: "Read one conversation",
  description: "As the inbox shows it. Its `ETag` is for edits of the conversation.",
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
  "The bot falls silent: what it had queued or planned is cancelled, attention is cleared. A message already on its way to WhatsApp stays visible. `conflict` when a colleague has it; owners and admins name that colleague as `fromUserId` to take it from them in one step, in which the bot gets no word in between.",
  true,
);

export const release = change(
  "Give a conversation back to the bot",
  "If the lead is still waiting, the bot answers now. `conflict` when the bot has it already; a colleague's chat only owners and admins give back (`forbidden`).",
  true,
);

export const read = change(
  "Mark as read",
  "Up to and with message `throughSeq`. What is read stays read.",
  false,
);

export const claimAttention = change(
  "Look after a call",
  "Tells colleagues who deals with what calls for a person. The flag stays until it is resolved. `conflict` when nothing calls, or when a colleague looks after it.",
  true,
);

export const assign = change(
  "Assign to a member",
  "Who looks after the chat, whoever is writing in it; the bot is not touched. Free again when the member leaves the team.",
  false,
);

export const edit = endpoint({
  access: "conversations:write",
  tag,
  summary: "Change what is known",
  description:
    "Stage, intent, sentiment, language and the planned follow-up. A person may set any stage. `closed`, `lost` and `ghosted` silence the bot: what it had queued or planned is cancelled, and only a new message of the lead wakes it. A follow-up needs a chat that the bot may write in (`conflict`) and WhatsApp's window to be open then (`window_closed`).",
  answer: [200, Conversation, "As it is after the change."],
  problems: ["not_found", "conflict", "window_closed"],
});

export const resolveAttention = change(
  "Resolve attention",
  "Somebody dealt with what called for a person. Harmless when nothing did.",
  false,
);

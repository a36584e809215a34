import { endpoint } from "../../http/plugins/endpoint.ts";
import { Message, MessagePage } from "./model.ts";

const tag = "Messages";

export const list = endpoint({
  access: "messages:read",
  tag,
  summary: "Read a chat",
  description:
    "The newest messages, or those before or after a message's `seq`, in the order of the chat. Pages neither overlap nor leave a gap, whatever arrives meanwhile.",
  answer: [200, MessagePage, "One page."],
  problems: ["not_found"],
});

export const send = endpoint({
  access: "messages:write",
  tag,
  summary: "Send as yourself",
  description:
    "Text, a file, reply buttons, a list, an approved template or a reaction. Goes out before anything the bot has waiting. Only for whoever has taken the conversation over (`conflict`; so is marketing to a lead who wants none, and any template while Meta takes none from the account), and, but for templates, within 24 hours of the lead's last message (`window_closed`). A reaction leaves open what the lead asked, and stands at its message once WhatsApp has it. A repeat with the same `Idempotency-Key` answers the first one's message; keys live for two days.",
  answer: [201, Message, "Queued."],
  problems: ["not_found", "conflict", "window_closed", "idempotency_key_reused"],
});

export const resend = endpoint({
  access: "messages:write",
  tag,
  summary: "Send it again",
  description:
    "For a message that failed, or that WhatsApp neither confirmed nor refused and a person is asked about (`doubtAt`). Makes a new message of yours that names the old one in `resendOf`; the old one stays as it is, and if a late status shows that it did arrive, you see both. Each can be sent again once (`conflict`); so do chats of colleagues and leads who opted out. Outside WhatsApp's window only templates (`window_closed`). Answers the call for a person that the message had caused.",
  answer: [201, Message, "The new message, queued."],
  problems: ["not_found", "conflict", "window_closed", "idempotency_key_reused"],
});

export const cancel = endpoint({
  access: "messages:write",
  tag,
  summary: "Withdraw before it leaves",
  description:
    "For what you wrote, or a colleague in a chat that you hold now, as long as it is `queued`. Afterwards it is too late (`conflict`): WhatsApp has it, or may have it.",
  answer: [200, Message, "Cancelled."],
  problems: ["not_found", "conflict", "idempotency_key_reused"],
});

import { internalEndpoint } from "../../http/plugins/endpoint.ts";
import { EnqueuedTurn, InternalLead, InternalNumber } from "./model.ts";

const tag = "Internal";

export const lead = internalEndpoint({
  internal: "leads:lookup",
  tag,
  summary: "Find a lead by phone",
  description:
    "Who has this number now in the organization, with their conversations. The look-up is in the organization's audit log, the number with it as its last four digits.",
  answer: [200, InternalLead, "The lead."],
  problems: ["not_found"],
});

export const number = internalEndpoint({
  internal: "numbers:lookup",
  tag,
  summary: "Find a WhatsApp number",
  description:
    "Whose number it is, by Meta's id for it; if nobody has it connected, who had it last.",
  answer: [200, InternalNumber, "The number."],
  problems: ["not_found"],
});

export const turn = internalEndpoint({
  internal: "turns:enqueue",
  tag,
  summary: "Wake the bot",
  description:
    "Asks the bot to look at the conversation again. It answers only if it owes an answer: mode bot, not opted out, something unanswered. However often this is asked, an answer goes out once.",
  answer: [202, EnqueuedTurn, "Asked."],
  problems: ["not_found"],
});

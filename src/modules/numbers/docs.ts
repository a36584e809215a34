import { endpoint, personEndpoint } from "../../http/plugins/endpoint.ts";
import { NumberPage, NumberStatus, WhatsAppNumber } from "./model.ts";

const tag = "WhatsApp numbers";

export const list = endpoint({
  access: "numbers:read",
  tag,
  summary: "List the numbers",
  description: "Those that are disconnected too, in the order in which they were connected.",
  answer: [200, NumberPage, "One page."],
});

export const one = endpoint({
  access: "numbers:read",
  tag,
  summary: "Read one number",
  description: "As it is stored; `status` asks Meta. Tokens and secrets are shown to nobody.",
  answer: [200, WhatsAppNumber, "The number."],
  problems: ["not_found"],
});

export const connect = personEndpoint({
  person: "numbers:write",
  tag,
  summary: "Connect a number",
  description:
    "Asks Meta first and stores nothing unless it agrees. `invalid_input` says in `detail` what to do: the token is not valid, or lacks a permission; Meta does not know an id; the number is not one of the account's. The token's app is subscribed to the account if it is not. Messages are taken within seconds. With `app`, the webhooks come by the organization's own Meta app: enter `webhookUrl` and the verify token there; the address stays when the number is connected again. A number that was disconnected here goes on with its chats; what came in meanwhile, the bot leaves to people. Connected already, here or elsewhere: `conflict`.",
  answer: [201, WhatsAppNumber, "Connected."],
  problems: ["conflict", "whatsapp_unavailable"],
});

export const edit = personEndpoint({
  person: "numbers:write",
  tag,
  summary: "Change a number's settings",
  description:
    "Only what the body names. `reopeningTemplateId` is what the bot sends, once per closed window, where WhatsApp lets an answer of its own through no more: a template of this number without variables (`invalid_input`), sent only while Meta has it approved.",
  answer: [200, WhatsAppNumber, "As it is now."],
  problems: ["not_found"],
});

export const status = endpoint({
  access: "numbers:read",
  tag,
  summary: "Check a number with Meta",
  description:
    "Asks Meta, unless it said something less than a minute ago; takes at most 4 s. Whatever is wrong stands in `problems`, each with its fix. Where Meta does not answer, that is one of them, and the rest is what it said at `checkedAt`. A disconnected number is not asked about. A number that was stopped (`stoppedAt`) goes on once Meta says that what it was stopped for is over: the token good, number and account not BLOCKED, and after a payment or account stop AVAILABLE.",
  answer: [200, NumberStatus, "What is known at this moment."],
  problems: ["not_found"],
});

export const rotateToken = personEndpoint({
  person: "numbers:write",
  tag,
  summary: "Replace the access token",
  description:
    "Verified with Meta as when connecting, for the same number and account, before it counts; the next send uses it, and a number that was stopped goes on. Then revoke the old one at Meta. `conflict` while disconnected.",
  answer: [200, WhatsAppNumber, "As it is now."],
  problems: ["not_found", "conflict", "whatsapp_unavailable"],
});

export const rotateAppSecret = personEndpoint({
  person: "numbers:write",
  tag,
  summary: "Replace the app secret",
  description:
    "Of the organization's own Meta app, which signs its webhooks. The secret before verifies them for `overlapMinutes` more, so that none is lost, but only one is kept: rotate no second time within. `conflict` for numbers on the platform's app, and while disconnected.",
  answer: [200, WhatsAppNumber, "As it is now."],
  problems: ["not_found", "conflict"],
});

export const disconnect = personEndpoint({
  person: "numbers:write",
  tag,
  summary: "Disconnect a number",
  description:
    "What waits to be sent is cancelled (`cancelReason` is `disconnected`), no nudge is planned, the bot owes no answer, the access token is forgotten; within seconds webhooks for it are dropped. Chats stay readable; connecting it again goes on with them. At Meta nothing is changed. `conflict` when it is disconnected already.",
  answer: [200, WhatsAppNumber, "As it is now."],
  problems: ["not_found", "conflict"],
});

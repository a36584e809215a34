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
  description: "As the rows know it; `status` asks Meta. Tokens and secrets are shown to nobody.",
  answer: [200, WhatsAppNumber, "The number."],
  problems: ["not_found"],
});

export const connect = personEndpoint({
  person: "numbers:write",
  tag,
  summary: "Connect a number",
  description:
    "Asks Meta first: the token must be allowed to use the number, and the number must be the account's; the app is subscribed to the account if it is not. Works within seconds. A number that was disconnected here goes on with its chats. Connected already, here or elsewhere: `conflict`.",
  answer: [201, WhatsAppNumber, "Connected."],
  problems: ["conflict", "whatsapp_unavailable"],
});

export const status = endpoint({
  access: "numbers:read",
  tag,
  summary: "Check a number with Meta",
  description:
    "Asks Meta now, within 10 s. What is wrong stands in `problems`, each with its fix, also that Meta refuses the token or does not answer.",
  answer: [200, NumberStatus, "What is known at this moment."],
  problems: ["not_found"],
});

export const rotateToken = personEndpoint({
  person: "numbers:write",
  tag,
  summary: "Replace the access token",
  description:
    "Verified with Meta before it counts; the next send uses it. `conflict` while disconnected.",
  answer: [200, WhatsAppNumber, "As it is now."],
  problems: ["not_found", "conflict", "whatsapp_unavailable"],
});

export const rotateAppSecret = personEndpoint({
  person: "numbers:write",
  tag,
  summary: "Replace the app secret",
  description:
    "Of the organization's own Meta app. The secret before still verifies webhooks for `overlapMinutes`, so that none is lost. `conflict` for numbers on the platform's app, and while disconnected.",
  answer: [200, WhatsAppNumber, "As it is now."],
  problems: ["not_found", "conflict"],
});

export const disconnect = personEndpoint({
  person: "numbers:write",
  tag,
  summary: "Disconnect a number",
  description:
    "What waits to be sent is cancelled, nothing is planned any more, webhooks for it are dropped. Chats stay readable; connecting it again goes on with them. `conflict` when it is disconnected already.",
  answer: [200, WhatsAppNumber, "As it is now."],
  problems: ["not_found", "conflict"],
});

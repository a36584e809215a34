import { t } from "elysia";
import { endpoint } from "../../http/plugins/endpoint.ts";
import { Fact, FactPage } from "./model.ts";

const tag = "Knowledge";

export const list = endpoint({
  access: "knowledge:read",
  tag,
  summary: "List facts and prices",
  description: "In the order in which the bot reads them. Filters join: all of them have to hold.",
  answer: [200, FactPage, "One page."],
});

export const create = endpoint({
  access: "knowledge:write",
  tag,
  summary: "Add a fact or price",
  description:
    "The bot may state it from its next turn on. A price needs `amount` and `currency`, and its `text` has to say the amount in some usual spelling: an answer with another amount never leaves. A fact has neither. Without `position` it comes last.",
  answer: [201, Fact, "The fact."],
});

export const one = endpoint({
  access: "knowledge:read",
  tag,
  summary: "Read a fact",
  description: "One fact or price.",
  answer: [200, Fact, "The fact."],
  problems: ["not_found"],
});

export const edit = endpoint({
  access: "knowledge:write",
  tag,
  summary: "Change a fact",
  description:
    "Only what the body names; it counts from the bot's next turn on. Whoever changes a price's `amount` changes its `text` with it. Move it with `position`.",
  answer: [200, Fact, "As it is after the change."],
  problems: ["not_found"],
});

export const remove = endpoint({
  access: "knowledge:write",
  tag,
  summary: "Delete a fact",
  description: "For good; the audit log keeps it. To hide it for a while, make it inactive.",
  answer: [204, t.Void(), "Deleted."],
  problems: ["not_found"],
});

import { t } from "elysia";
import { endpoint } from "../../http/plugins/endpoint.ts";
import { Template, TemplatePage } from "./model.ts";

const tag = "Templates";

export const list = endpoint({
  access: "templates:read",
  tag,
  summary: "List the templates",
  description: "Newest first. Filters join: all of them have to hold.",
  answer: [200, TemplatePage, "One page."],
});

export const create = endpoint({
  access: "templates:write",
  tag,
  summary: "Write a draft",
  description:
    "Checked against Meta's limits, but not sent to Meta: only an approved template can be sent to a lead. A number has each name once per language (`conflict`).",
  answer: [201, Template, "The draft."],
  problems: ["conflict"],
});

export const one = endpoint({
  access: "templates:read",
  tag,
  summary: "Read a template",
  description: "With its status as Meta last told it.",
  answer: [200, Template, "The template."],
  problems: ["not_found"],
});

export const edit = endpoint({
  access: "templates:write",
  tag,
  summary: "Change a draft",
  description:
    "Only what the body names. What is no draft any more is Meta's to judge, and stays as it is (`conflict`).",
  answer: [200, Template, "As it is after the change."],
  problems: ["not_found", "conflict"],
});

export const remove = endpoint({
  access: "templates:write",
  tag,
  summary: "Delete a draft",
  description: "For good. What is no draft any more stays (`conflict`).",
  answer: [204, t.Void(), "Deleted."],
  problems: ["not_found", "conflict"],
});

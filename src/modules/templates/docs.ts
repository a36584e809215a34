import { t } from "elysia";
import { endpoint } from "../../http/plugins/endpoint.ts";
import { SyncReport, Template, TemplatePage } from "./model.ts";

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
    "Checked against Meta's limits (`errors` names each field), but not sent to Meta: that is `submit`. A number has each name once per language (`conflict`).",
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
  summary: "Change a template",
  description:
    "Only what the body names. `variables` change at once. Parts and category of what Meta has are changed at Meta first, and reviewed anew: until then it cannot be sent. Meta keeps name and language, and allows an approved one one change a day, ten a month, and no other category (`conflict`).",
  answer: [200, Template, "As it is after the change."],
  problems: ["not_found", "conflict", "whatsapp_unavailable"],
});

export const submit = endpoint({
  access: "templates:write",
  tag,
  summary: "Submit a draft to Meta",
  description:
    "Checked first: `errors` names each field that Meta would refuse. Meta reviews within a day and may choose another category; `template.status` tells. A repeat makes no second one, and one that Meta has already is taken up. What is no draft, or another template at Meta under this name: `conflict`.",
  answer: [200, Template, "As Meta has it."],
  problems: ["not_found", "conflict", "whatsapp_unavailable"],
});

export const sync = endpoint({
  access: "templates:write",
  tag,
  summary: "Read a number's templates at Meta",
  description:
    "Makes them here what they are there, also those that were made elsewhere; happens by itself every 15 minutes and after each notice of Meta's. A draft of the same name and language becomes Meta's. `conflict` for a disconnected number.",
  answer: [200, SyncReport, "What has changed here."],
  problems: ["not_found", "conflict", "whatsapp_unavailable"],
});

export const remove = endpoint({
  access: "templates:write",
  tag,
  summary: "Delete a template",
  description:
    "For good, and at Meta first, where its name is then blocked for 30 days. What Meta keeps, such as a disabled one, stays (`conflict`).",
  answer: [204, t.Void(), "Deleted."],
  problems: ["not_found", "conflict", "whatsapp_unavailable"],
});

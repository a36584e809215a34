import { t } from "elysia";
import { endpoint } from "../../http/plugins/endpoint.ts";
import { Cta, CtaPage, FreeTimes } from "./model.ts";

const tag = "CTAs";

export const list = endpoint({
  access: "ctas:read",
  tag,
  summary: "List the CTAs",
  description: "In the order in which the bot reads them. Filters join: all of them have to hold.",
  answer: [200, CtaPage, "One page."],
});

export const create = endpoint({
  access: "ctas:write",
  tag,
  summary: "Add a CTA",
  description:
    "The bot may offer it from its next turn on. A `link` needs a `url`, the others may have one. Amounts in `name` and `description` may be stated like those of facts. Without `position` it comes last.",
  answer: [201, Cta, "The CTA."],
});

export const one = endpoint({
  access: "ctas:read",
  tag,
  summary: "Read a CTA",
  description: "One next step.",
  answer: [200, Cta, "The CTA."],
  problems: ["not_found"],
});

export const edit = endpoint({
  access: "ctas:write",
  tag,
  summary: "Change a CTA",
  description:
    "Only what the body names; it counts from the bot's next turn on. Bookings show it as it is now. Inactive, it is offered no more.",
  answer: [200, Cta, "As it is after the change."],
  problems: ["not_found"],
});

export const remove = endpoint({
  access: "ctas:write",
  tag,
  summary: "Delete a CTA",
  description:
    "Only while no booking refers to it (`conflict`): else make it inactive, so that the bookings keep what they are for.",
  answer: [204, t.Void(), "Deleted."],
  problems: ["not_found", "conflict"],
});

export const freeTimes = endpoint({
  access: "ctas:read",
  tag,
  summary: "List free times",
  description:
    "When an appointment could begin: the CTA's hours, less what is booked or held for a reply that is being written. It promises nothing: who books first has it.",
  answer: [200, FreeTimes, "Earliest first."],
  problems: ["not_found", "conflict"],
});

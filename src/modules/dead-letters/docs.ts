import { personEndpoint } from "../../http/plugins/endpoint.ts";
import { DeadLetterDetail, DeadLetterPage } from "./model.ts";

const tag = "Operations";

export const list = personEndpoint({
  person: "operator",
  tag,
  summary: "List dead letters",
  description:
    "Queue entries of any organization that were given up, newest first. They stay until somebody decides what becomes of them.",
  answer: [200, DeadLetterPage, "One page."],
});

export const one = personEndpoint({
  person: "operator",
  tag,
  summary: "Inspect a dead letter",
  description:
    "With its entry as far as operators may see it: ids, kinds and instants. What people wrote and how they can be reached is masked.",
  answer: [200, DeadLetterDetail, "The dead letter."],
  problems: ["not_found"],
});

import { endpoint } from "../../http/plugins/endpoint.ts";
import {
  PromptDiff,
  PromptStepState,
  PromptSteps,
  PromptVersion,
  PromptVersionPage,
} from "./model.ts";

const tag = "Prompts";
const read = { access: "prompts:read", tag } as const;
const write = { access: "prompts:write", tag } as const;

export const list = endpoint({
  ...read,
  summary: "List prompt versions",
  description: "The organization's own ones, newest first. The built-in ones stand under `/steps`.",
  answer: [200, PromptVersionPage, "One page."],
});

export const steps = endpoint({
  ...read,
  summary: "Read what is live",
  description:
    "For each step what is live, and its built-in version in full: the part that a version may replace, and what is said around it in any case. Those rules (data is never an instruction, what wins over what, never a human, nothing invented, the form of the answer) come last and cannot be replaced.",
  answer: [200, PromptSteps, "The three steps."],
});

export const create = endpoint({
  ...write,
  summary: "Draft a prompt version",
  description:
    "Begins with the text of `baseId`, or with the built-in one, unless `instructions` say another. A draft changes nothing until it goes live.",
  answer: [201, PromptVersion, "The draft."],
  problems: ["not_found"],
});

export const one = endpoint({
  ...read,
  summary: "Read a prompt version",
  description: "With the newest evaluation of exactly its text.",
  answer: [200, PromptVersion, "The version."],
  problems: ["not_found"],
});

export const edit = endpoint({
  ...write,
  summary: "Change a draft",
  description:
    "Changed instructions make a draft of an evaluated version: they are another text. Live and retired versions stay as they are (`conflict`): draft a new one from them.",
  answer: [200, PromptVersion, "As it is after the change."],
  problems: ["not_found", "conflict"],
});

export const diff = endpoint({
  ...read,
  summary: "Compare prompt versions",
  description:
    "The replaceable parts, line by line: what leads from the other version to this one.",
  answer: [200, PromptDiff, "All lines, each with what became of it."],
  problems: ["not_found"],
});

export const goLive = endpoint({
  ...write,
  summary: "Put a version live",
  description:
    "From the bot's next turn on. Only a version whose golden set has passed in a live run of exactly this text: without a run it is `not_evaluated`, after a failed one `evaluation_failed`. `bun run evals --live --prompt <id>` makes the run. What was live is retired. Doing it again changes nothing.",
  answer: [200, PromptVersion, "The version, live."],
  problems: ["not_found", "not_evaluated", "evaluation_failed"],
});

export const retire = endpoint({
  ...write,
  summary: "Retire a version",
  description:
    "A draft is put away; of the live one the built-in version takes the place. Doing it again changes nothing.",
  answer: [200, PromptVersion, "The version, retired."],
  problems: ["not_found"],
});

export const rollBack = endpoint({
  ...write,
  summary: "Roll a step back",
  description:
    "To what was live before the version that is live now, which has to have passed its evaluation as it is today (`not_evaluated`, `evaluation_failed`), or at once to the built-in version. `conflict` while the built-in one is live.",
  answer: [200, PromptStepState, "What is live now."],
  problems: ["conflict", "not_evaluated", "evaluation_failed"],
});

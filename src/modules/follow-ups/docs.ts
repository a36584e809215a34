import { t } from "elysia";
import { endpoint } from "../../http/plugins/endpoint.ts";
import { FollowUpPage, FollowUpSequence, SequencePage } from "./model.ts";

const tag = "Follow-ups";

export const list = endpoint({
  access: "follow-ups:read",
  tag,
  summary: "List the sequences",
  description: "In the order in which they were made.",
  answer: [200, SequencePage, "One page."],
});

export const create = endpoint({
  access: "follow-ups:write",
  tag,
  summary: "Add a sequence",
  description:
    "An organization's bot follows its active one; without any it sends no nudges, and silence of 24 hours is ghosted.",
  answer: [201, FollowUpSequence, "The sequence."],
});

export const one = endpoint({
  access: "follow-ups:read",
  tag,
  summary: "Read a sequence",
  description: "With its steps in order.",
  answer: [200, FollowUpSequence, "The sequence."],
  problems: ["not_found"],
});

export const edit = endpoint({
  access: "follow-ups:write",
  tag,
  summary: "Change a sequence",
  description:
    "Only what the body names; `steps` are replaced as a whole. It counts from the bot's next turn on: what is planned already keeps its time. Making one active makes the other inactive in the same commit. The active one can only be relieved by another (`conflict`); take its steps away to send no nudges.",
  answer: [200, FollowUpSequence, "As it is after the change."],
  problems: ["not_found", "conflict"],
});

export const remove = endpoint({
  access: "follow-ups:write",
  tag,
  summary: "Delete a sequence",
  description: "The active one cannot be deleted (`conflict`): make another one active first.",
  answer: [204, t.Void(), "Deleted."],
  problems: ["not_found", "conflict"],
});

export const planned = endpoint({
  access: "follow-ups:read",
  tag,
  summary: "List planned follow-ups",
  description:
    "Soonest first. Each is judged again when it is due: an answer, a takeover, a stop word or quiet hours come first.",
  answer: [200, FollowUpPage, "One page."],
});

export const cancel = endpoint({
  access: "follow-ups:write",
  tag,
  summary: "Cancel a follow-up",
  description:
    "By the conversation's id. The bot goes on answering, and plans again after its next answer. One that is being written at this moment cannot be cancelled (`conflict`): take the conversation over. Live clients get `follow_up.cancelled`.",
  answer: [204, t.Void(), "Cancelled."],
  problems: ["not_found", "conflict"],
});

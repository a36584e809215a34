import { personEndpoint } from "../../http/plugins/endpoint.ts";
import {
  DeadLetter,
  DeadLetterDetail,
  DeadLetterPage,
  PacedReplay,
  StoppedReplay,
} from "./model.ts";

const tag = "Operations";

export const list = personEndpoint({
  person: "operator",
  tag,
  summary: "List dead letters",
  description:
    "Queue entries of any organization that were given up, and messages that could not be sent for a reason that can be put right, newest first. They stay until somebody decides what becomes of them: replay or discard.",
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

export const replay = personEndpoint({
  person: "operator",
  tag,
  summary: "Replay a dead letter",
  description:
    "Within seconds: the scheduler does it, also if this process dies. An entry of `inbound`, `receipts`, `notices` or `memory` enters its stream again and changes nothing that it has changed before. A letter of `turns` makes the conversation due again with all its tries, unless the lead was answered meanwhile. A message of `outbound` is queued again, unless WhatsApp may have it, a person resent it, or the chat went on. Each letter is replayed once (`conflict` says when it was, or what stands in the way); if it dies again, that is a new letter with this one in `replayOf`. With `entry` the corrected entry is replayed in its place, the original is kept and both are audited, masked.",
  answer: [202, DeadLetter, "Scheduled; read it again to see it `replayed`."],
  problems: ["not_found", "conflict"],
});

export const replayMany = personEndpoint({
  person: "operator",
  tag,
  summary: "Replay many at a pace",
  description:
    "Everything that waits and fits the filter of the list, oldest first. The schedule is kept in the letters: it survives every process, and after a standstill goes on at its pace. What cannot be replayed when its turn comes is `waiting` again, with the reason in `refusal`. Call it off with `stop`, or a single one by discarding it.",
  answer: [202, PacedReplay, "Scheduled."],
});

export const stop = personEndpoint({
  person: "operator",
  tag,
  summary: "Stop scheduled replays",
  description:
    "Of those that fit the filter, all that are not being replayed at this very moment: they wait again.",
  answer: [200, StoppedReplay, "Stopped."],
});

export const discard = personEndpoint({
  person: "operator",
  tag,
  summary: "Discard a dead letter",
  description:
    "For good: it will not be replayed, and is removed after `DEAD_LETTERS_DAYS`. A replay that is scheduled is called off. Who, when and why stay on the letter.",
  answer: [200, DeadLetter, "Discarded."],
  problems: ["not_found", "conflict"],
});

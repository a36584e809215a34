import { endpoint } from "../../http/plugins/endpoint.ts";
import { Replay, Turn, TurnPage } from "./model.ts";

const tag = "Turns";

export const list = endpoint({
  access: "conversations:read",
  tag,
  summary: "List a chat's turns",
  description:
    "Each time the bot thought about the chat, newest first, with how it ended and its cost.",
  answer: [200, TurnPage, "One page."],
  problems: ["not_found"],
});

export const one = endpoint({
  access: "conversations:read",
  tag,
  summary: "Explain a turn",
  description:
    "What the bot saw, decided and drafted, what was stopped by which check, which prompt versions it used, what each model call cost, and how it ended: as data and in words. What it saw and was answered is kept redacted for 30 days, and goes with the lead when it is erased.",
  answer: [200, Turn, "The turn."],
  problems: ["not_found"],
});

export const replay = endpoint({
  access: "prompts:write",
  tag,
  summary: "Replay a turn",
  description:
    "Lets the turn think again about what it saw, on another prompt version. Nothing is sent, booked or moved; the calls are paid for and count as `replay`. Steps other than the version's use what is live now. A model need not answer twice alike, so one replay proves little. `conflict` where the turn is not finished, or what it saw is not kept any more. At most 10 a minute for an organization; takes up to 40 s.",
  answer: [200, Replay, "Both sides and what differs."],
  problems: ["not_found", "conflict", "model_unavailable", "deadline_exceeded"],
});

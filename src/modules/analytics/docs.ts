import { endpoint } from "../../http/plugins/endpoint.ts";
import {
  ActivityReport,
  CostsReport,
  FollowUpsReport,
  FunnelReport,
  MixReport,
  Overview,
  ResponseTimes,
  SourcesReport,
} from "./model.ts";

const tag = "Analytics";
const access = "analytics:read";

/** What holds for every report. */
const COMMON =
  "Counted from rows at the moment of asking, nothing is kept ready. Without `from` and `to`: the last 30 days with today.";

const describe = (what: string) => `${what} ${COMMON}`;

export const overview = endpoint({
  access,
  tag,
  summary: "Read the key figures",
  description: describe(
    "The period and as many days just before it. New leads: created in it, erased ones included, those merged into another lead not. Active conversations: the lead wrote. Won: conversations that moved to `closed`. First reply: as in `response-times`. Cost: model calls that ended in it. Who waits for a person now is known only for now.",
  ),
  answer: [200, Overview, "Both periods."],
});

export const funnel = endpoint({
  access,
  tag,
  summary: "Read the funnel",
  description: describe(
    "Conversations that were created in the period: by the stage they are in today, by every stage they ever were in, and by the moves between stages that they made until today. A stage that was skipped was not reached.",
  ),
  answer: [200, FunnelReport, "The funnel, whole and by cohort."],
});

export const responseTimes = endpoint({
  access,
  tag,
  summary: "Read response times",
  description: describe(
    "`firstReply`: of conversations created in the period, from the lead's first message to the first one of the bot or the team after it that WhatsApp took, by when each was written; stop confirmations do not count. WhatsApp dates a lead's messages in whole seconds. `humanClaim`: of calls for a person that were raised in the period, until somebody took over or resolved them; older acts that did not keep when the call was raised are left out.",
  ),
  answer: [200, ResponseTimes, "Both kinds of waiting."],
});

export const mix = endpoint({
  access,
  tag,
  summary: "Read intent and sentiment",
  description: describe(
    "`now`: conversations created in the period, as the bot sees them today. `series`: what the bot decided turn by turn in the period, one count for each turn whose decision took effect; nothing of it is overwritten later.",
  ),
  answer: [200, MixReport, "Today's mix and its history."],
});

export const activity = endpoint({
  access,
  tag,
  summary: "Read messages over time",
  description: describe(
    "Messages by author: the lead's, and those of ours that WhatsApp took. A message counts when it was written. Every bucket is there, also an empty one; a day has 23 or 25 hours when clocks change. `hours` goes by the clock of the zone. A lead that was merged into another counts as that one.",
  ),
  answer: [200, ActivityReport, "Buckets, and hours of the week."],
});

export const sources = endpoint({
  access,
  tag,
  summary: "Read where leads come from",
  description: describe(
    "Leads created in the period by source, and by the ad or post that first brought them; with how many were won since the period began what all their model calls cost until today, and WhatsApp's fees of our messages to them. Erased leads count; a lead merged into another adds its cost and its win to that one.",
  ),
  answer: [200, SourcesReport, "Sources and ads."],
});

export const followUps = endpoint({
  access,
  tag,
  summary: "Read what follow-ups bring",
  description: describe(
    "Nudges written in the period that WhatsApp took. One is answered if the next message of the chat is the lead's. A later stage move counts for the last nudge before it, if that was answered and is at most 31 days old. Steps are counted among the nudges sent since the lead last wrote; planned ones that were skipped are not steps.",
  ),
  answer: [200, FollowUpsReport, "All nudges, and by step."],
});

export const costs = endpoint({
  access,
  tag,
  summary: "Read what leads cost",
  description: describe(
    "Model calls that ended in the period. Averages are the whole cost by the leads and conversations that had calls in it, and by the conversations that moved to `closed` in it, whoever they were. By stage: the one the conversation was in when the call was made. Calls of unknown cost are counted in `unpricedCalls` and missing in each sum. WhatsApp's fees stand beside it, of messages written in the period, and are shared by the same counts: one lead, chat or deal costs `averageUsd` and `averageFeeUsd`.",
  ),
  answer: [200, CostsReport, "The cost and its shares."],
});

import type { Turn, TurnSummary } from "./model.ts";

type Ending = Pick<TurnSummary, "outcome">;

const endings = {
  replied: "The answer was handed over for sending.",
  no_reply: "Nothing was sent: no answer was needed.",
  superseded:
    "The lead wrote again meanwhile: this draft was dropped, and the next turn answered all.",
  blocked_by_gate:
    "No draft passed the checks: the bot's words were not sent, and a person was called.",
  model_failed: "The model gave nothing usable: a person was called.",
  out_of_budget:
    "The budget for the model was spent: the holding line was said, and a person was called.",
  fenced: "A person took over, or the lead said stop, before it was sent: nothing went out.",
  released: "It could not be finished and was put back, to be tried again.",
  buried: "It failed too often: the bot gave up, and a person was called.",
} as const satisfies Record<NonNullable<TurnSummary["outcome"]>, string>;

const RUNNING = "It is still at it, or its worker died and another one does it anew.";

/** How a turn ended, in a sentence. */
export function endingOf({ outcome }: Ending): string {
  return outcome === null ? RUNNING : endings[outcome];
}

/** What happened and why, in the order in which it happened. */
export function wordsFor(turn: Omit<Turn, "words">): string[] {
  return [
    whyItThought(turn),
    ...whatItSaw(turn),
    ...whatItDecided(turn),
    ...whatBecameOfTheStage(turn),
    ...whatTheRulesChanged(turn),
    ...whatTheToolsSaid(turn),
    ...whatTheChecksSaid(turn),
    endingOf(turn),
    ...(turn.error === null ? [] : [`The reason: ${turn.error}`]),
    ...whatItCost(turn),
  ];
}

function whyItThought({ cause, attempt, saw }: Omit<Turn, "words">): string {
  const fresh = saw?.messages.filter(({ isNew }) => isNew).length ?? null;
  const told = fresh === null ? "" : ` ${fresh} new message${fresh === 1 ? "" : "s"} to answer.`;
  const again = attempt > 1 ? ` This was try ${attempt}.` : "";
  switch (cause) {
    case "message":
      return `The lead had written:${told || " the bot was to answer."}${again}`;
    case "follow_up":
      return `The lead had not answered, and it was time to follow up.${again}`;
    case "release":
      return `A colleague had given the chat back to the bot:${told || " it was to go on."}${again}`;
    case "retry":
      return `An earlier try had failed.${told && ` There were${told}`}${again}`;
  }
}

function whatItSaw({ saw }: Omit<Turn, "words">): string[] {
  if (saw === null) return [];
  const { facts, ctas, messages } = saw;
  return [
    `It read the last ${messages.length} messages, ${facts.length} facts and prices, and ${ctas.length} next steps on offer.`,
  ];
}

function whatItDecided({ decision }: Omit<Turn, "words">): string[] {
  if (decision === null) return [];
  const { situation, intent, sentiment, confidence, shouldRespond, needsHuman, action } = decision;
  const sure = Math.round(confidence * 100);
  return [
    `It understood: ${situation} (intent ${intent}, feeling ${sentiment}, ${sure} % sure.)`,
    ...(action === "initiate_cta" ? ["It took the lead to have agreed to a next step."] : []),
    ...(action === "wait_schedule" ? ["The lead wants to hear from the business later."] : []),
    ...(needsHuman ? ["It asked for a person to look at the chat."] : []),
    ...(shouldRespond ? [] : ["It saw nothing to answer."]),
  ];
}

function whatBecameOfTheStage({ decision, saw, stageMove }: Omit<Turn, "words">): string[] {
  if (stageMove) return [`The lead went from ${stageMove.from} to ${stageMove.to}.`];
  if (decision === null || saw === null || decision.stage === saw.lead.stage) return [];
  return [`The model proposed the stage ${decision.stage}; the lead stayed in ${saw.lead.stage}.`];
}

const refusals: Readonly<Record<string, string>> = {
  no_consent: "the lead had not agreed to it",
  no_answer: "the lead had not answered",
  refused: "the lead had declined",
  unknown_cta: "it is not on offer",
};

function whatTheRulesChanged({ rulings }: Omit<Turn, "words">): string[] {
  return rulings.flatMap(({ rule, taken, why }) => {
    if (rule === "attention") return [`Our rules called a person: ${why}.`];
    if (rule === "cta" && !taken) {
      return [`Our rules did not start the next step, because ${refusals[why] ?? why}.`];
    }
    if (rule === "cta_time") return ["Our rules left the time out: the lead had named none."];
    return [];
  });
}

const bookings: Readonly<Record<string, string>> = {
  booked: "The calendar kept the time for the lead.",
  taken: "The calendar said that the time is taken.",
  closed_then: "The calendar said that nothing can be had then.",
  unclear_time: "No exact time had been named, so none was booked.",
  not_bookable: "The next step has no calendar: people settle the time.",
};

function whatTheToolsSaid({ toolResults }: Omit<Turn, "words">): string[] {
  return toolResults.flatMap((result) => {
    if (result.tool === "book" && "outcome" in result) {
      return [bookings[String(result.outcome)] ?? `Booking: ${result.outcome}.`];
    }
    return result.tool === "free_times"
      ? ["Free times were looked up."]
      : ["Facts were looked up."];
  });
}

function whatTheChecksSaid({ checks, gate }: Omit<Turn, "words">): string[] {
  const stopped = checks.filter(({ ok }) => !ok);
  if (stopped.length === 0) return gate === null ? [] : [`A check stopped the draft: ${gate}.`];
  return stopped.map(({ draft, gate: name, findings }) => {
    const found = findings.map(({ text, reason }) =>
      text === "" ? reason : `“${text}”: ${reason}`,
    );
    const which = draft === 1 ? "the first draft" : "the rewrite";
    return `The check "${name}" stopped ${which}. ${found.join("; ")}.`;
  });
}

function whatItCost({ calls, unpricedCalls, costUsd, callsMade }: Omit<Turn, "words">): string[] {
  if (calls === 0) return ["No model was asked, so it cost nothing."];
  const seconds = callsMade.reduce((sum, { latencyMs }) => sum + latencyMs, 0) / 1_000;
  const asked = `The model was asked ${calls === 1 ? "once" : `${calls} times`}, for ${seconds.toFixed(1)} s`;
  if (costUsd === null) return [`${asked}; what that cost is not known.`];
  const unknown = unpricedCalls > 0 ? `; of ${unpricedCalls} the cost is not known` : "";
  return [`${asked}, and cost $${costUsd}${unknown}.`];
}

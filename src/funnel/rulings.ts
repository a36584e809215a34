import { readable } from "./amounts.ts";
import { calledFor } from "./attention-words.ts";
import { consentFault, namesTime } from "./consent.ts";
import { judgeStageMove, terminalStages } from "./stage.ts";
import type { BrainDecision, TurnContext } from "./turn.ts";

/** What the funnel's rules made of one thing that the model proposed. Kept with the turn. */
export interface Ruling {
  rule: "stage" | "attention" | "cta" | "cta_time" | "follow_up";
  /** What the model proposed; null: nothing, the rule acted by itself. */
  proposed: string | null;
  taken: boolean;
  /** A code, and where it helps the words it was found by. */
  why: string;
}

/** A decision as the rules let it stand, and what they changed in it. */
export interface Ruled {
  decision: BrainDecision;
  rulings: readonly Ruling[];
}

/**
 * What is to be known before a word is written: whether a person is called, and whether a step is
 * initiated. Ruling twice changes nothing.
 */
export function ruleOn(decision: BrainDecision, context: TurnContext): Ruled {
  const attention = ruleAttention(decision, context);
  const cta = ruleCta(attention.decision, context);
  return { decision: cta.decision, rulings: [...attention.rulings, ...cta.rulings] };
}

function unchanged(decision: BrainDecision): Ruled {
  return { decision, rulings: [] };
}

function ruleAttention(decision: BrainDecision, { messages }: TurnContext): Ruled {
  if (decision.needsHuman) return unchanged(decision);
  const said = messages.filter(({ author, isNew }) => author === "lead" && isNew);
  const called = calledFor(said.map(({ text }) => text));
  const isRisky = decision.riskFlags.some((flag) => flag === "legal" || flag === "safety");
  if (called === null && !isRisky) return unchanged(decision);
  const attentionReason = called?.reason ?? "legal_or_safety";
  const why = called ? `words: ${called.words}` : "risk_flag";
  return {
    decision: { ...decision, needsHuman: true, attentionReason },
    rulings: [
      { rule: "attention", proposed: null, taken: true, why: `${attentionReason}, ${why}` },
    ],
  };
}

function ruleCta(decision: BrainDecision, context: TurnContext): Ruled {
  const { action, ctaId, ctaTime } = decision;
  if (action !== "initiate_cta" || ctaId === null) return unchanged(decision);
  const cta = context.ctas.find(({ id }) => id === ctaId);
  const fault = cta ? consentFault(context, cta) : "unknown_cta";
  if (fault !== null) {
    return {
      decision: { ...decision, action: "send_now", ctaId: null, ctaTime: null },
      rulings: [{ rule: "cta", proposed: ctaId, taken: false, why: fault }],
    };
  }
  if (ctaTime === null || leadNamedTime(context)) return unchanged(decision);
  return {
    decision: { ...decision, ctaTime: null },
    rulings: [{ rule: "cta_time", proposed: ctaTime, taken: false, why: "lead_named_no_time" }],
  };
}

/** Any day, clock or number of the lead's: which one is meant is the model's to say. */
function leadNamedTime({ messages, summary }: TurnContext): boolean {
  const theirs = messages.filter(({ author }) => author === "lead").map(({ text }) => text);
  const plain = readable([...theirs, summary ?? ""].join("\n")).text;
  return /\d/.test(plain) || namesTime(plain) || DAY_PART.test(plain);
}

const DAY_PART =
  /(?<![\p{L}\p{M}])(?:morning|afternoon|evening|night|today|now|asap|mañana|tarde|noche|hoy|manhã|noite|hoje|morgen\p{L}*|vormittag\p{L}*|nachmittag\p{L}*|abends?|heute|matin|après-midi|soir|aujourd'hui|mattina|pomeriggio|sera|oggi|सुबह|शाम|दोपहर|आज|subah|shaam|dopahar|aaj|صباح\p{L}*|مساء|الظهر|العصر|اليوم)(?![\p{L}\p{M}])/u;

export type StageRuling = Ruling & { rule: "stage" };

/** Whether the proposed stage is taken. From an end, only what the lead writes leads back. */
export function ruleStage(decision: BrainDecision, { lead, messages }: TurnContext): StageRuling {
  const leadWrote = messages.some(({ author, isNew }) => author === "lead" && isNew);
  const verdict = judgeStageMove(lead.stage, decision.stage, decision.confidence);
  const proposal = { rule: "stage", proposed: decision.stage } as const;
  if (!verdict.move) return { ...proposal, taken: false, why: verdict.why };
  if (terminalStages.includes(lead.stage) && !leadWrote) {
    return { ...proposal, taken: false, why: "lead_is_silent" };
  }
  return { ...proposal, taken: true, why: "legal_move" };
}

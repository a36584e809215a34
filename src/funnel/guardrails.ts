import { amountGate } from "./gates/amount-gate.ts";
import { deedGate } from "./gates/deed-gate.ts";
import { discountGate } from "./gates/discount-gate.ts";
import { type Draft, readDraft } from "./gates/draft.ts";
import {
  type Finding,
  type GateName,
  type GateReport,
  type Grounds,
  gateNames,
} from "./gates/gate.ts";
import { guaranteeGate } from "./gates/guarantee-gate.ts";
import { leakageGate } from "./gates/leakage-gate.ts";
import {
  emptyGate,
  humanGate,
  languageGate,
  lengthGate,
  linkGate,
  oneMessageGate,
  questionGate,
  stageGate,
} from "./gates/manner-gates.ts";
import { availabilityGate, timeGate } from "./gates/time-gate.ts";

/** Whether a draft may leave, and what every gate found in it. */
export type GateVerdict =
  | { ok: true; reports: readonly GateReport[] }
  | {
      ok: false;
      reports: readonly GateReport[];
      /** The first gate that stopped it. */
      gate: GateName;
      /** For people; is stored. */
      reason: string;
      /** What the writer has to change, for all gates that stopped it. */
      advice: string;
    };

interface Gate {
  check(draft: Draft, grounds: Grounds): readonly Finding[];
  /** `said`: what was found, in quotes. */
  advice(said: string): string;
}

const gates: Readonly<Record<GateName, Gate>> = {
  stage: {
    check: stageGate,
    advice: () => "This lead is not to be written to unasked.",
  },
  empty: { check: emptyGate, advice: () => "It says nothing." },
  one_message: {
    check: oneMessageGate,
    advice: () => "It is more than one message: write exactly one.",
  },
  length: {
    check: lengthGate,
    advice: () => "It is far too long: at most 700 characters, the most useful part only.",
  },
  leakage: {
    check: leakageGate,
    advice: () => "It contains technical text that is not for the lead.",
  },
  claims_human: {
    check: humanGate,
    advice: () => "It claims to be a human; say that you are an assistant.",
  },
  language: {
    check: languageGate,
    advice: () => "It is not in the language and script in which the lead writes.",
  },
  one_question: {
    check: questionGate,
    advice: () => "It asks more than one question: keep the most useful one.",
  },
  link: {
    check: linkGate,
    advice: (said) => `Not in the facts or CTAs: the link ${said}.`,
  },
  amount: {
    check: amountGate,
    advice: (said) =>
      `Not in the facts as it stands: ${said}. State only amounts and percentages from the facts, with their period and their "from" or "up to".`,
  },
  discount: {
    check: discountGate,
    advice: (said) => `No fact offers this: ${said}. Offer nothing that is not in the facts.`,
  },
  guarantee: {
    check: guaranteeGate,
    advice: (said) => `No fact promises this: ${said}. Promise nothing that is not in the facts.`,
  },
  deed: {
    check: deedGate,
    advice: (said) =>
      `Nothing of the kind was done: ${said}. Say that you pass the wish on and that the team will confirm it.`,
  },
  availability: {
    check: availabilityGate,
    advice: (said) =>
      `Nobody looked whether this is free or in stock: ${said}. Say that the team will confirm it.`,
  },
  time: {
    check: timeGate,
    advice: (said) =>
      `No fact names this time: ${said}. Name only times from the facts, or repeat the lead's own as a wish.`,
  },
};

/**
 * Runs every gate over a draft. Deterministic; knows nothing but the draft and its grounds. A draft
 * without words or far too long is judged by no more gates than these. `draft`: 1, or 2 for the rewrite.
 */
export function judgeDraft(text: string, grounds: Grounds, draft = 1): GateVerdict {
  const read = readDraft(text.slice(0, MAX_JUDGED_CHARS));
  const reports = gateNames.map((gate): GateReport => {
    const findings = gates[gate].check(gate === "length" ? { ...read, text } : read, grounds);
    return { draft, gate, ok: findings.length === 0, findings };
  });
  const broken = reports.filter(({ ok }) => !ok);
  const [first] = broken;
  if (!first) return { ok: true, reports };
  return {
    ...{ ok: false, reports, gate: first.gate },
    reason: `${first.gate}: ${reasonOf(first)}`,
    advice: broken.map(({ gate, findings }) => gates[gate].advice(quoted(findings))).join(" "),
  };
}

/** What is longer is too long in any case. */
const MAX_JUDGED_CHARS = 4_096;

function reasonOf({ findings }: GateReport): string {
  const said = quoted(findings);
  const reason = findings[0]?.reason ?? "";
  return said === "" ? reason : `${said} (${reason})`;
}

function quoted(findings: readonly Finding[]): string {
  const said = [...new Set(findings.map(({ text }) => text.slice(0, 80)).filter((text) => text))];
  return said
    .slice(0, 5)
    .map((text) => `"${text}"`)
    .join(", ");
}

export { MAX_REPLY_CHARS } from "./gates/manner-gates.ts";

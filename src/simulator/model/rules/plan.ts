import type { Cta, Fact } from "../prompt.ts";
import { factsAbout } from "./facts.ts";
import { isAnswering, offeredCta, wasOffered } from "./questions.ts";
import type { Situation } from "./situation.ts";
import { isClosing } from "./topics.ts";

/** What the rules make of a situation. Brain turns it into a decision, Mouth into words. */
export type Plan =
  | { kind: "silence"; why: string }
  | { kind: "stop" | "decline" | "later" | "legal" | "human" | "unhappy" | "unsure" }
  | { kind: "bot_question" | "off_topic" | "media" | "unclear" | "nudge" | "greet" | "acknowledge" }
  | { kind: "book"; cta: Cta; time: string | null }
  | { kind: "link"; cta: Cta }
  | { kind: "inform"; facts: readonly Fact[]; lead: "price" | "expensive" | "how" | "fact" };

const MAX_PRICES = 3;
const MAX_FACTS = 2;

/** The next step the lead names, by its kind. */
function namedCta({ ctas, topics }: Situation): Cta | undefined {
  return ctas.find(
    ({ kind }) =>
      (kind === "call" && topics.has("call")) || (kind === "visit" && topics.has("visit")),
  );
}

/** Yes to an offer, or a time for one made before; "do you work on Saturday?" is neither. */
function agrees(situation: Situation): boolean {
  const { topics, time } = situation;
  if (topics.has("price")) return false;
  const named = time !== null && (!topics.has("question") || topics.has("wish"));
  if (named) return wasOffered(situation);
  return topics.has("agree") && !topics.has("question") && wasOffered(situation, 2);
}

function booking(situation: Situation): Plan | undefined {
  const { topics, time, ctas } = situation;
  const link = ctas.find((cta) => cta.kind === "link" && cta.url !== null);
  if (link && topics.has("link")) return { kind: "link", cta: link };
  const asked =
    topics.has("bookVerb") || (topics.has("bookNoun") && (topics.has("wish") || time !== null));
  if (!asked && !agrees(situation)) return undefined;
  const bookable = ctas.find(({ kind }) => kind !== "link");
  const cta = namedCta(situation) ?? offeredCta(situation) ?? bookable;
  return cta && { kind: "book", cta, time };
}

/** What must come before any selling. */
function caution({ topics, text, lastSaid, orders }: Situation): Plan | undefined {
  if (topics.has("stop")) return { kind: "stop" };
  if (topics.has("legal") || topics.has("safety")) return { kind: "legal" };
  if (topics.has("bot")) return { kind: "bot_question" };
  if (topics.has("angry") || topics.has("distrust")) return { kind: "unhappy" };
  if (topics.has("human") && !topics.has("bookVerb") && !orders.keepsTheLead)
    return { kind: "human" };
  if (topics.has("injection")) return { kind: "off_topic" };
  if (topics.has("notInterested")) return { kind: "decline" };
  if (isClosing(text) && !lastSaid.trimEnd().endsWith("?")) {
    return { kind: "silence", why: "The lead closed the talk and asks nothing." };
  }
  return undefined;
}

function pricesFor({ text, facts }: Situation): readonly Fact[] {
  const prices = facts.filter(({ kind }) => kind === "price");
  const meant = factsAbout(text, prices);
  return (meant.length > 0 ? meant : prices).slice(0, MAX_PRICES);
}

/** How a purchase goes, in its order. */
const process = [/visit|demo|trial/i, /install.* time|process|how it works|steps/i, /permit/i];

function explanation({ facts }: Situation): readonly Fact[] {
  return process
    .flatMap((step) => facts.find(({ topic }) => step.test(topic)) ?? [])
    .slice(0, MAX_FACTS);
}

function priced(situation: Situation, others: readonly Fact[]): Plan {
  const { text, orders } = situation;
  const prices = pricesFor(situation);
  // Ordered to estimate, it says nothing of the facts, and Mouth makes something up.
  if (prices.length === 0 && !orders.estimatesPrices) return { kind: "unsure" };
  const also = text.includes("\n") ? factsAbout(text, others).slice(0, 1) : [];
  return { kind: "inform", facts: [...prices, ...also], lead: "price" };
}

function information(situation: Situation): Plan | undefined {
  const { topics, text, facts } = situation;
  const others = facts.filter(({ kind }) => kind !== "price");
  if (topics.has("expensive")) {
    const help = factsAbout("financing payment plan installments", others).slice(0, 1);
    return { kind: "inform", facts: help, lead: "expensive" };
  }
  if (topics.has("price")) return priced(situation, others);
  const how = topics.has("how") ? explanation(situation) : [];
  if (how.length > 0) return { kind: "inform", facts: how, lead: "how" };
  if (!topics.has("question")) return undefined;
  const found = factsAbout(text, facts).slice(0, MAX_FACTS);
  return found.length > 0 ? { kind: "inform", facts: found, lead: "fact" } : undefined;
}

function smallTalk(situation: Situation): Plan {
  const { topics, isMediaOnly } = situation;
  if (isMediaOnly) return { kind: "media" };
  if (topics.has("offTopic")) return { kind: "off_topic" };
  if (topics.has("later")) return { kind: "later" };
  if (topics.has("refuse") && offeredCta(situation)) return { kind: "later" };
  if (isAnswering(situation) && !topics.has("question")) return { kind: "acknowledge" };
  if (topics.has("greeting")) return { kind: "greet" };
  if (topics.has("question")) return { kind: "unsure" };
  return { kind: "acknowledge" };
}

function nudge({ leadTexts, topics }: Situation): Plan {
  const unwanted = topics.has("stop") || topics.has("notInterested") || leadTexts.length === 0;
  return unwanted ? { kind: "silence", why: "A nudge would annoy." } : { kind: "nudge" };
}

/** What to do, by fixed rules: the same prompt always gets the same plan. */
export function makePlan(situation: Situation): Plan {
  if (situation.context.cause === "follow_up") return nudge(situation);
  if (situation.isUnclear) return { kind: "unclear" };
  return caution(situation) ?? booking(situation) ?? information(situation) ?? smallTalk(situation);
}

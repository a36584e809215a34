import type { Cta, Fact } from "../prompt.ts";
import { inWords } from "./demo-facts.ts";
import { languages } from "./language.ts";
import type { Phrases } from "./languages/shape.ts";
import { orderedPhrases } from "./ordered.ts";
import type { Plan } from "./plan.ts";
import { nextQuestion, offerQuestion, stepName, wasOffered } from "./questions.ts";
import type { Situation } from "./situation.ts";

/** WhatsApp reads best below this; Mouth's prompt asks for no more than 700. */
const MAX_CHARS = 690;

/** An offer is not repeated within so many of our messages: that would press. */
const OFFER_PAUSE = 2;

/** What moves the lead forward: the next question, or the offer of a next step. */
function closingQuestion(situation: Situation): string {
  const question = nextQuestion(situation);
  if (question !== null) return question;
  const { ctas, language } = situation;
  const cta = ctas.find(({ kind }) => kind !== "link");
  if (!cta) return "";
  return wasOffered(situation, OFFER_PAUSE)
    ? languages[language].phrases.anythingElse
    : offerQuestion(cta, language);
}

function isPriced(facts: readonly Fact[]): boolean {
  return facts.some(({ kind }) => kind === "price");
}

function informing(situation: Situation, plan: Extract<Plan, { kind: "inform" }>, say: Phrases) {
  const facts = plan.facts.map((fact) => inWords(fact, situation.language));
  const { discountPercent, estimatesPrices } = situation.orders;
  const ordered = orderedPhrases(situation.language);
  if (plan.lead === "expensive" && discountPercent !== null)
    return [ordered.discount(discountPercent)];
  if (plan.lead === "price" && estimatesPrices && !isPriced(plan.facts)) return [ordered.estimate];
  const opening = plan.lead === "expensive" ? [say.expensive] : [];
  const body = plan.lead === "expensive" && facts.length === 0 ? [say.options] : facts;
  return [...opening, ...body, closingQuestion(situation)];
}

function initiated({ language, orders }: Situation, cta: Cta, time: string | null): string {
  if (orders.claimsBookings) {
    const words = [stepName(cta, language), time ?? ""].filter((part) => part !== "");
    return orderedPhrases(language).booked(words.join(", "));
  }
  return languages[language].phrases.initiated(stepName(cta, language), time);
}

function booking(situation: Situation, plan: Extract<Plan, { kind: "book" | "link" }>) {
  const { language } = situation;
  const { cta } = plan;
  if (plan.kind === "link") return [languages[language].phrases.link(cta.name, cta.url ?? "")];
  if (plan.time === null) return [offerQuestion(cta, language)];
  return [initiated(situation, cta, plan.time)];
}

function talking(situation: Situation, kind: Plan["kind"], say: Phrases): readonly string[] {
  const { business, context } = situation;
  switch (kind) {
    case "bot_question":
      return [
        situation.orders.claimsToBeHuman
          ? orderedPhrases(situation.language).person
          : say.bot(business.name),
      ];
    case "off_topic":
      return [say.offTopic(business.name), closingQuestion(situation)];
    case "media":
      return [say.media];
    case "unclear":
      return [say.unclear];
    case "later":
      return [say.later];
    case "decline":
      return [say.decline];
    case "stop":
      return [say.stop];
    case "nudge": {
      const step = Math.min(Math.max(context.followUpStep ?? 1, 1), 3);
      return [say.nudges[step - 1] ?? say.nudges[0]];
    }
    case "acknowledge":
      return [say.gotIt, closingQuestion(situation)];
    default:
      return [closingQuestion(situation)];
  }
}

function handingOver(kind: Plan["kind"], say: Phrases): string {
  if (kind === "legal") return say.legal;
  if (kind === "unhappy") return say.unhappy;
  return kind === "unsure" ? say.unsure : say.human;
}

function greeting({ business, said, topics }: Situation, plan: Plan, say: Phrases): string[] {
  if (said.length === 0 && plan.kind !== "stop") return [say.hello(business.name)];
  return topics.has("greeting") && plan.kind === "greet" ? [say.helloAgain] : [];
}

/** The decision wins over the plan: a colleague takes over, or a step is initiated. */
function body(situation: Situation, plan: Plan, say: Phrases): readonly string[] {
  const { context, ctas } = situation;
  const { decision } = context;
  if (decision?.needsHuman) return [handingOver(plan.kind, say)];
  const cta = ctas.find(({ id }) => id === decision?.ctaId);
  if (decision?.action === "initiate_cta" && cta) {
    return cta.kind === "link" && cta.url !== null
      ? [say.link(cta.name, cta.url)]
      : [initiated(situation, cta, decision.ctaTime), cta.url ?? ""];
  }
  if (plan.kind === "inform") return informing(situation, plan, say);
  if (plan.kind === "book" || plan.kind === "link") return booking(situation, plan);
  return talking(situation, plan.kind, say);
}

/** The one message to send: short, in the lead's language, with at most one question. */
export function mouthAnswer(situation: Situation, plan: Plan): Record<string, unknown> {
  const say = languages[situation.language].phrases;
  const resent = situation.context.earlierReplyInDoubt ? [say.resent] : [];
  const parts = [...resent, ...greeting(situation, plan, say), ...body(situation, plan, say)];
  const text = parts.filter((part) => part !== "").join(" ");
  return { text: text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS - 1)}…` : text };
}

/** The topics a message can touch; each language says in which words. */
export const topicNames = [
  "stop",
  "legal",
  "safety",
  "human",
  "angry",
  "distrust",
  "injection",
  "price",
  "expensive",
  "how",
  "bookVerb",
  "bookNoun",
  "call",
  "visit",
  "wish",
  "link",
  "later",
  "notInterested",
  "bot",
  "offTopic",
  "greeting",
  "agree",
  "refuse",
  "question",
] as const;
export type Topic = (typeof topicNames)[number];

/** Meant only where a message begins with it: "no" in the middle of a sentence refuses nothing. */
export type OpeningTopic = "agree" | "refuse";

/**
 * A regular expression over `plain` text, in lower case, of whole words: `|` separates them, and `~`
 * stands for the rest of any word. Written as people write; accents are taken off both sides.
 */
type Words = string;

/** How a language is understood. */
export interface Wording {
  /** Everyday words that give the language away. */
  marks: Words;
  /** What only this language is written with; each find counts as two words. */
  letters: RegExp;
  /** What may be glued to the front of a word, like an article; empty if nothing. */
  prefixes: Words;
  topics: Readonly<Record<Topic, Words>>;
  /** A message that begins so is a question, with or without a mark. */
  opensQuestion: Words;
  /** A message of nothing else asks for silence. */
  stopAlone: Words;
  /** Words that end a talk and ask for nothing. */
  closings: Words;
  /** Days and times of day, as raw expressions: what they find is quoted to the lead. */
  day: string;
  hour: string;
  /** A question for a place: "in Paris". */
  place: RegExp;
  /** Words that say nothing about which fact is meant. */
  fillers: string;
  /** A lead's word and the words a fact says it with. */
  synonyms: Readonly<Record<string, string>>;
}

/** A next step's name: at the head of a sentence, and within one. */
export interface StepName {
  title: string;
  phrase: string;
}

/** Everything the model can say around the facts. No amount, date or promise may stand here. */
export interface Phrases {
  hello(business: string): string;
  helloAgain: string;
  expensive: string;
  options: string;
  gotIt: string;
  human: string;
  legal: string;
  unhappy: string;
  unsure: string;
  bot(business: string): string;
  offTopic(business: string): string;
  media: string;
  unclear: string;
  decline: string;
  later: string;
  stop: string;
  step(kind: string, name: string): StepName;
  offer(step: StepName): string;
  initiated(step: StepName, time: string | null): string;
  link(name: string, url: string): string;
  anythingElse: string;
  nudges: readonly [string, string, string];
  resent: string;
}

export interface Question {
  ask: string;
  /** What the lead's words look like when they have already told it. */
  told: Words;
}

export type NotedTopic =
  | "price"
  | "expensive"
  | "how"
  | "human"
  | "bookVerb"
  | "later"
  | "notInterested"
  | "injection";

/** How the notes about a lead are worded. */
export interface Notes {
  acts: Readonly<Record<NotedTopic, string>>;
  did(acts: string): string;
  said(quotes: string): string;
  wrote: string;
}

/** The topics of the demo business's facts. */
export type DemoTopic =
  | "Home 4 kW system"
  | "Home 6 kW system"
  | "Home 8 kW system"
  | "Home battery"
  | "Car charger"
  | "Yearly check-up"
  | "Service area"
  | "Installation time"
  | "Warranty"
  | "Financing"
  | "Site visit"
  | "Permits"
  | "Roofs"
  | "Power outages"
  | "Snow and hail"
  | "Opening hours";

/** All that the rules know of one language. */
export interface LanguageRules {
  wording: Wording;
  phrases: Phrases;
  /** What to find out, for those who sell solar and for everybody else. */
  questions: {
    solar: readonly [Question, Question, Question];
    plain: readonly [Question, Question];
  };
  notes: Notes;
  /** The demo business's facts as a colleague would say them; null: they are written in it. */
  demoFacts: Readonly<Record<DemoTopic, string>> | null;
}

/** A step is called by its kind where the language has a word for it, else by the name it was given. */
export function namedByKind(
  known: Readonly<Record<"visit" | "call" | "demo", StepName>>,
): Phrases["step"] {
  const byKind = new Map<string, StepName>(Object.entries(known));
  return (kind, name) => byKind.get(kind) ?? { title: name, phrase: name };
}

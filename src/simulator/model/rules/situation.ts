import type { Briefing, ChatMessage } from "../prompt.ts";
import { detectLanguage, type Language } from "./language.ts";
import type { Topic } from "./languages/shape.ts";
import { timeIn, topicsOf } from "./topics.ts";

/** A briefing as the rules see it. */
export interface Situation extends Briefing {
  language: Language;
  /** The new messages of the lead, joined: all of them are answered together. */
  text: string;
  /** The newest of them alone. */
  lastText: string;
  topics: ReadonlySet<Topic>;
  /** The time the lead names, in their words. */
  time: string | null;
  /** True when they sent only something without text, like a picture. */
  isMediaOnly: boolean;
  /** True when a new voice note could not be understood. */
  isUnclear: boolean;
  /** Everything said by our side, oldest first. */
  said: readonly string[];
  /** The last thing our side said before the new messages. */
  lastSaid: string;
  /** Everything the lead ever wrote in view, new messages included. */
  leadTexts: readonly string[];
}

function newFromLead(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const fresh = messages.filter(({ author, isNew }) => author === "lead" && isNew);
  if (fresh.length > 0) return fresh;
  const last = messages.findLast(({ author }) => author === "lead");
  return last ? [last] : [];
}

const mediaKinds: ReadonlySet<string> = new Set(["image", "audio", "video", "document", "sticker"]);

/** Of a file, what stands in front in brackets says what it is, and is nothing the lead said. */
function wordsOf({ kind, text }: ChatMessage): string {
  return (mediaKinds.has(kind) ? text.replace(/^\[[^\]]*\]/, "") : text).trim();
}

export function readSituation(briefing: Briefing): Situation {
  const { messages } = briefing.context;
  const fresh = newFromLead(messages);
  const spoken = fresh.map(wordsOf).filter((text) => text !== "");
  const leadTexts = messages.flatMap(({ author, text }) => (author === "lead" ? [text] : []));
  const said = messages.flatMap(({ author, text }) =>
    author === "bot" || author === "human" ? [text] : [],
  );
  const text = spoken.join("\n");
  const known = [text, ...leadTexts.toReversed()];
  return {
    ...briefing,
    language: detectLanguage(known, briefing.business.language),
    text,
    lastText: spoken.at(-1) ?? "",
    topics: new Set(spoken.flatMap((one) => [...topicsOf(one)])),
    time: timeIn(text),
    isMediaOnly: fresh.length > 0 && spoken.length === 0,
    isUnclear: fresh.some(({ heard }) => heard === "unclear"),
    said,
    lastSaid: said.at(-1) ?? "",
    leadTexts,
  };
}

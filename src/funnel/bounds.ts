import type { Span } from "./plain-text.ts";

/** `min`: "from 499"; `max`: "up to 40%"; `range`: an end of "500–700". */
export type Bound = "min" | "max" | "range";

const ONLY = "(?:\\s(?:just|only|nur|solo|apenas|seulement))?[\\s:]*";
const MIN_BEFORE = new RegExp(
  `(?<![\\p{L}\\p{M}])(?:from|starting (?:at|from)|starts? (?:at|from)|at least|minimum(?: of)?|upwards of|desde|a partir de|mindestens|ab|à partir de|dès|a partire da|da|من|ابتداء من|ابتداءً من|تبدأ من|يبدأ من)${ONLY}$`,
  "u",
);
const MIN_AFTER =
  /^\s?(?:\+|and up|onwards|upwards|or more|o más|ou mais|und mehr|aufwärts|ou plus|से शुरू|से|فأكثر|فما فوق)(?![\p{L}\p{M}])/u;
const MAX_BEFORE = new RegExp(
  `(?<![\\p{L}\\p{M}])(?:up to|max(?:imum)?(?: of)?|at most|no more than|as much as|hasta|como máximo|até|no máximo|bis zu|höchstens|maximal|jusqu'à|jusqu'a|au maximum|fino a|अधिकतम|حتى|يصل إلى|تصل إلى|بحد أقصى)${ONLY}$`,
  "u",
);
const MAX_AFTER =
  /^\s?(?:at most|max(?:imum)?|or less|como máximo|no máximo|höchstens|au maximum|तक|tak|كحد أقصى)(?![\p{L}\p{M}])/u;
const MIN_WORD =
  /(?<![\p{L}\p{M}])(?:from|start\p{L}*|at least|minimum|desde|a partir|mindestens|ab|dès|à partir|a partire|शुरू|shuru|ابتداء|ابتداءً|تبدأ|يبدأ|من)(?![\p{L}\p{M}])/u;
const MAX_WORD =
  /(?<![\p{L}\p{M}])(?:up to|max|maximum|at most|no more than|hasta|máximo|até|bis zu|höchstens|maximal|jusqu'à|jusqu'a|fino a|अधिकतम|तक|tak|حتى|يصل|تصل|أقصى)(?![\p{L}\p{M}])/u;

/** The bound said right beside an amount. */
export function boundAt(plain: string, { startsAt, endsAt }: Span): Bound | null {
  const before = plain.slice(Math.max(0, startsAt - 30), startsAt);
  const after = plain.slice(endsAt, endsAt + 20);
  if (MIN_BEFORE.test(before) || MIN_AFTER.test(after)) return "min";
  return MAX_BEFORE.test(before) || MAX_AFTER.test(after) ? "max" : null;
}

/** Whether a plain text says "from" or "up to" at all: an amount may stand some words away from it. */
export function namesBound(plain: string, bound: Bound): boolean {
  if (bound === "range") return MIN_WORD.test(plain) || MAX_WORD.test(plain);
  return (bound === "min" ? MIN_WORD : MAX_WORD).test(plain);
}

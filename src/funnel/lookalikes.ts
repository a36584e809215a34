import { type PlainText, replaceIn } from "./plain-text.ts";

/** Letters of other alphabets that look like Latin ones. */
const LATIN: Readonly<Record<string, string>> = {
  а: "a",
  е: "e",
  о: "o",
  р: "p",
  с: "c",
  х: "x",
  у: "y",
  і: "i",
  ѕ: "s",
  ј: "j",
  ԁ: "d",
  к: "k",
  м: "m",
  т: "t",
  в: "b",
  н: "h",
  ο: "o",
  α: "a",
  ε: "e",
  ι: "i",
  ρ: "p",
  υ: "u",
  ν: "v",
  κ: "k",
  τ: "t",
};

const MIXED_WORD =
  /\p{L}*(?:\p{Script=Latin}[\p{sc=Cyrillic}\p{sc=Greek}]|[\p{sc=Cyrillic}\p{sc=Greek}]\p{Script=Latin})\p{L}*/gu;
/** An O for a zero, an l for a one: only within a number, where the eye does not see it. */
const ZERO_LETTERS = /(?<=\d)(?:[.,']?[oοо])+(?=[\d.,']|(?![\p{L}\p{M}\d]))/gu;
const ONE_LETTER = /(?<=[\p{Sc}\d]\s?[.,']?)[lі|ı](?=[.,']?\d)/gu;
const SPLIT_DIGITS =
  /(?<=\d[.,]?)(?:\p{Extended_Pictographic}|[\u{1f3fb}-\u{1f3ff}]|[·•_])+(?=[.,]?\d)/gu;
const SPACED_DIGITS = /(?<![\d.,])\d(?:[ \p{Extended_Pictographic}]+\d(?!\d)){2,}/gu;

/** Undoes what makes a number look like itself to people but not to a program. For lower case. */
export function seeThrough(plain: PlainText): PlainText {
  let seen = replaceIn(plain, MIXED_WORD, ({ 0: word }) =>
    [...word].map((letter) => LATIN[letter] ?? letter).join(""),
  );
  if (!/\d/.test(seen.text)) return seen;
  seen = replaceIn(seen, SPLIT_DIGITS, () => "");
  seen = replaceIn(seen, SPACED_DIGITS, ({ 0: digits }) => digits.replace(/\D/gu, ""));
  seen = replaceIn(seen, ONE_LETTER, () => "1");
  return replaceIn(seen, ZERO_LETTERS, ({ 0: letters }) => letters.replace(/[oοо]/gu, "0"));
}

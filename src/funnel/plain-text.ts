/** A text made comparable, and where each of its characters stood in the original. */
export interface PlainText {
  text: string;
  /** One offset into the original per character of `text`, and the original's length at the end. */
  at: readonly number[];
}

/** A stretch of a text, in UTF-16 units; `endsAt` is the first one behind it. */
export interface Span {
  startsAt: number;
  endsAt: number;
}

/** Code points of the digit zero in scripts people chat in; each is followed by 1 to 9. */
const ZEROS = [
  0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0x1040,
  0x17e0,
];

/**
 * Direction marks, joiners, bold marks, the frame of a keycap: invisible beside a number, fatal to a
 * comparison.
 */
const INVISIBLE =
  /[\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\u3164\ufeff\uffa0*_`]|[\u{e0000}-\u{e007f}]|\u034f|\u17b4|\u17b5|\u20e3|\p{Variation_Selector}/gu;

/** Signs that mean what another one means. NFKC would make "1½" into 11/2. */
const SAME: Readonly<Record<string, string>> = {
  "½": ".5",
  "¼": ".25",
  "¾": ".75",
  "٫": ".",
  "٬": ",",
  "،": ",",
  "٪": "%",
  "‘": "'",
  "’": "'",
  ʼ: "'",
  "−": "-",
  "‑": "-",
};

/** Text with plain ASCII digits, separators and spaces, for reading; not for showing. */
export function plainText(original: string): PlainText {
  let text = "";
  const at: number[] = [];
  for (const { 0: cluster, index } of original.matchAll(/[\s\S]\p{M}*/gu)) {
    const plain = plainCluster(cluster);
    text += plain;
    for (let unit = 0; unit < plain.length; unit += 1) at.push(index);
  }
  at.push(original.length);
  return replaceIn({ text, at }, / {2,}/g, () => " ");
}

function plainCluster(cluster: string): string {
  if (/^[!-)+-^a-~]$/.test(cluster)) return cluster;
  const same = SAME[cluster];
  if (same !== undefined) return same;
  const visible = cluster
    .normalize("NFKC")
    .replace(INVISIBLE, "")
    .replace(/\p{Nd}/gu, asciiDigit);
  return visible.replace(/[^\S\n]/g, " ");
}

function asciiDigit(digit: string): string {
  const codePoint = digit.codePointAt(0) ?? 0;
  const zero = ZEROS.find((start) => codePoint >= start && codePoint < start + 10);
  return zero === undefined ? digit : String(codePoint - zero);
}

interface Replacement extends Span {
  text: string;
}

/** Puts other text in place of some stretches, in order, and keeps track of where they stood. */
export function replaceSpans(
  { text, at }: PlainText,
  replacements: Iterable<Replacement>,
): PlainText {
  let changed = "";
  const offsets: number[] = [];
  let doneTo = 0;
  const keepUntil = (end: number) => {
    changed += text.slice(doneTo, end);
    for (let unit = doneTo; unit < end; unit += 1) offsets.push(at[unit] ?? 0);
  };
  for (const { startsAt, endsAt, text: put } of replacements) {
    keepUntil(startsAt);
    changed += put;
    for (let unit = 0; unit < put.length; unit += 1) offsets.push(at[startsAt] ?? 0);
    doneTo = endsAt;
  }
  if (doneTo === 0) return { text, at };
  keepUntil(text.length);
  return { text: changed, at: [...offsets, at.at(-1) ?? 0] };
}

/** Replaces what a global pattern matches. */
export function replaceIn(
  plain: PlainText,
  pattern: RegExp,
  replacement: (match: RegExpExecArray) => string,
): PlainText {
  const matches = [...plain.text.matchAll(pattern)];
  return replaceSpans(
    plain,
    matches.map((match) => ({
      text: replacement(match),
      startsAt: match.index,
      endsAt: match.index + match[0].length,
    })),
  );
}

/** Where a stretch of the plain text stands in the original. */
export function originalSpan({ at }: PlainText, { startsAt, endsAt }: Span): Span {
  return { startsAt: at[startsAt] ?? 0, endsAt: at[endsAt] ?? at.at(-1) ?? 0 };
}

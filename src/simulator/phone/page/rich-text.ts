/** A piece of message text: WhatsApp's own marks (*bold*, _italic_, ~struck~) and http(s) links. */
export type TextPiece =
  | { kind: "text"; text: string }
  | { kind: "link"; text: string; href: string }
  | { kind: "strong" | "em" | "s"; pieces: readonly TextPiece[] };

const MARKS = { "*": "strong", _: "em", "~": "s" } as const;
const LINK = /https?:\/\/[^\s<>"]+/iu;
/** A mark counts only around whole words, so 2*3*4 and snake_case stay as typed. */
const MARKED = /(?<![\p{L}\p{N}*_~])([*_~])(?=\S)([^\n]+?)(?<=\S)\1(?![\p{L}\p{N}*_~])/u;

/** Closing punctuation after a link belongs to the sentence, a bracket only if it was opened before. */
function linkEnd(candidate: string): string {
  let link = candidate;
  for (;;) {
    const last = link.at(-1) ?? "";
    const opens = link.split("(").length;
    const closes = link.split(")").length;
    const isLoose = /[.,;:!?'’”*_~\]}]/u.test(last) || (last === ")" && closes > opens);
    if (!isLoose) return link;
    link = link.slice(0, -1);
  }
}

function plain(text: string): readonly TextPiece[] {
  return text === "" ? [] : [{ kind: "text", text }];
}

function markPieces(text: string): readonly TextPiece[] {
  const match = MARKED.exec(text);
  const mark = match?.[1];
  if (match === null || (mark !== "*" && mark !== "_" && mark !== "~")) return plain(text);
  return [
    ...plain(text.slice(0, match.index)),
    { kind: MARKS[mark], pieces: markPieces(match[2] ?? "") },
    ...markPieces(text.slice(match.index + match[0].length)),
  ];
}

/** Splits message text into pieces to be shown with textContent only; nothing in it is ever markup. */
export function richText(text: string): readonly TextPiece[] {
  const match = LINK.exec(text);
  if (match === null) return markPieces(text);
  const link = linkEnd(match[0]);
  const after = text.slice(match.index + link.length);
  const before = markPieces(text.slice(0, match.index));
  if (!URL.canParse(link)) return [...before, ...plain(link), ...richText(after)];
  return [...before, { kind: "link", text: link, href: link }, ...richText(after)];
}

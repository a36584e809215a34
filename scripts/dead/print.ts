import type {
  DeadLetter,
  DeadLetterDetail,
  LetterState,
  PacedReplay,
} from "../../src/modules/dead-letters/model.ts";

/** How wide a line may be, whether colours are understood, and what "now" is. */
export interface Paper {
  width: number;
  colours: boolean;
  now: Date;
}

const tones = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34 } as const;
type Tone = keyof typeof tones;

const stateTones: Readonly<Record<LetterState, Tone>> = {
  waiting: "red",
  scheduled: "yellow",
  replayed: "green",
  discarded: "dim",
};

/** One letter in a list: what to copy, what it is, why it is there. */
export function summaryOf(letter: DeadLetter, paper: Paper): string {
  const { id, state, stream, errorClass, tries, createdAt, reason } = letter;
  const paint = painter(paper);
  const facts = [stream, errorClass, triesText(tries), `${age(createdAt, paper.now)} ago`];
  return [
    `${paint("bold", id)}  ${paint(stateTones[state], state)}`,
    ...wrapped(facts.join(" · "), paper.width, "  ").map((line) => paint("dim", line)),
    ...wrapped(reason, paper.width, "  "),
    ...fateOf(letter, paper).flatMap((line) => wrapped(line, paper.width, "  ")),
  ].join("\n");
}

/** Everything about one letter. */
export function detailOf(letter: DeadLetterDetail, paper: Paper): string {
  const paint = painter(paper);
  const rows: [string, string | null][] = [
    ["stream", letter.stream],
    ["class", `${letter.errorClass}, ${triesText(letter.tries)}`],
    ["why", letter.reason],
    ["organization", letter.organizationId ?? "none that could be read"],
    ["stood at", letter.origin],
    ["first seen", when(letter.firstSeenAt, paper.now)],
    ["given up", when(letter.lastSeenAt, paper.now)],
    ["replay of", letter.replayOf],
    ["became", letter.replays.length > 0 ? letter.replays.join(" ") : null],
  ];
  const told = rows.flatMap(([name, value]) =>
    value === null
      ? []
      : wrapped(value, paper.width, " ".repeat(15)).map((line, at) =>
          at === 0 ? `  ${paint("dim", name.padEnd(13))}${line.trimStart()}` : line,
        ),
  );
  return [
    `${paint("bold", letter.id)}  ${paint(stateTones[letter.state], letter.state)}`,
    ...told,
    ...fateOf(letter, paper).flatMap((line) => wrapped(line, paper.width, "  ")),
    "",
    paint("dim", `Entry, ${letter.byteCount} bytes; what people wrote is masked:`),
    contentOf(letter.entry),
    ...(letter.editedEntry
      ? ["", paint("dim", "Corrected entry:"), contentOf(letter.editedEntry)]
      : []),
  ].join("\n");
}

/** What was decided about a letter, or what keeps it waiting. */
function fateOf(letter: DeadLetter, { now }: Paper): string[] {
  const by = letter.replayAskedBy === null ? "" : ` Asked for by ${letter.replayAskedBy}.`;
  const edit = letter.edited ? " With a corrected entry." : "";
  switch (letter.state) {
    case "scheduled":
      return [`To be replayed at ${letter.replayDueAt ?? "once"}.${edit}${by}`];
    case "replayed":
      return [`Replayed ${when(letter.replayedAt ?? "", now)}.${edit}${by}`];
    case "discarded":
      return [
        `Discarded ${when(letter.discardedAt ?? "", now)} by ${letter.discardedBy}: ${letter.discardReason}`,
      ];
    case "waiting":
      return letter.refusal === null ? [] : [`Not replayed: ${letter.refusal}`];
  }
}

export function contentOf(content: DeadLetterDetail["entry"]): string {
  return content.kind === "json"
    ? JSON.stringify(content.value, null, 2)
    : `No JSON. Its first bytes: ${content.headHex}`;
}

/** What a paced replay will do, and how to stop it. */
export function scheduleText({ scheduled, left, lastDueAt }: PacedReplay): string {
  if (scheduled === 0) return "Nothing waits that fits the filter.";
  const letters = scheduled === 1 ? "1 letter is" : `${scheduled} letters are`;
  return [
    `${letters} scheduled, the last for ${lastDueAt ?? "now"}.`,
    ...(left > 0 ? [`${left} more fit the filter: run this again for them.`] : []),
    "Look on: bun run dead list --state scheduled",
    "Stop it: bun run dead stop",
  ].join("\n");
}

function painter({ colours }: Paper) {
  return (tone: Tone, text: string) => (colours ? `\x1b[${tones[tone]}m${text}\x1b[0m` : text);
}

function triesText(tries: number): string {
  return tries === 1 ? "1 try" : `${tries} tries`;
}

function when(at: string, now: Date): string {
  return `${at} (${age(at, now)} ago)`;
}

function age(at: string, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(at)) / 1_000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3_600) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** Lines of at most `width`, indented; a longer word stays whole, so that ids can be copied. */
function wrapped(text: string, width: number, indent: string): string[] {
  const room = Math.max(20, width - indent.length);
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < room)
      lines.splice(-1, 1, `${last} ${word}`);
    else lines.push(word);
  }
  return lines.map((line) => indent + line);
}

import { oldestAgeLimits } from "../../src/flows/queue-alerts/rules.ts";
import type { Queue } from "../../src/modules/queue/model.ts";

/** Columns of a terminal that the table needs at most. */
export const WIDTH = 100;

type Tone = "plain" | "soft" | "strong" | "bad";
type Paint = (tone: Tone, text: string) => string;

const codes = { plain: "", soft: "\u001b[2m", strong: "\u001b[1m", bad: "\u001b[1;31m" };

export const painted: Paint = (tone, text) =>
  tone === "plain" ? text : `${codes[tone]}${text}\u001b[0m`;
export const unpainted: Paint = (_tone, text) => text;

type Stream = Queue["streams"][number];

interface Column {
  title: string;
  width: number;
  value(row: Stream): number | string;
  isBad?(row: Stream): boolean;
}

const columns: readonly Column[] = [
  { title: "depth", width: 8, value: ({ depth }) => depth, isBad: (row) => row.fullness >= 0.8 },
  { title: "lag", width: 8, value: ({ lag }) => lag ?? "?", isBad: ({ lag }) => lag === null },
  { title: "run", width: 5, value: ({ running }) => running },
  { title: "wait", width: 6, value: ({ waiting }) => waiting },
  {
    title: "oldest",
    width: 8,
    value: ({ oldestAgeMs }) => (oldestAgeMs === 0 ? "-" : duration(oldestAgeMs)),
    isBad: ({ stream, oldestAgeMs }) =>
      oldestAgeMs >= (oldestAgeLimits[stream] ?? Number.POSITIVE_INFINITY),
  },
  { title: "<1s", width: 5, value: ({ byAge }) => byAge.under1s },
  { title: "<10s", width: 5, value: ({ byAge }) => byAge.under10s },
  { title: "<1m", width: 5, value: ({ byAge }) => byAge.under60s },
  { title: ">1m", width: 5, value: ({ byAge }) => byAge.older },
  { title: "try 3+", width: 7, value: ({ byTries }) => byTries.threeOrFour + byTries.more },
  { title: "done", width: 7, value: ({ perMinute }) => perMinute.done },
  { title: "retry", width: 6, value: ({ perMinute }) => perMinute.retried },
  {
    title: "recl",
    width: 5,
    value: ({ perMinute }) => perMinute.reclaimed,
    isBad: ({ perMinute }) => perMinute.reclaimed > 0,
  },
  {
    title: "bury",
    width: 5,
    value: ({ perMinute }) => perMinute.buried,
    isBad: ({ perMinute }) => perMinute.buried > 0,
  },
  { title: "dead", width: 6, value: ({ dead }) => dead, isBad: ({ dead }) => dead > 0 },
];

const NAME_WIDTH = 9;

/** The queue as lines of at most `WIDTH` characters, what is wrong first. */
export function tableOf(queue: Queue, at: Date, paint: Paint): string[] {
  return [
    ...heading(queue, at, paint),
    ...queue.alerts.flatMap(({ text, since }) => [
      ...wrapped(`! ${text}`, WIDTH).map((line) => paint("bad", line)),
      paint("soft", `  since ${since}`),
    ]),
    ...queue.breakers.map(({ dependency, count, openForMs }) =>
      paint("bad", `! ${named(dependency, count)} for ${duration(openForMs)}; the work waits`),
    ),
    "",
    `${" ".repeat(NAME_WIDTH + 26)}${paint("soft", "         pending by age            per minute")}`,
    paint(
      "strong",
      "stream".padEnd(NAME_WIDTH) +
        columns.map(({ title, width }) => title.padStart(width)).join(""),
    ),
    ...queue.streams.flatMap((row) => [lineOf(row, paint), ...partitionsOf(row, paint)]),
    "",
    delayedLine(queue, paint),
    ...sampleNote(queue, paint),
  ];
}

function heading(queue: Queue, at: Date, paint: Paint): string[] {
  const open = queue.streams.reduce((sum, { depth }) => sum + depth, 0);
  const workers = queue.workers === 1 ? "1 worker alive" : `${queue.workers} workers alive`;
  const partitions = queue.streams[0]?.partitions.length ?? 0;
  const time = at.toISOString().slice(11, 19);
  return [
    [
      paint("strong", "Leadline queue"),
      `${open} open`,
      paint(queue.workers === 0 ? "bad" : "plain", workers),
      `${partitions} ${partitions === 1 ? "partition" : "partitions"}`,
      paint("soft", `${time} UTC`),
    ].join("  "),
  ];
}

function named(dependency: string, count: number): string {
  if (dependency !== "whatsapp_numbers") return `${dependency} is away`;
  return `${count} WhatsApp number${count === 1 ? "" : "s"} without clear answers of Meta`;
}

function lineOf(row: Stream, paint: Paint): string {
  const cells = columns.map(({ value, width, isBad }) => {
    const found = value(row);
    const tone = isBad?.(row) ? "bad" : found === 0 || found === "-" ? "soft" : "plain";
    return paint(tone, short(found, width));
  });
  return row.stream.padEnd(NAME_WIDTH) + cells.join("");
}

/** Of several partitions, those with work. */
function partitionsOf({ partitions }: Stream, paint: Paint): string[] {
  if (partitions.length === 1) return [];
  return partitions
    .filter(({ depth }) => depth > 0)
    .map(({ partition, depth, lag, pending, oldestAgeMs }) =>
      paint(
        "soft",
        `  ${partition}`.padEnd(NAME_WIDTH) +
          short(depth, 8) +
          short(lag ?? "?", 8) +
          short(pending, 11) +
          short(duration(oldestAgeMs), 8),
      ),
    );
}

function delayedLine({ delayed: { count, overdueMs } }: Queue, paint: Paint): string {
  const late =
    overdueMs > 5_000 ? paint("bad", `, the earliest is ${duration(overdueMs)} late`) : "";
  return `${count} wake-ups for later${late}`;
}

/** Ages and tries of the oldest only are known where more is pending. */
function sampleNote({ streams }: Queue, paint: Paint): string[] {
  const partial = streams.filter(({ looked, running, waiting }) => looked < running + waiting);
  if (partial.length === 0) return [];
  const names = partial.map(({ stream }) => stream).join(", ");
  return wrapped(
    `Ages and tries of ${names}: of the 500 oldest in each partition only.`,
    WIDTH,
  ).map((line) => paint("soft", line));
}

/** Right-aligned, at least one space before it: 1234567 → 1M where there is no room for more. */
function short(value: number | string, width: number): string {
  const text = String(value);
  if (typeof value === "string" || text.length < width) return text.padStart(width);
  const rounded = value >= 1e6 ? `${Math.floor(value / 1e6)}M` : `${Math.floor(value / 1e3)}k`;
  return rounded.padStart(width);
}

function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  if (ms < 120_000) return `${Math.round(ms / 1_000)}s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)}min` : `${Math.round(ms / 3_600_000)}h`;
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(last === undefined ? word : `  ${word}`);
  }
  return lines;
}

import type { Span } from "../plain-text.ts";
import {
  durationUnits,
  monthNames,
  relativeDays,
  relativeStretches,
  weekdayNames,
  weekdayShorts,
} from "./calendar-words.ts";

/** A moment, a day or a length of time that a text names. Where it is not clear, all it may mean. */
export type TimeMention = Span &
  (
    | { kind: "clock"; minutes: readonly number[] }
    | { kind: "weekday"; weekday: number }
    /** Month and day as "08-03", with a year as "2026-08-03". */
    | { kind: "date"; dates: readonly string[] }
    | { kind: "month"; month: number }
    | { kind: "relative"; days: number }
    | { kind: "stretch"; name: string }
    | { kind: "duration"; length: string }
  );

const B = "(?<![\\p{L}\\p{M}\\d])";
const E = "(?![\\p{L}\\p{M}\\d])";
const anyOf = (patterns: readonly string[]) =>
  patterns.map((pattern) => `(?:${pattern})`).join("|");
const at = (match: RegExpExecArray): Span => ({
  startsAt: match.index,
  endsAt: match.index + match[0].length,
});
const padded = (number: number) => String(number).padStart(2, "0");

const AT =
  "at|by|around|before|after|until|till|a las?|às|as|hasta las|até as|um|gegen|ab|bis|à|vers|dès|avant|après|alle|dalle|الساعة|ساعة|at around";
const MERIDIEM =
  "(?<meridiem>am|pm|a\\.m\\.?|p\\.m\\.?|uhr(?: früh| morgens| abends| nachmittags)?|बजे|baje|o'?clock|hrs|صباحا|صباحًا|مساء|مساءً|ظهرا|عصرا|(?:de|da|di) (?:la )?(?:tarde|manhã|mañana|noche|noite|madrugada|sera|mattina)|du (?:soir|matin)|de l'après-midi|in the (?:morning|afternoon|evening))";
const CLOCKS = [
  new RegExp(
    `${B}(?<hour>[01]?\\d|2[0-4])(?:[:：]|h ?)(?<minute>[0-5]\\d)(?: ?${MERIDIEM}${E})?${E}`,
    "gu",
  ),
  new RegExp(`${B}(?<hour>[01]?\\d|2[0-4])\\.(?<minute>[0-5]\\d) ?(?:${MERIDIEM}|h)${E}`, "gu"),
  new RegExp(`${B}(?:${AT}) (?<hour>[01]?\\d|2[0-4])\\.(?<minute>[0-5]\\d)${E}(?! ?[%€$£₹])`, "gu"),
  new RegExp(`${B}(?<hour>[01]?\\d|2[0-4]) ?${MERIDIEM}${E}`, "gu"),
  new RegExp(
    `${B}(?:${AT}) (?<hour>[01]?\\d|2[0-4])(?: ?h)?${E}(?=\\s*(?:$|[.,](?!\\d)|[;!?؟)]|(?:on|or|and|o|ou|oder|y|e|et|sharp|tomorrow|today|for|if|this|next|el|am|le|mañana|amanhã|morgen|demain|en punto|passt|works|is|ist|geht|noch|para|pour|für|at|in|suit|है|पर|तक|يوم|${anyOf(weekdayNames)})${E}))`,
    "gu",
  ),
  new RegExp(`${B}(?<hour>1?\\d|2[0-4])h${E}(?! ?(?:de |of |per|pro|por))`, "gu"),
];
const NOON = new RegExp(
  `${B}(?:noon|midday|mediod[ií]a|meio-dia|mittags?|midi|mezzogiorno|दोपहर 12|الظهر)${E}`,
  "gu",
);
const MIDNIGHT = new RegExp(
  `${B}(?:midnight|medianoche|meia-noite|mitternachts?|minuit|mezzanotte|منتصف الليل)${E}`,
  "gu",
);

function clocks(text: string): TimeMention[] {
  const read = CLOCKS.flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match): TimeMention => {
      const { hour, minute = "0", meridiem = "" } = match.groups ?? {};
      return {
        kind: "clock",
        minutes: minutesOf(Number(hour), Number(minute), meridiem),
        ...at(match),
      };
    }),
  );
  const named = [
    ...[...text.matchAll(NOON)].map((match) => ({ minutes: [720], ...at(match) })),
    ...[...text.matchAll(MIDNIGHT)].map((match) => ({ minutes: [0, 1_440], ...at(match) })),
  ].map((mention): TimeMention => ({ kind: "clock", ...mention }));
  return withoutOverlaps([...read, ...named]);
}

/** "3" may be in the night or in the afternoon. */
function minutesOf(hour: number, minute: number, meridiem: string): readonly number[] {
  const minutes = (hours: number) => hours * 60 + minute;
  if (/^p/.test(meridiem)) return [minutes((hour % 12) + 12)];
  if (/^a/.test(meridiem)) return [minutes(hour % 12)];
  if (hour > 12) return [minutes(hour)];
  return [minutes(hour), minutes((hour + 12) % 24)];
}

const weekdayPatterns = weekdayNames.map((names) => new RegExp(`${B}(?:${names})${E}`, "gu"));
const shortPatterns = weekdayShorts.map(
  (names) =>
    new RegExp(
      `${B}(?:${names})${E}(?=\\.?,?(?: ?[-–—/]| \\d| at ))|(?<=[-–—] ?)(?:${names})${E}`,
      "gu",
    ),
);

function weekdays(text: string): TimeMention[] {
  const named = [...weekdayPatterns, ...shortPatterns].flatMap((pattern, index) =>
    [...text.matchAll(pattern)].map((match): TimeMention & { kind: "weekday" } => ({
      kind: "weekday",
      weekday: index % 7,
      ...at(match),
    })),
  );
  return named;
}

const MONTHS = monthNames.map((names) => ({
  dayFirst: new RegExp(
    `${B}(?<day>[0-3]?\\d)(?:st|nd|rd|th|\\.|º|er|ª)? ?(?:de |of |di |d')?(?:${names})${E}(?: (?:de )?(?<year>20\\d\\d))?`,
    "gu",
  ),
  monthFirst: new RegExp(
    `${B}(?:${names}) (?:the )?(?<day>[0-3]?\\d)(?:st|nd|rd|th)?${E}(?!:)(?:,? (?<year>20\\d\\d))?`,
    "gu",
  ),
  alone: new RegExp(
    `${B}(?:in|until|by|from|since|next|in early|in late|en|em|im|ab|bis|à partir de|nel|a|من|في) (?:${names})${E}`,
    "gu",
  ),
}));
const ISO_DATE = /(?<!\d)(?<year>20\d\d)-(?<month>[01]\d)-(?<day>[0-3]\d)(?!\d)/gu;
const NUMERIC_DATE =
  /(?<![\d/.])(?<one>[0-3]?\d)(?<separator>[./-])(?<two>[0-3]?\d)\k<separator>(?<year>20\d\d|\d\d)(?![\d/])/gu;
const SHORT_DATE =
  /(?:(?<![\p{L}\p{M}])(?:on|am|el|le|dia|día|den|vom|il|du|al|تاريخ|يوم|तारीख)(?:[^\S\n]the)? )(?<one>[0-3]?\d)[./](?<two>[0-3]?\d)(?![\d%/])/gu;

function dates(text: string): TimeMention[] {
  const byName = MONTHS.flatMap(({ dayFirst, monthFirst }, month) =>
    [...text.matchAll(dayFirst), ...text.matchAll(monthFirst)].map((match): TimeMention => {
      const { day, year } = match.groups ?? {};
      return { kind: "date", dates: [dateText(year, month + 1, Number(day))], ...at(match) };
    }),
  );
  const byNumber = [ISO_DATE, NUMERIC_DATE, SHORT_DATE].flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match): TimeMention => {
      const { year, month, day, one = month, two = day } = match.groups ?? {};
      const meant = [
        [Number(one), Number(two)],
        ...(month === undefined ? [[Number(two), Number(one)]] : []),
      ] as const;
      const possible = meant.flatMap(([month = 0, day = 0]) =>
        month >= 1 && month <= 12 && day >= 1 && day <= 31 ? [dateText(year, month, day)] : [],
      );
      return { kind: "date", dates: possible, ...at(match) };
    }),
  );
  const months = MONTHS.flatMap(({ alone }, month) =>
    [...text.matchAll(alone)].map((match): TimeMention => ({ kind: "month", month, ...at(match) })),
  );
  return withoutOverlaps([...byName, ...byNumber, ...months]);
}

function dateText(year: string | undefined, month: number, day: number): string {
  const full = year?.length === 2 ? `20${year}` : year;
  return `${full === undefined ? "" : `${full}-`}${padded(month)}-${padded(day)}`;
}

const relativePatterns = relativeDays.map(({ days, pattern }) => ({
  days,
  pattern: new RegExp(`${B}(?:${pattern})${E}`, "gu"),
}));
const stretchPatterns = relativeStretches.map(({ name, pattern }) => ({
  name,
  pattern: new RegExp(`${B}(?:${pattern})${E}`, "gu"),
}));

function relatives(text: string): TimeMention[] {
  const days = relativePatterns.flatMap(({ days, pattern }) =>
    [...text.matchAll(pattern)].map(
      (match): TimeMention => ({ kind: "relative", days, ...at(match) }),
    ),
  );
  const stretches = stretchPatterns.flatMap(({ name, pattern }) =>
    [...text.matchAll(pattern)].map(
      (match): TimeMention => ({ kind: "stretch", name, ...at(match) }),
    ),
  );
  return withoutOverlaps([...days, ...stretches]);
}

const WORKING = "(?:(?:business|working|calendar|full|more) )?";
const WORKING_AFTER = "(?: (?:hábiles|laborables|úteis|ouvrés|lavorativi))?";
const DURATIONS = durationUnits.map(({ unit, names }) => ({
  unit,
  pattern: new RegExp(
    `(?<![\\d.,:])(?<first>\\d+(?:[.,]\\d+)?)(?: ?(?:[-–—]|to|a|bis|à|ou|or|oder|o|से|إلى|ya|या|,)\\s?(?<second>\\d+(?:[.,]\\d+)?))?[\\s-]?${WORKING}(?:${names})${E}${WORKING_AFTER}`,
    "gu",
  ),
}));

function durations(text: string): TimeMention[] {
  return DURATIONS.flatMap(({ unit, pattern }) =>
    [...text.matchAll(pattern)].flatMap((match): TimeMention[] => {
      const { first, second } = match.groups ?? {};
      return [first, second].flatMap((number) =>
        number === undefined
          ? []
          : [
              {
                kind: "duration" as const,
                length: `${Number(number.replace(",", "."))} ${unit}`,
                ...at(match),
              },
            ],
      );
    }),
  );
}

/** Everything in a plain text that says when, or how long, in order. */
export function readTimes(text: string): readonly TimeMention[] {
  const pointed = withoutOverlaps([...dates(text), ...clocks(text)]);
  const lengths = durations(text).filter(
    (length) => !pointed.some((mention) => overlaps(mention, length)),
  );
  return [...pointed, ...weekdays(text), ...relatives(text), ...lengths].sort(
    (one, other) => one.startsAt - other.startsAt,
  );
}

function overlaps(one: Span, other: Span): boolean {
  return one.startsAt < other.endsAt && other.startsAt < one.endsAt;
}

function withoutOverlaps(mentions: readonly TimeMention[]): TimeMention[] {
  return mentions.filter(
    (mention, index) => !mentions.slice(0, index).some((earlier) => overlaps(earlier, mention)),
  );
}

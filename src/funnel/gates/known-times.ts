import { readable } from "../amounts.ts";
import { remembered } from "../remembered.ts";
import { calendarTime, daysLater, weekdayOf } from "./calendar-day.ts";
import { readTimes, type TimeMention } from "./times.ts";

/** When "now" is, and where. */
export interface Here {
  now: Date;
  timeZone: string;
}

/** Every moment and length of time that some texts name, as keys such as "clock 900". */
export type KnownTimes = ReadonlySet<string>;

export const mentionsIn = remembered(
  (text: string) => text,
  (text: string) => {
    const plain = readable(text).text;
    return { plain, mentions: readTimes(plain) };
  },
);

/** The times in texts. `bareHours`: a lone "3" may be an hour, as leads write it. */
export function knownTimes(
  texts: readonly string[],
  here: Here,
  { bareHours = false } = {},
): KnownTimes {
  const keys = texts.flatMap((text) => {
    const { plain, mentions } = mentionsIn(text);
    const hours = bareHours ? (plain.match(/(?<![\d.,])\d{1,2}(?![\d.,]\d|\d)/g) ?? []) : [];
    return [
      ...mentions.flatMap((mention) => keysOf(mention, here)),
      ...spannedWeekdays(plain, mentions),
      ...hours.flatMap((hour) => [
        `clock ${Number(hour) * 60}`,
        `clock ${(Number(hour) + 12) * 60}`,
      ]),
    ];
  });
  return new Set(keys);
}

/** The keys of instants. */
export function instantKeys(instants: readonly string[], { timeZone }: Here): KnownTimes {
  return new Set(
    instants.flatMap((instant) => {
      const { date, minuteOfDay } = calendarTime(new Date(instant), timeZone);
      return [...dateKeys(date), `weekday ${weekdayOf(date)}`, `clock ${minuteOfDay}`];
    }),
  );
}

function dateKeys(date: string): string[] {
  return [`date ${date}`, `date ${date.slice(5)}`, `month ${Number(date.slice(5, 7)) - 1}`];
}

/** All that a mention makes known: "tomorrow" is a date and a weekday too. */
function keysOf(mention: TimeMention, here: Here): string[] {
  switch (mention.kind) {
    case "clock":
      return mention.minutes.map((minute) => `clock ${minute}`);
    case "weekday":
      return [`weekday ${mention.weekday}`];
    case "date":
      return mention.dates.flatMap((date) => [
        ...(date.length > 5 ? dateKeys(date) : [`date ${date}`]),
        `month ${Number(date.slice(-5, -3)) - 1}`,
        `weekday ${weekdayOf(withYear(date, here))}`,
      ]);
    case "month":
      return [`month ${mention.month}`];
    case "relative": {
      const date = daysLater(calendarTime(here.now, here.timeZone).date, mention.days);
      return [`relative ${mention.days}`, ...dateKeys(date), `weekday ${weekdayOf(date)}`];
    }
    case "stretch":
      return [`stretch ${mention.name}`];
    case "duration":
      return [`duration ${mention.length}`];
  }
}

/** The next such day of the calendar. */
function withYear(date: string, { now, timeZone }: Here): string {
  if (date.length > 5) return date;
  const today = calendarTime(now, timeZone).date;
  const year = Number(today.slice(0, 4));
  return `${date < today.slice(5) ? year + 1 : year}-${date}`;
}

const THROUGH =
  /^\.?\s?(?:[-–—]|to|through|till|a|bis|à|até|al|al?|से|إلى|الى)\s?(?:the |el |la |l')?$/u;

/** "Monday to Friday" knows Wednesday. */
function spannedWeekdays(plain: string, mentions: readonly TimeMention[]): string[] {
  const days = mentions.filter((mention) => mention.kind === "weekday");
  return days.flatMap((first, index) => {
    const last = days[index + 1];
    if (!last || !THROUGH.test(plain.slice(first.endsAt, last.startsAt))) return [];
    const length = (last.weekday - first.weekday + 7) % 7;
    return Array.from({ length }, (_, step) => `weekday ${(first.weekday + step) % 7}`);
  });
}

/** Whether known times cover a mention, in one of its meanings. */
export function isKnown(mention: TimeMention, known: KnownTimes, here: Here): boolean {
  if (mention.kind === "relative") {
    const date = daysLater(calendarTime(here.now, here.timeZone).date, mention.days);
    const keys = [`relative ${mention.days}`, `date ${date}`, `date ${date.slice(5)}`];
    return [...keys, `weekday ${weekdayOf(date)}`].some((key) => known.has(key));
  }
  if (mention.kind === "date") {
    return mention.dates.some((date) => {
      const full = withYear(date, here);
      return (
        known.has(`date ${full}`) ||
        (date.length === 5 && known.has(`date ${date}`)) ||
        known.has(`date ${full.slice(5)}`)
      );
    });
  }
  return keysOf(mention, here).some((key) => known.has(key));
}

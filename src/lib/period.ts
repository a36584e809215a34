import { AppError } from "./errors.ts";

/** The part of Temporal in use: Bun has it, TypeScript's own library does not describe it yet. */
declare const Temporal: {
  PlainDate: { from(text: string): PlainDate };
  Instant: { fromEpochMilliseconds(ms: number): { toZonedDateTimeISO(zone: string): ZonedTime } };
};

interface PlainDate {
  readonly dayOfWeek: number;
  add(duration: { days?: number; months?: number }): PlainDate;
  with(fields: { day: number }): PlainDate;
  until(other: PlainDate): { readonly days: number };
  /** The first moment of the date there: not always midnight. */
  toZonedDateTime(zone: string): ZonedTime;
}

interface ZonedTime {
  readonly epochMilliseconds: number;
  readonly offsetNanoseconds: number;
  toPlainDate(): PlainDate;
  getTimeZoneTransition(direction: "next"): ZonedTime | null;
}

export const intervals = ["day", "week", "month"] as const;
export type Interval = (typeof intervals)[number];

/** Longest period anybody may ask for: a year with the month it is compared to. */
const MAX_PERIOD_DAYS = 400;
const USUAL_PERIOD_DAYS = 30;

/** Whole local days of one time zone, from the first moment of `from` to the last of `to`. */
export interface Period {
  /** `YYYY-MM-DD`, both included. */
  from: string;
  to: string;
  /** IANA name. */
  timeZone: string;
  start: Date;
  /** The first moment that is no longer part of it. */
  end: Date;
}

/** A part of a period. Days of 23 or 25 hours are one bucket; the first and last may be cut short. */
export interface Bucket {
  /** Local date on which it begins. */
  date: string;
  start: Date;
  end: Date;
}

/** From `at` on, clocks there are `offsetSeconds` ahead of UTC. */
export interface ClockOffset {
  at: Date;
  offsetSeconds: number;
}

export interface PeriodQuery {
  from?: string | undefined;
  to?: string | undefined;
}

/**
 * The period from one local date to another, both included. Without `to` it ends today, without
 * `from` it has 30 days. Fails with `invalid_input` for what is no date or no zone, for an end before
 * the start, and beyond 400 days.
 */
export function readPeriod({ from, to }: PeriodQuery, timeZone: string, now: Date): Period {
  const today = localDate(now, timeZone);
  const last = to === undefined ? today : dateOf(to, "to");
  const first =
    from === undefined ? last.add({ days: 1 - USUAL_PERIOD_DAYS }) : dateOf(from, "from");
  const days = first.until(last).days + 1;
  if (days < 1) throw refused("The period ends before it begins.");
  if (days > MAX_PERIOD_DAYS) {
    throw refused(`The period has ${days} days; at most ${MAX_PERIOD_DAYS} are counted at once.`);
  }
  return between(first, last, timeZone);
}

/** The local date there, `YYYY-MM-DD`. Fails with `invalid_input` for what is no zone. */
export function localDay(at: Date, timeZone: string): string {
  return String(localDate(at, timeZone));
}

/** As many days as the period has, just before it. */
export function periodBefore({ from, to, timeZone }: Period): Period {
  const [first, last] = [Temporal.PlainDate.from(from), Temporal.PlainDate.from(to)];
  const days = first.until(last).days + 1;
  return between(first.add({ days: -days }), first.add({ days: -1 }), timeZone);
}

/** Parts that cover the period without gap or overlap; weeks begin on Monday. */
export function bucketsOf({ from, to, timeZone }: Period, interval: Interval): Bucket[] {
  const end = Temporal.PlainDate.from(to).add({ days: 1 });
  const buckets: Bucket[] = [];
  for (let date = Temporal.PlainDate.from(from); date.until(end).days > 0; ) {
    const following = earlier(nextStart(date, interval), end);
    const bucket = {
      date: String(date),
      start: firstMoment(date, timeZone),
      end: firstMoment(following, timeZone),
    };
    // A zone that changed sides of the date line has skipped a whole day.
    if (bucket.start < bucket.end) buckets.push(bucket);
    date = following;
  }
  return buckets;
}

/** How far clocks are ahead of UTC in the course of a period, oldest first; never empty. */
export function clockOffsets({ start, end, timeZone }: Period): ClockOffset[] {
  const offsets: ClockOffset[] = [];
  let time: ZonedTime | null = zoned(start, timeZone);
  while (time !== null && (offsets.length === 0 || time.epochMilliseconds < end.getTime())) {
    offsets.push({
      at: new Date(time.epochMilliseconds),
      offsetSeconds: Math.round(time.offsetNanoseconds / 1e9),
    });
    time = time.getTimeZoneTransition("next");
  }
  return offsets;
}

function between(first: PlainDate, last: PlainDate, timeZone: string): Period {
  return {
    from: String(first),
    to: String(last),
    timeZone,
    start: firstMoment(first, timeZone),
    end: firstMoment(last.add({ days: 1 }), timeZone),
  };
}

function nextStart(date: PlainDate, interval: Interval): PlainDate {
  if (interval === "month") return date.with({ day: 1 }).add({ months: 1 });
  return date.add({ days: interval === "week" ? 8 - date.dayOfWeek : 1 });
}

function earlier(one: PlainDate, other: PlainDate): PlainDate {
  return one.until(other).days < 0 ? other : one;
}

function firstMoment(date: PlainDate, timeZone: string): Date {
  return new Date(date.toZonedDateTime(timeZone).epochMilliseconds);
}

function zoned(at: Date, timeZone: string): ZonedTime {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone);
}

function localDate(now: Date, timeZone: string): PlainDate {
  try {
    // An offset such as +05:30 would be taken, but is no zone: it has no daylight-saving time.
    if (/^[A-Za-z]/.test(timeZone)) return zoned(now, timeZone).toPlainDate();
  } catch {
    // Said below.
  }
  throw refused(`timeZone ${JSON.stringify(timeZone)} is no IANA time zone.`);
}

function dateOf(text: string, field: string): PlainDate {
  try {
    return Temporal.PlainDate.from(text);
  } catch {
    throw refused(`${field} ${JSON.stringify(text)} is no date of the calendar.`);
  }
}

function refused(why: string): AppError {
  return new AppError("invalid_input", why);
}

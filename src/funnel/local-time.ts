/** A wall clock's reading in some time zone. */
export interface LocalTime {
  year: number;
  /** 1–12. */
  month: number;
  day: number;
  /** 1 = Monday … 7 = Sunday (ISO 8601). */
  weekday: number;
  /** Of the day, from 0. */
  minute: number;
}

const MINUTE_MS = 60_000;

/** Kept, because making one takes twenty times as long as using it; there are some 600 zones. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** What the wall clocks of a zone (IANA name) show. Throws RangeError for a zone that is none. */
export function localTime(at: Date, timeZone: string): LocalTime {
  const parts = formatOf(timeZone).formatToParts(at);
  const part = (name: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find(({ type }) => type === name)?.value ?? 0);
  const [year, month, day] = [part("year"), part("month"), part("day")];
  return {
    ...{ year, month, day },
    weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay() || 7,
    minute: part("hour") * 60 + part("minute"),
  };
}

/**
 * The instant at which the wall clocks of a zone show that minute of that day; null where they skip
 * it. Of a minute that comes twice, as clocks are put back, it is the first.
 */
export function instantOf(
  { year, month, day }: Pick<LocalTime, "year" | "month" | "day">,
  minute: number,
  timeZone: string,
): Date | null {
  const wallMs = Date.UTC(year, month - 1, day) + minute * MINUTE_MS;
  // The zone's distance from UTC on either side of the moment: one of them holds, or it is skipped.
  const candidates = [-1, 1].map((side) => {
    const near = new Date(wallMs + side * 24 * 60 * MINUTE_MS);
    return wallMs - offsetMs(near, timeZone);
  });
  const fitting = candidates.filter((ms) => ms + offsetMs(new Date(ms), timeZone) === wallMs);
  return fitting.length === 0 ? null : new Date(Math.min(...fitting));
}

/** ISO 8601 with the zone's own offset, as `2026-12-01T15:00-07:00`. */
export function isoWithOffset(at: Date, timeZone: string): string {
  const offset = offsetMs(at, timeZone) / MINUTE_MS;
  const wall = new Date(at.getTime() + offset * MINUTE_MS).toISOString().slice(0, 16);
  const two = (value: number) => String(value).padStart(2, "0");
  const away = Math.abs(offset);
  return `${wall}${offset < 0 ? "-" : "+"}${two(Math.floor(away / 60))}:${two(away % 60)}`;
}

function offsetMs(at: Date, timeZone: string): number {
  const { year, month, day, minute } = localTime(at, timeZone);
  const startOfMinuteMs = Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS;
  return Date.UTC(year, month - 1, day) + minute * MINUTE_MS - startOfMinuteMs;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    ...{ year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" },
    ...{ hourCycle: "h23", calendar: "gregory", numberingSystem: "latn", timeZone },
  });
  formats.set(timeZone, made);
  return made;
}

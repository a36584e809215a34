/** An instant as a wall clock shows it. */
export interface LocalTime {
  /** 0 = Sunday. */
  weekday: number;
  /** "2026-08-03". */
  date: string;
  minuteOfDay: number;
}

/** Kept, because making one takes twenty times as long as using it; there are some 600 zones. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-CA", {
    ...({ year: "numeric", month: "2-digit", day: "2-digit" } as const),
    ...({ hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone } as const),
  });
  formats.set(timeZone, made);
  return made;
}

/** The wall clock in a zone, or in UTC where the zone is unknown. */
export function localTime(instant: Date, timeZone: string): LocalTime {
  const parts = new Map(
    zoned(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? "00";
  const date = `${part("year")}-${part("month")}-${part("day")}`;
  return {
    date,
    weekday: weekdayOf(date),
    minuteOfDay: Number(part("hour")) * 60 + Number(part("minute")),
  };
}

function zoned(timeZone: string): Intl.DateTimeFormat {
  try {
    return formatOf(timeZone);
  } catch {
    return formatOf("UTC");
  }
}

/** 0 = Sunday. `date`: "2026-08-03". */
export function weekdayOf(date: string): number {
  return new Date(`${date}T12:00:00Z`).getUTCDay();
}

/** The date so many days later. */
export function daysLater(date: string, days: number): string {
  const noon = new Date(`${date}T12:00:00Z`).getTime();
  return new Date(noon + days * 86_400_000).toISOString().slice(0, 10);
}

import { type LocalTime, localTime } from "../local-time.ts";

/** An instant as a wall clock shows it. */
interface CalendarTime {
  /** "2026-08-03". */
  date: string;
  minuteOfDay: number;
}

/** The wall clock in a zone, or in UTC where the zone is unknown. */
export function calendarTime(instant: Date, timeZone: string): CalendarTime {
  const { year, month, day, minute } = zoned(instant, timeZone);
  const date = new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10);
  return { date, minuteOfDay: minute };
}

function zoned(instant: Date, timeZone: string): LocalTime {
  try {
    return localTime(instant, timeZone);
  } catch {
    return localTime(instant, "UTC");
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

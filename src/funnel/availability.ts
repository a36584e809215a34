import { instantOf, type LocalTime, localTime } from "./local-time.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

type Day = Omit<LocalTime, "minute">;

/** When a CTA can be had: the same hours each week, in the organization's time zone. */
export interface Availability {
  /** How long one appointment takes. */
  slotMinutes: number;
  /** How far ahead it has to be asked for, at least and at most. */
  noticeMinutes: number;
  daysAhead: number;
  weekly: readonly OpenHours[];
}

interface OpenHours {
  /** 1 = Monday … 7 = Sunday (ISO 8601). */
  weekday: number;
  /** `HH:MM`; an appointment ends at `to` at the latest. */
  from: string;
  to: string;
}

export interface Calendar {
  availability: Availability;
  timeZone: string;
  /** When appointments begin that are already there. */
  taken: readonly Date[];
}

/** Whether an appointment could begin then, were nobody else there. */
export function isOpenAt(
  { availability, timeZone }: Pick<Calendar, "availability" | "timeZone">,
  at: Date,
  now: Date,
): boolean {
  if (!isWithinReach(availability, at, now) || at.getTime() % MINUTE_MS !== 0) return false;
  const { weekday, minute } = localTime(at, timeZone);
  return availability.weekly.some(
    (hours) =>
      hours.weekday === weekday &&
      minuteOf(hours.from) <= minute &&
      minute + availability.slotMinutes <= minuteOf(hours.to),
  );
}

/** Whether two appointments that begin then would be at the same time. */
export function overlaps({ slotMinutes }: Availability, one: Date, other: Date): boolean {
  return Math.abs(one.getTime() - other.getTime()) < slotMinutes * MINUTE_MS;
}

/** The next times that are free, from `from` on, earliest first; at most `limit`. */
export function freeTimes(
  calendar: Calendar,
  { from, now, limit }: { from: Date; now: Date; limit: number },
): Date[] {
  const { availability, timeZone, taken } = calendar;
  const firstDay = localTime(from, timeZone);
  const days = Math.ceil((now.getTime() - from.getTime()) / DAY_MS) + availability.daysAhead + 1;
  const free: Date[] = [];
  for (let ahead = 0; ahead <= days && free.length < limit; ahead += 1) {
    for (const at of slotsOf(availability, dayAfter(firstDay, ahead), timeZone)) {
      if (at < from || !isWithinReach(availability, at, now)) continue;
      const isTaken = [...taken, ...free.slice(-1)].some((one) => overlaps(availability, at, one));
      if (!isTaken) free.push(at);
    }
  }
  return free.slice(0, limit);
}

/** By the calendar, because not every day has 24 hours. */
function dayAfter({ year, month, day }: Day, ahead: number): Day {
  const date = new Date(Date.UTC(year, month - 1, day + ahead));
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay() || 7,
  };
}

/** All appointments of a local day, taken or not, earliest first. */
function slotsOf({ weekly, slotMinutes }: Availability, day: Day, timeZone: string): Date[] {
  return weekly
    .filter(({ weekday }) => weekday === day.weekday)
    .flatMap(({ from, to }) => {
      const last = minuteOf(to) - slotMinutes;
      const count = Math.max(0, Math.floor((last - minuteOf(from)) / slotMinutes) + 1);
      return Array.from({ length: count }, (_, at) => minuteOf(from) + at * slotMinutes);
    })
    .flatMap((minute) => instantOf(day, minute, timeZone) ?? [])
    .sort((one, other) => one.getTime() - other.getTime());
}

function isWithinReach({ noticeMinutes, daysAhead }: Availability, at: Date, now: Date): boolean {
  const aheadMs = at.getTime() - now.getTime();
  return aheadMs >= noticeMinutes * MINUTE_MS && aheadMs <= daysAhead * DAY_MS;
}

/** Of the day; `24:00` is its end. */
export function minuteOf(timeOfDay: string): number {
  const [hour = 0, minute = 0] = timeOfDay.split(":").map(Number);
  return hour * 60 + minute;
}

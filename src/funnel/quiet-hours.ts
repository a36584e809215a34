import { localTime } from "./local-time.ts";

const MINUTE_MS = 60_000;
const MINUTES_OF_DAY = 1_440;

/** The part of the day in which nobody is nudged. */
export interface QuietHours {
  /** Local minutes of the day; the end is no longer quiet, and may lie on the next day. */
  fromMinute: number;
  toMinute: number;
  /** IANA name. */
  timeZone: string;
}

/** The first moment from `instant` on that is not quiet: the instant itself if nothing forbids it. */
export function afterQuietHours(instant: Date, quiet: QuietHours | null): Date {
  if (quiet === null) return instant;
  const minute = localTime(instant, quiet.timeZone).minute;
  if (!isQuiet(minute, quiet)) return instant;
  const startOfMinuteMs = Math.floor(instant.getTime() / MINUTE_MS) * MINUTE_MS;
  const end = new Date(startOfMinuteMs + minutesUntil(quiet.toMinute, minute) * MINUTE_MS);
  // Where the clock was changed meanwhile, the local end lies beside what was counted.
  const ahead = minutesUntil(quiet.toMinute, localTime(end, quiet.timeZone).minute);
  const change = ahead > MINUTES_OF_DAY / 2 ? ahead - MINUTES_OF_DAY : ahead;
  return new Date(end.getTime() + change * MINUTE_MS);
}

function minutesUntil(minute: number, from: number): number {
  return (minute - from + MINUTES_OF_DAY) % MINUTES_OF_DAY;
}

function isQuiet(minute: number, { fromMinute, toMinute }: QuietHours): boolean {
  return fromMinute <= toMinute
    ? fromMinute <= minute && minute < toMinute
    : fromMinute <= minute || minute < toMinute;
}

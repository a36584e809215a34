/// <reference lib="dom" />
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const clockTime = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "short" });
const shortDay = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const longDay = new Intl.DateTimeFormat(undefined, {
  weekday: "long",
  day: "numeric",
  month: "long",
});
const fullTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** Hours and minutes of an instant. */
export function timeOfDay(at: string): string {
  return clockTime.format(new Date(at));
}

/** As short as it can be told apart: a time today, a weekday this week, else a day. */
export function shortTime(at: string, nowMs: number): string {
  const date = new Date(at);
  if (date.toDateString() === new Date(nowMs).toDateString()) return clockTime.format(date);
  return nowMs - date.getTime() < 6 * DAY_MS ? weekday.format(date) : shortDay.format(date);
}

/** A moment not far from now, as short as it is clear: the time alone today, else with its day. */
export function nearTime(at: string, nowMs: number): string {
  const date = new Date(at);
  const time = clockTime.format(date);
  if (date.toDateString() === new Date(nowMs).toDateString()) return time;
  const isNear = Math.abs(nowMs - date.getTime()) < 6 * DAY_MS;
  return `${isNear ? weekday.format(date) : shortDay.format(date)} ${time}`;
}

/** The day of an instant, for the line between two days of a chat. */
export function dayName(at: string): string {
  return longDay.format(new Date(at));
}

export function dateAndTime(at: string): string {
  return fullTime.format(new Date(at));
}

/** A length of time in its largest one or two units: `3 d`, `23 h 10 min`, `4 min`, `12 s`. */
export function duration(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.max(0, Math.round(ms / 1000))} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  if (ms < 2 * DAY_MS) {
    const minutes = Math.floor((ms % HOUR_MS) / MINUTE_MS);
    return `${Math.floor(ms / HOUR_MS)} h${minutes === 0 ? "" : ` ${minutes} min`}`;
  }
  return `${Math.floor(ms / DAY_MS)} d`;
}

/** An exact decimal of dollars, with as many places as it takes to see the first two digits. */
export function usd(amount: string): string {
  const value = Number(amount);
  const places = value >= 1 || value === 0 ? 2 : Math.min(6, 1 - Math.floor(Math.log10(value)));
  return `$${value.toFixed(places)}`;
}

const languages = new Intl.DisplayNames(undefined, { type: "language", fallback: "code" });
const LANGUAGE_TAG = /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/;

/** A language by its tag, in the reader's words; the tag itself where it is none. */
export function languageName(tag: string): string {
  return LANGUAGE_TAG.test(tag) ? (languages.of(tag) ?? tag) : tag;
}

/** Up to two initials for a picture; `#` where there is no letter. */
export function initials(name: string): string {
  const letters = name.split(/\s+/u).flatMap((word) => /\p{L}/u.exec(word)?.[0] ?? []);
  const both = [letters[0], letters.length > 1 ? letters.at(-1) : undefined];
  return both.join("").toUpperCase() || "#";
}

/** One of six tones, the same each time for the same id. */
export function toneOf(id: string): number {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.charCodeAt(0)) % 6_007;
  return sum % 6;
}

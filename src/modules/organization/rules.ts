import { AppError } from "../../lib/errors.ts";
import type { Organization, OrganizationEdit } from "./model.ts";

/** Refuses with `invalid_input` what no schema can say about these settings together. */
export function checkSettings(settings: Organization): void {
  const { website, quietHours, debounce } = settings;
  if (website !== null && !URL.canParse(website)) throw refused("website is no address.");
  if (quietHours !== null && quietHours.from === quietHours.to) {
    throw refused("quietHours.from and to are the same: that would be never or always.");
  }
  if (debounce.quietCapMs < debounce.quietMs) {
    throw refused("debounce.quietCapMs is below quietMs: no wait could last that long.");
  }
}

/** The language tag in its one spelling (`pt-br` → `pt-BR`). Fails with `invalid_input`. */
export function canonicalLanguage(language: string): string {
  try {
    const [canonical] = Intl.getCanonicalLocales(language);
    if (canonical !== undefined) return canonical;
  } catch {
    // Said below.
  }
  throw refused(`language ${JSON.stringify(language)} is no BCP 47 tag.`);
}

/** Fails with `invalid_input` unless JavaScript knows the zone by a name. */
export function checkTimeZone(timeZone: string): void {
  try {
    // An offset such as +05:30 is accepted here, and means the opposite to Postgres.
    if (/^[A-Za-z]/.test(timeZone)) return void new Intl.DateTimeFormat("en", { timeZone });
  } catch {
    // Said below.
  }
  throw unknownTimeZone(timeZone);
}

export function unknownTimeZone(timeZone: string): AppError {
  return refused(`timeZone ${JSON.stringify(timeZone)} is no IANA time zone.`);
}

/** Minutes of the day of both ends, as they are stored. */
export function quietMinutes(quietHours: OrganizationEdit["quietHours"]): {
  from: number | null;
  to: number | null;
} {
  const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  if (!quietHours) return { from: null, to: null };
  return { from: minutes(quietHours.from), to: minutes(quietHours.to) };
}

function refused(why: string): AppError {
  return new AppError("invalid_input", why);
}

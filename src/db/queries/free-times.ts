import { type Availability, freeTimes } from "../../funnel/availability.ts";
import type { Db } from "../client.ts";
import { type TimesOf, takenTimes } from "./taken-times.ts";

const DAY_MS = 86_400_000;

/**
 * The next free times of a CTA, earliest first; `times` is null where it has no calendar. Undefined
 * where there is no such CTA.
 */
export async function findFreeTimes(
  db: Db,
  subject: TimesOf,
  look: { from: Date; now: Date; limit: number },
): Promise<{ timeZone: string; times: Date[] | null } | undefined> {
  const cta = await db.first<{ availability: Availability | null; timeZone: string }>`
    select t.availability, o.time_zone from ctas t join organizations o on o.id = t.organization_id
    where t.organization_id = ${subject.organizationId} and t.id = ${subject.ctaId}`;
  if (!cta) return undefined;
  const { availability, timeZone } = cta;
  if (availability === null) return { timeZone, times: null };
  // An appointment that began the day before may still be running.
  const from = new Date(look.from.getTime() - DAY_MS);
  const until = new Date(look.now.getTime() + (availability.daysAhead + 1) * DAY_MS);
  const taken = await takenTimes(db, subject, { from, until });
  return { timeZone, times: freeTimes({ availability, timeZone, taken }, look) };
}

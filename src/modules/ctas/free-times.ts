import type { Db } from "../../db/client.ts";
import { takenTimes } from "../../db/queries/taken-times.ts";
import { type Availability, freeTimes } from "../../funnel/availability.ts";
import { instantOf } from "../../http/plugins/instants.ts";
import { AppError } from "../../lib/errors.ts";
import type { FreeTimesQuery } from "./model.ts";

const DAY_MS = 86_400_000;

/** The next free times of a CTA. Fails with `not_found`, and `conflict` where it has no calendar. */
export async function listFreeTimes(
  db: Db,
  { organizationId, ctaId, now }: { organizationId: string; ctaId: string; now: Date },
  query: FreeTimesQuery,
): Promise<{ timeZone: string; data: string[] }> {
  const cta = await db.first<{ availability: Availability | null; timeZone: string }>`
    select a.availability, o.time_zone from ctas a join organizations o on o.id = a.organization_id
    where a.organization_id = ${organizationId} and a.id = ${ctaId}`;
  if (!cta) throw new AppError("not_found", "There is no such CTA.", { id: ctaId });
  const { availability, timeZone } = cta;
  if (availability === null) {
    throw new AppError("conflict", "This CTA has no availability: people settle its times.");
  }
  const { from: asked, limit = 20 } = query;
  const from = asked === undefined ? now : instantOf(asked);
  const until = new Date(now.getTime() + (availability.daysAhead + 1) * DAY_MS);
  const subject = { organizationId, ctaId };
  const taken = await takenTimes(db, subject, { from: new Date(from.getTime() - DAY_MS), until });
  const free = freeTimes({ availability, timeZone, taken }, { from, now, limit });
  return { timeZone, data: free.map((at) => at.toISOString()) };
}

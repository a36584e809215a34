import type { Db } from "../../db/client.ts";
import { findFreeTimes } from "../../db/queries/free-times.ts";
import { instantOf } from "../../http/plugins/instants.ts";
import { AppError } from "../../lib/errors.ts";
import type { FreeTimesQuery } from "./model.ts";

/** The next free times of a CTA. Fails with `not_found`, and `conflict` where it has no calendar. */
export async function listFreeTimes(
  db: Db,
  { now, ...subject }: { organizationId: string; ctaId: string; now: Date },
  { from, limit = 20 }: FreeTimesQuery,
): Promise<{ timeZone: string; data: string[] }> {
  const look = { from: from === undefined ? now : instantOf(from), now, limit };
  const found = await findFreeTimes(db, subject, look);
  if (!found) throw new AppError("not_found", "There is no such CTA.", { id: subject.ctaId });
  const { timeZone, times } = found;
  if (times === null) {
    throw new AppError("conflict", "This CTA has no availability: people settle its times.");
  }
  return { timeZone, data: times.map((at) => at.toISOString()) };
}

import { t } from "elysia";
import type { Db, Parameter } from "../db/client.ts";
import { Instant } from "../http/plugins/fields.ts";
import type { Clock } from "../lib/clock.ts";
import { AppError } from "../lib/errors.ts";
import { type Bucket, intervals, type Period, readPeriod } from "../lib/period.ts";

const LocalDate = (description: string) =>
  t.String({ pattern: "^20[0-9]{2}-[0-9]{2}-[0-9]{2}$", description, examples: ["2026-11-01"] });

/** Which days a report is about, in its query. */
export const periodFields = {
  from: t.Optional(LocalDate("First day, a local date. Without it: 30 days.")),
  to: t.Optional(LocalDate("Last day, a local date, included. Without it: today.")),
  timeZone: t.Optional(
    t.String({
      minLength: 1,
      maxLength: 64,
      description: "IANA name: where days begin and end. Without it: the organization's.",
      examples: ["America/Denver"],
    }),
  ),
};

export const intervalField = t.Optional(
  t.UnionEnum(intervals, {
    description: "Length of a bucket: `day`, `week` (from Monday) or `month`. Without it: `day`.",
  }),
);

export const PeriodQuery = t.Object(periodFields);
export type PeriodQuery = typeof PeriodQuery.static;

export const SeriesQuery = t.Object({ ...periodFields, interval: intervalField });
export type SeriesQuery = typeof SeriesQuery.static;

export const ReportPeriod = t.Object(
  {
    from: t.String({ description: "First day." }),
    to: t.String({ description: "Last day, included." }),
    timeZone: t.String(),
    start: Instant,
    end: t.String({ format: "date-time", description: "The first moment after the period." }),
  },
  { title: "ReportPeriod", description: "Whole local days; 400 at most." },
);

/** What each bucket of a series says of itself. */
export const bucketFields = {
  date: t.String({ description: "Local date on which it begins." }),
  start: Instant,
  end: Instant,
};

export interface Report {
  db: Db;
  organizationId: string;
  period: Period;
}

/** The period that a query means. Fails with `invalid_input` as `readPeriod` does. */
export async function reportOf(
  { db, clock }: { db: Db; clock: Clock },
  { organizationId }: { organizationId: string },
  query: PeriodQuery,
): Promise<Report> {
  const timeZone = query.timeZone ?? (await zoneOf(db, organizationId));
  return { db, organizationId, period: readPeriod(query, timeZone, clock.now()) };
}

async function zoneOf(db: Db, organizationId: string): Promise<string> {
  const found = await db.first<{ timeZone: string }>`
    select time_zone from organizations where id = ${organizationId}`;
  if (!found) throw new AppError("not_found", "There is no such organization.");
  return found.timeZone;
}

export function shownPeriod({ start, end, ...rest }: Period) {
  return { ...rest, start: start.toISOString(), end: end.toISOString() };
}

/** Whether the column's instant lies in the period. `column` is static SQL. */
export function within(db: Db, column: string, { start, end }: Pick<Period, "start" | "end">) {
  const sql = db.fragment(column);
  return db.part`(${sql} >= ${start} and ${sql} < ${end})`;
}

/** In which bucket the column's instant lies, counted from 1. Its row has to be in the period. */
export function bucketNo(db: Db, column: string, buckets: readonly Bucket[]): Parameter {
  const starts = buckets.map(({ start }) => start.toISOString());
  // The subselect makes Postgres read the list once and not for every row.
  return db.part`width_bucket(${db.fragment(column)}, (select ${starts}::text[]::timestamptz[]))`;
}

/** One entry for each bucket, whether or not there are rows for it. */
export function perBucket<Row extends { bucket: number }, Entry extends object>(
  buckets: readonly Bucket[],
  rows: readonly Row[],
  entryOf: (rows: readonly Row[]) => Entry,
) {
  const byBucket = Map.groupBy(rows, ({ bucket }) => bucket);
  return buckets.map(({ date, start, end }, at) => ({
    date,
    start: start.toISOString(),
    end: end.toISOString(),
    ...entryOf(byBucket.get(at + 1) ?? []),
  }));
}

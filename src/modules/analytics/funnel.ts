import type { Db } from "../../db/client.ts";
import { type Stage, stages } from "../../funnel/lead.ts";
import { bucketsOf, type Interval } from "../../lib/period.ts";
import { bucketNo, perBucket, type Report, shownPeriod, within } from "../period.ts";
import { type FunnelReport, rateOf, tally } from "./model.ts";

type StageCounts = Record<Stage, number>;

interface CohortRow {
  bucket: number;
  created: number;
  now: StageCounts;
  reached: StageCounts;
}

/** Each stage is a bit, so that all a conversation ever was in is one number. Static SQL. */
const bit = (column: string) => `(1 << (array_position('{${stages}}'::text[], ${column}) - 1))`;

/** The counts of shapes for which `which` holds, by stage. */
const counts = (which: (stage: Stage, no: number) => string) =>
  `jsonb_build_object(${stages.map(
    (stage, no) => `'${stage}', coalesce(sum(n) filter (where ${which(stage, no)}), 0)`,
  )})`;

const NOW = counts((stage) => `stage = '${stage}'`);
const REACHED = counts((_, no) => `was & ${1 << no} > 0`);

/** Where conversations created in the period are, ever were, and by which moves they got there. */
export async function readFunnel(report: Report, interval: Interval): Promise<FunnelReport> {
  const buckets = bucketsOf(report.period, interval);
  const [rows, moves] = await Promise.all([cohortRows(report, interval), moveRows(report)]);
  const none = { created: 0, now: tally(stages, []), reached: tally(stages, []) };
  const cohorts = perBucket(buckets, rows, ([row]) =>
    row ? { created: row.created, now: row.now, reached: row.reached } : none,
  );
  const total = (pick: (row: CohortRow) => number) => rows.reduce((sum, row) => sum + pick(row), 0);
  const created = total((row) => row.created);
  const reached = (stage: Stage) => total((row) => row.reached[stage]);
  return {
    period: shownPeriod(report.period),
    created,
    stages: stages.map((stage) => ({
      stage,
      now: total((row) => row.now[stage]),
      reached: reached(stage),
      reachedRate: rateOf(reached(stage), created),
    })),
    moves: moves.map((move) => ({ ...move, rate: rateOf(move.conversations, reached(move.from)) })),
    cohorts,
  };
}

/** A stage change is younger than its conversation, so those before the period need not be read. */
const sinceStart = (db: Db, { organizationId, period }: Report) =>
  db.part`s.organization_id = ${organizationId} and s.created_at >= ${period.start}`;

async function cohortRows(report: Report, interval: Interval): Promise<CohortRow[]> {
  const { db, organizationId, period } = report;
  const sql = db.fragment;
  return await db.rows<CohortRow>`
    with cohort as (
      select c.id, c.stage, ${bucketNo(db, "c.created_at", bucketsOf(period, interval))} as bucket
      from conversations c
      where c.organization_id = ${organizationId} and ${within(db, "c.created_at", period)}
    ), moved as (
      select s.conversation_id,
        bit_or(${sql(bit("s.from_stage"))} | ${sql(bit("s.to_stage"))}) as was
      from stage_changes s where ${sinceStart(db, report)}
      group by s.conversation_id
    ), shapes as (
      select k.bucket, k.stage, coalesce(m.was, 0) | ${sql(bit("k.stage"))} as was, count(*) as n
      from cohort k left join moved m on m.conversation_id = k.id
      group by 1, 2, 3
    )
    select bucket, sum(n)::int as created, ${sql(NOW)} as now, ${sql(REACHED)} as reached
    from shapes group by bucket`;
}

async function moveRows(report: Report) {
  const { db, organizationId, period } = report;
  return await db.rows<{ from: Stage; to: Stage; conversations: number }>`
    select s.from_stage as from, s.to_stage as to,
      count(distinct s.conversation_id) as conversations
    from stage_changes s
    join conversations c on c.organization_id = s.organization_id and c.id = s.conversation_id
    where ${sinceStart(db, report)} and c.organization_id = ${organizationId}
      and ${within(db, "c.created_at", period)}
    group by 1, 2 order by 3 desc, 1, 2`;
}

import { type Stage, stages } from "../../funnel/lead.ts";
import { bucketsOf, type Interval } from "../../lib/period.ts";
import { bucketNo, perBucket, type Report, shownPeriod, within } from "../period.ts";
import { type FunnelReport, rateOf, tally } from "./model.ts";

type StageCounts = Record<Stage, number>;

interface Cohort {
  bucket: number;
  created: number;
  now: StageCounts;
  reached: StageCounts;
}

interface Move {
  from: Stage;
  to: Stage;
  conversations: number;
}

const COUNT = stages.length;

/** Where a stage stands in the list, from 0. Static SQL. */
const no = (column: string) => `(array_position('{${stages}}'::text[], ${column}) - 1)`;

/** Every move has a bit, so that all moves of a conversation are one int8. */
const MOVE_BIT = `(1::int8 << (${COUNT} * ${no("s.from_stage")} + ${no("s.to_stage")}))`;

/** The bits of all moves into a stage and out of it. */
function bitsOf(stage: number): bigint {
  const others = stages.keys().filter((other) => other !== stage);
  return others.reduce(
    (bits, other) =>
      bits | (1n << BigInt(COUNT * stage + other)) | (1n << BigInt(COUNT * other + stage)),
    0n,
  );
}

/** Conversations in shapes for which `which` holds, by stage. */
const counts = (which: (stage: Stage, at: number) => string) =>
  `jsonb_build_object(${stages.map(
    (stage, at) => `'${stage}', coalesce(sum(n) filter (where ${which(stage, at)}), 0)`,
  )})`;

const NOW = counts((stage) => `stage = '${stage}'`);
const REACHED = counts((stage, at) => `stage = '${stage}' or moves & ${bitsOf(at)} <> 0`);

/** Where conversations created in the period are, ever were, and by which moves they got there. */
export async function readFunnel(report: Report, interval: Interval): Promise<FunnelReport> {
  const buckets = bucketsOf(report.period, interval);
  const { cohorts, moves } = await countFunnel(
    report,
    bucketNo(report.db, "c.created_at", buckets),
  );
  const total = (pick: (cohort: Cohort) => number) =>
    cohorts.reduce((sum, cohort) => sum + pick(cohort), 0);
  const created = total((cohort) => cohort.created);
  const reached = (stage: Stage) => total((cohort) => cohort.reached[stage]);
  const none = { created: 0, now: tally(stages, []), reached: tally(stages, []) };
  return {
    period: shownPeriod(report.period),
    created,
    stages: stages.map((stage) => ({
      stage,
      now: total((cohort) => cohort.now[stage]),
      reached: reached(stage),
      reachedRate: rateOf(reached(stage), created),
    })),
    moves: moves.map((move) => ({ ...move, rate: rateOf(move.conversations, reached(move.from)) })),
    cohorts: perBucket(buckets, cohorts, ([cohort]) => {
      const { bucket: _, ...found } = cohort ?? { bucket: 0, ...none };
      return found;
    }),
  };
}

/** A stage change is younger than its conversation, so those before the period need not be read. */
async function countFunnel(
  { db, organizationId, period }: Report,
  bucket: ReturnType<typeof bucketNo>,
): Promise<{ cohorts: Cohort[]; moves: Move[] }> {
  const sql = db.fragment;
  const found = await db.first<{ cohorts: Cohort[]; moves: Move[] }>`
    with moved as (
      select s.conversation_id, bit_or(${sql(MOVE_BIT)}) as moves from stage_changes s
      where s.organization_id = ${organizationId} and s.created_at >= ${period.start}
      group by s.conversation_id
    ), shapes as (
      select ${bucket} as bucket, c.stage, coalesce(m.moves, 0) as moves, count(*) as n
      from conversations c left join moved m on m.conversation_id = c.id
      where c.organization_id = ${organizationId} and ${within(db, "c.created_at", period)}
      group by 1, 2, 3
    ), cohorts as (
      select bucket, sum(n) as created, ${sql(NOW)} as now, ${sql(REACHED)} as reached
      from shapes group by bucket
    ), made as (
      select f.stage as "from", t.stage as "to", sum(n) as conversations
      from unnest(${[...stages]}::text[]) with ordinality f (stage, no)
      cross join unnest(${[...stages]}::text[]) with ordinality t (stage, no)
      join shapes on f.no <> t.no
        and moves & (1::int8 << (${COUNT} * (f.no - 1) + t.no - 1)::int) <> 0
      group by 1, 2 order by 3 desc, 1, 2
    )
    select (select coalesce(jsonb_agg(cohorts), '[]') from cohorts) as cohorts,
      (select coalesce(jsonb_agg(made), '[]') from made) as moves`;
  return found ?? { cohorts: [], moves: [] };
}

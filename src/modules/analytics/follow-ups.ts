import { EXCHANGED } from "../../db/queries/reports.ts";
import { type Report, shownPeriod, within } from "../period.ts";
import { type FollowUpsReport, rateOf } from "./model.ts";

/** What came later is not put down to the nudge. No ladder of nudges is longer either. */
const MAX_EFFECT = "interval '31 days'";

interface StepRow {
  step: number;
  sent: number;
  answered: number;
  moved: number;
  won: number;
}

/**
 * What nudges of the period led to. A stage move counts for the last nudge before it, and only if the
 * lead answered that one. Our own rows are compared by `created_at`: `sent_at` is business time.
 */
export async function readFollowUps(report: Report): Promise<FollowUpsReport> {
  const steps = await stepRows(report);
  const total = (pick: (row: StepRow) => number) => steps.reduce((sum, row) => sum + pick(row), 0);
  return {
    period: shownPeriod(report.period),
    total: withRate({
      sent: total((row) => row.sent),
      answered: total((row) => row.answered),
      moved: total((row) => row.moved),
      won: total((row) => row.won),
    }),
    steps: steps.map(({ step, ...row }) => ({ step, ...withRate(row) })),
  };
}

function withRate<Row extends { sent: number; answered: number }>(row: Row) {
  return { ...row, answeredRate: rateOf(row.answered, row.sent) };
}

async function stepRows({ db, organizationId, period }: Report): Promise<StepRow[]> {
  const sql = db.fragment;
  return await db.rows<StepRow>`
    with ladder as (
      select m.conversation_id, m.seq, m.sent_at, m.created_at,
        row_number() over (partition by m.conversation_id, m.seen_wake_seq order by m.seq) as step,
        least(m.created_at + ${sql(MAX_EFFECT)},
          lead(m.created_at) over (partition by m.conversation_id order by m.seq)) as until
      from messages m
      where m.organization_id = ${organizationId} and m.seen_wake_seq is not null
        and m.${sql(EXCHANGED)}
        and m.sent_at >= ${period.start}::timestamptz - ${sql(MAX_EFFECT)}
        and m.sent_at < ${period.end}::timestamptz + ${sql(MAX_EFFECT)}
    ), nudges as (
      select n.*, (
        select m.author from messages m
        where m.organization_id = ${organizationId} and m.conversation_id = n.conversation_id
          and m.seq > n.seq and m.${sql(EXCHANGED)}
        order by m.seq limit 1) is not distinct from 'lead' as answered
      from ladder n where ${within(db, "n.sent_at", period)}
    )
    select least(n.step, 50)::int as step, count(*) as sent,
      count(*) filter (where n.answered) as answered,
      count(*) filter (where s.moved) as moved, count(*) filter (where s.won) as won
    from nudges n
    left join lateral (
      select bool_or(s.to_stage not in ('lost', 'ghosted')) as moved,
        bool_or(s.to_stage = 'closed') as won
      from stage_changes s
      where n.answered and s.organization_id = ${organizationId}
        and s.conversation_id = n.conversation_id
        and s.created_at > n.created_at and s.created_at < n.until) s on true
    group by 1 order by 1`;
}

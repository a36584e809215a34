import type { Db } from "../../db/client.ts";
import { AppError } from "../../lib/errors.ts";
import type { BudgetUsage } from "./model.ts";

interface Row {
  timeZone: string;
  day: BudgetUsage["day"];
  month: BudgetUsage["month"];
}

/** How far back the pace is taken that a month's end is reckoned from. */
const PACE = "interval '7 days'";

/** One period's figures, from state `b` and the limit of organization `o`. Static SQL. */
const figures = (period: "day" | "month", limit: string) => `
  'from', today.${period}::text, 'limitUsd', trim_scale(o.${limit})::text,
  'spentUsd', trim_scale(now_${period}.spent)::text,
  'reservedUsd', trim_scale(now_${period}.reserved)::text,
  'leftUsd', case when o.${limit} is not null then trim_scale(
    greatest(o.${limit} - now_${period}.spent - now_${period}.reserved, 0))::text end`;

const state = (period: "day" | "month") => `
  cross join lateral (select
    case when b.${period} >= today.${period} then b.${period}_spent else 0 end as spent,
    case when b.${period} >= today.${period} then b.${period}_reserved else 0 end as reserved) now_${period}`;

/** What is spent, held back and left of the budgets, and where the month will end at the present pace. */
export async function readBudget(db: Db, organizationId: string): Promise<BudgetUsage> {
  const sql = db.fragment;
  const row = await db.first<Row>`
    select o.time_zone, jsonb_build_object(${sql(figures("day", "daily_budget"))}) as day,
      jsonb_build_object(${sql(figures("month", "monthly_budget"))},
        'projectedUsd', round(now_month.spent + pace.per_second * greatest(0, extract(epoch from
          (today.month + interval '1 month') at time zone o.time_zone - now()))::numeric, 2)::text
      ) as month
    from organizations o
    cross join lateral (select (now() at time zone o.time_zone)::date as day,
      date_trunc('month', now() at time zone o.time_zone)::date as month) today
    left join llm_budgets b on b.organization_id = o.id
    ${sql(state("day"))}
    ${sql(state("month"))}
    cross join lateral (
      select coalesce(sum(u.cost), 0) / extract(epoch from greatest(interval '1 day',
        least(${sql(PACE)}, now() - min(u.quarter_at))))::numeric as per_second
      from llm_usage u
      where u.organization_id = o.id and u.quarter_at > now() - ${sql(PACE)}) pace
    where o.id = ${organizationId}`;
  if (!row) throw new AppError("not_found", "There is no such organization.");
  return row;
}

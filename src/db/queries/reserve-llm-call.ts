import type { CallBounds, LlmCall } from "../../funnel/turn.ts";
import type { Db } from "../client.ts";
import { RAISE } from "./alerts.ts";
import { usdText } from "./llm-budget.ts";
import { inForce, WORST_COST } from "./llm-price.ts";
import {
  BOUND_COLUMNS,
  boundsOf,
  type LlmCallSubject,
  RECORD_COLUMNS,
  recordOf,
} from "./llm-record.ts";

/** Above every deadline of a call: one that has not ended by then never will. */
const EXPIRES_AFTER = "interval '5 minutes'";

/**
 * Holds back all that a call can cost, before it is made; false: that no longer fits into the budget of
 * the organization's day or month. One guarded upsert of one row decides, so any number of workers at
 * once stay within it. A model of unknown price is held back at the dearest price there is: refusing
 * it would silence every chat for a missing row, and letting it pass would make the limit none.
 * `call` is the record that is written if nobody ever hears how it ended.
 */
export async function reserveLlmCall(
  db: Db,
  subject: LlmCallSubject,
  call: LlmCall,
  bounds: CallBounds,
): Promise<boolean> {
  const sql = db.fragment;
  const record = recordOf(subject, call);
  const row = await db.first<{ granted: boolean }>`
    with given as (
      select * from jsonb_to_record(${db.json(record)}) as x(${sql(RECORD_COLUMNS)})
    ), worst as (
      select max(usd) filter (where own) as own_usd, max(usd) as dearest_usd from (
        select ${sql(WORST_COST)} as usd,
          p.provider = g.provider and g.request_model ~ p.model_pattern as own
        from given g, llm_prices p,
          jsonb_to_record(${db.json(boundsOf(bounds))}) as k(${sql(BOUND_COLUMNS)})
        where ${sql(inForce("g.started_at"))} and p.min_input_tokens <= k.input_tokens) priced
    ), wanted as (
      select o.id as organization_id, o.daily_budget, o.monthly_budget, today.day,
        date_trunc('month', today.day)::date as month, worst.own_usd,
        coalesce(worst.own_usd, worst.dearest_usd) as usd
      from given g join organizations o on o.id = g.organization_id
      cross join lateral (select (now() at time zone o.time_zone)::date as day) today
      cross join worst
    ), granted as (
      ${sql(GRANT)}
    ), held as (
      insert into llm_reservations (organization_id, id, day, month, usd, worst_usd, record, expires_at)
      select b.organization_id, ${call.id}, b.day, b.month, coalesce(w.usd, 0), w.own_usd,
        ${db.json(record)}, now() + ${sql(EXPIRES_AFTER)}
      from granted b, wanted w
    ), found as (
      ${sql(USED_UP)}
    ), ${sql(RAISE)}
    select exists (select 1 from granted) as granted`;
  return row?.granted ?? false;
}

/** What the period's column holds once a new period has begun: nothing. `b` is the row as it is. */
const now = (period: "day" | "month", column: string) =>
  `case when excluded.${period} > b.${period} then 0 else b.${period}_${column} end`;

const fits = (period: "day" | "month", budget: string) => `coalesce(
  ${now(period, "spent")} + ${now(period, "reserved")} + excluded.${period}_reserved
    <= (select ${budget} from wanted), true)`;

/**
 * A day never ends early or begins again because the time zone was changed: it only goes forward.
 * Where not even the dearest price is known, nothing fits into a budget.
 */
const GRANT = `insert into llm_budgets as b (organization_id, day, day_spent, day_reserved, month,
    month_spent, month_reserved)
  select organization_id, day, 0, coalesce(usd, 0), month, 0, coalesce(usd, 0) from wanted
  where coalesce(usd <= daily_budget, daily_budget is null)
    and coalesce(usd <= monthly_budget, monthly_budget is null)
  on conflict (organization_id) do update set
    day = greatest(b.day, excluded.day), day_spent = ${now("day", "spent")},
    day_reserved = ${now("day", "reserved")} + excluded.day_reserved,
    month = greatest(b.month, excluded.month), month_spent = ${now("month", "spent")},
    month_reserved = ${now("month", "reserved")} + excluded.month_reserved
  where ${fits("day", "daily_budget")} and ${fits("month", "monthly_budget")}
  returning b.*`;

/** The budgets that had no room, as alerts: each once in its period, and once more if it is changed. */
const USED_UP = `select w.organization_id, gen_random_uuid() as id, null::uuid as integration_id,
    'budget_spent' as kind, 'critical' as severity,
    'Nothing more fits into the model''s ' || l.period || ' budget of ' || ${usdText("l.budget")} || ': '
      || ${usdText("l.spent")} || ' is spent, ' || ${usdText("l.reserved")}
      || ' is held back for calls that run. A cheaper fallback model is taken while its calls fit; then the bot says the holding line and calls people. Raise the budget, or wait for the next '
      || l.unit || '.' as text,
    concat_ws('/', 'budget_spent', l.period, l.since, l.budget) as digest
  from wanted w left join llm_budgets b on b.organization_id = w.organization_id
  cross join lateral (
    select 'daily' as period, 'day' as unit, w.day as since, w.daily_budget as budget,
      case when b.day >= w.day then b.day_spent else 0 end as spent,
      case when b.day >= w.day then b.day_reserved else 0 end as reserved
    union all
    select 'monthly', 'month', w.month, w.monthly_budget,
      case when b.month >= w.month then b.month_spent else 0 end,
      case when b.month >= w.month then b.month_reserved else 0 end) l
  where not exists (select 1 from granted)
    and coalesce(l.spent + l.reserved + w.usd > l.budget, l.budget is not null)`;

/** The two budgets of organization `o`, with what state `b` of `llm_budgets` holds. Static SQL. */
export const BUDGET_LIMITS = (b: string) => `
  select 'daily' as period, o.daily_budget as budget, ${b}.day as since, ${b}.day_spent as spent,
    ${b}.day_reserved as reserved
  union all
  select 'monthly', o.monthly_budget, ${b}.month, ${b}.month_spent, ${b}.month_reserved`;

/** An amount as people write it. Static SQL. */
export const usdText = (amount: string) => `'$' || to_char(${amount}, 'FM999999990.00')`;

import { FREE_SERVICE_MESSAGES } from "../../whatsapp/fees.ts";

/** The rank of `delivered` on the scale of `receiptRank`: what is not delivered costs nothing. */
const DELIVERED = 3;

/**
 * CTE `fees_due`: receipts of `found` that decide a message's fee, one for each message that has none.
 * Locks the messages, so that of two reports at once one decides. Static SQL.
 */
export const FEES_DUE = `deciding as (
    select distinct on (f.found_id) f.* from found f
    where f.found_direction = 'out' and f.fee_day is not null and f.rank >= ${DELIVERED}
    order by f.found_id, f.rank, f.fee_day
  ), fees_due as (
    select d.*, m.conversation_id, date_trunc('month', d.fee_day)::date as fee_month,
      m.attempts = 0 as by_phone_app, d.fee_counts and m.attempts > 0 as counts,
      coalesce(d.country, (select upper(left(c.bsuid, 2)) from conversations c
        where c.organization_id = m.organization_id and c.id = m.conversation_id)) as to_country
    from deciding d join messages m on m.organization_id = d.organization_id and m.id = d.found_id
    where m.priced_at is null
    order by m.id for update of m
  )`;

/**
 * CTE `fees` from `fees_due`, rows of `message_fees`: free is what Meta calls so, what a person typed
 * in the phone app, and the number's first service messages of the month, in the order in which they
 * are reported; the rest costs the rate of the day. The month's count is one row, so those who come at
 * once count after each other.
 */
export const FEES = `used as (
    insert into fee_allowances (organization_id, integration_id, month, used)
    select organization_id, integration_id, fee_month, count(*) from fees_due where counts
    group by 1, 2, 3 order by 1, 2, 3
    on conflict (organization_id, integration_id, month)
      do update set used = fee_allowances.used + excluded.used
    returning *
  ), placed as (
    select d.*, row_number() over siblings as place, count(*) over month_of_number as siblings
    from fees_due d
    window month_of_number as (partition by organization_id, integration_id, fee_month, counts),
      siblings as (month_of_number order by found_id)
  ), judged as (
    select p.*, coalesce(p.counts and u.used - p.siblings + p.place <= ${FREE_SERVICE_MESSAGES}, false)
      as allowance
    from placed p left join used u on p.counts and u.organization_id = p.organization_id
      and u.integration_id = p.integration_id and u.month = p.fee_month
  ), fees as (
    insert into message_fees (organization_id, message_id, conversation_id, integration_id, category,
      type, model, country, day, allowance, usd, rate_id)
    select j.organization_id, j.found_id, j.conversation_id, j.integration_id,
      j.pricing ->> 'category', j.pricing ->> 'type', j.pricing ->> 'pricing_model', j.to_country,
      j.fee_day, j.allowance,
      case when j.by_phone_app or j.fee_free or j.allowance then 0 else r.usd end,
      case when not (j.by_phone_app or j.fee_free or j.allowance) then r.id end
    from judged j
    left join lateral (
      select r.id, r.usd from message_rates r
      where j.to_country is not null and r.country in (j.to_country, '*')
        and r.category = j.fee_category and r.valid_from <= j.fee_day
        and (r.valid_to is null or r.valid_to > j.fee_day)
      order by r.country = '*', r.valid_from desc limit 1) r on true
    on conflict do nothing
  )`;

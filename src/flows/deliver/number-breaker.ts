import { RECOVERED_AT, REST_MS, TRIAL_MS, UNCLEAR_TO_OPEN } from "../../funnel/number-breaker.ts";

/**
 * The rule of `funnel/number-breaker` over rows of `integrations`, as static SQL: each step is part of
 * the statement that makes it true. A test plays both and compares.
 */

/** Whether something may go out over the number `n`; also true for one whose breaker is closed. */
export const mayClaim = (n: string) =>
  `(${n}.stopped_at is null
    and (coalesce(${n}.paused_until, now()) <= now() or coalesce(${n}.send_credits, 0) > 0))`;

const isClosed = (n: string) =>
  `(${n}.unknown_streak < ${UNCLEAR_TO_OPEN} and ${n}.send_credits is null)`;

/** How many messages of the number `n` may be tried at once; null: as many as one likes. */
export const roomOf = (n: string) =>
  `case when not ${isClosed(n)} then greatest(1, coalesce(${n}.send_credits, 1)) end`;

/**
 * Takes the place of one send in every row `claim` (organization_id, integration_id): returns a row if
 * it may go. The lock of a number is taken only while its breaker is not closed. Of several that come
 * at once, each sees what the one before it left.
 */
export const takePlace = (claim: string) => `
  passed as (
    update integrations n set paused_until = now() + interval '${TRIAL_MS} milliseconds',
      send_credits = case when n.send_credits is not null then greatest(0, n.send_credits - 1) end
    from ${claim} claim
    where n.organization_id = claim.organization_id and n.id = claim.integration_id
      and not ${isClosed("n")} and ${mayClaim("n")}
    returning n.id
  ), free as (
    select n.id from integrations n, ${claim} claim
    where n.organization_id = claim.organization_id and n.id = claim.integration_id
      and ${isClosed("n")} and ${mayClaim("n")}
    union all select id from passed
  )`;

/** Meta answered the messages in `answered`. Writes nothing while all is well. */
export const afterAnswer = (answered: string) => `
  update integrations n set unknown_streak = 0,
    send_credits = case when ${recovers("n")} then null else coalesce(n.send_credits, 0) + 2 end,
    paused_until = case when ${recovers("n")} then null else n.paused_until end,
    breaker_opened_at = case when ${recovers("n")} then null else n.breaker_opened_at end
  from (select distinct organization_id, integration_id from ${answered}) answered
  where n.organization_id = answered.organization_id and n.id = answered.integration_id
    and (n.unknown_streak > 0 or n.send_credits is not null)`;

function recovers(n: string): string {
  return `(${isClosed(n)} or coalesce(${n}.send_credits, 0) + 2 >= ${RECOVERED_AT})`;
}

/** Nobody knows what became of the messages in `unclear`, or they could not leave. */
export const afterUnclear = (unclear: string) => `
  update integrations n set
    unknown_streak = case when ${isClosed("n")} then n.unknown_streak + 1
      else least(1000, greatest(${UNCLEAR_TO_OPEN}, n.unknown_streak + 1)) end,
    paused_until = case when ${opens("n")} then now() + interval '${REST_MS} milliseconds'
      else n.paused_until end,
    breaker_opened_at = case when ${opens("n")} then coalesce(n.breaker_opened_at, now()) end,
    send_credits = null
  from (select distinct organization_id, integration_id from ${unclear}) unclear
  where n.organization_id = unclear.organization_id and n.id = unclear.integration_id`;

function opens(n: string): string {
  return `(not ${isClosed(n)} or ${n}.unknown_streak + 1 >= ${UNCLEAR_TO_OPEN})`;
}

import type { Db } from "../../db/client.ts";

/** Rows of each kind removed in one pass: each is found by its index, and none are there mostly. */
const BATCH = 500;

/** What no longer opens anything. Invitations stay for a month, so that the team sees what became of them. */
export async function removeExpiredAccess(db: Db): Promise<void> {
  await db.rows`
    delete from live_tickets where token_hash in (
      select token_hash from live_tickets where expires_at < now() - interval '1 minute'
      order by expires_at limit ${BATCH})`;
  await db.rows`
    delete from password_resets where token_hash in (
      select token_hash from password_resets where expires_at < now()
      order by expires_at limit ${BATCH})`;
  await db.rows`
    delete from invitations where (organization_id, id) in (
      select organization_id, id from invitations
      where accepted_at is null and expires_at < now() - interval '30 days'
      order by expires_at limit ${BATCH})`;
  // With a ticket that is still there, however that came about: it would hold up all the others.
  await db.rows`
    with gone as (
      select organization_id, id from sessions where expires_at < now() - interval '1 day'
      order by expires_at limit ${BATCH} for update skip locked
    ), tickets as (
      delete from live_tickets t using gone g
      where t.organization_id = g.organization_id and t.session_id = g.id
    )
    delete from sessions s using gone g
    where s.organization_id = g.organization_id and s.id = g.id`;
}

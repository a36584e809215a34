import type { Parameter } from "../../db/client.ts";
import { leadMatches } from "../../db/queries/lead-search.ts";
import type { Transaction } from "../../db/transaction.ts";

export type Reader = Pick<Transaction, "rows" | "part" | "fragment">;

/** So many leads are looked up one by one; with more, the inbox's own order meets some soon enough. */
const FEW_LEADS = 1_000;

/** Of the newest conversations so many show whether a word is frequent: then a page is soon full. */
const SAMPLE = 500;
const FREQUENT = 15;

/**
 * What was typed as a condition over conversation `c` and its lead `l`. Rare words are found through the
 * trigram index, frequent ones by walking the inbox: each way alone is slow for the other's.
 */
export async function searched(
  db: Reader,
  organizationId: string,
  typed: string,
): Promise<{ condition: Parameter }> {
  if (typed.trim().replace(/^@/, "") === "") return { condition: db.fragment("true") };
  const matches = leadMatches(db, typed);
  if (await isFrequent(db, organizationId, matches)) return { condition: matches };
  const found = await db.rows<{ id: string }>`
    select l.id from leads l where l.organization_id = ${organizationId} and ${matches}
    limit ${FEW_LEADS + 1}`;
  if (found.length > FEW_LEADS) return { condition: matches };
  return { condition: db.part`c.lead_id = any(${found.map(({ id }) => id)}::uuid[])` };
}

async function isFrequent(
  db: Reader,
  organizationId: string,
  matches: Parameter,
): Promise<boolean> {
  const found = await db.rows`
    select true from (
      select c.organization_id, c.lead_id from conversations c
      where c.organization_id = ${organizationId} and c.ended_at is null
        and c.last_message_at is not null
      order by c.last_message_at desc, c.id desc limit ${SAMPLE}) c
    cross join lateral (select l.* from leads l
      where l.organization_id = c.organization_id and l.id = c.lead_id limit 1) l
    where ${matches} limit ${FREQUENT}`;
  return found.length === FREQUENT;
}

import type { Db, Parameter } from "../../db/client.ts";
import { leadMatches } from "../../db/queries/lead-search.ts";

/** So many leads are looked up one by one; with more, the inbox's own order meets some soon enough. */
const FEW_LEADS = 1_000;

/**
 * What was typed as a condition over conversation `c` and its lead `l`. Rare words are found through the
 * trigram index, frequent ones by walking the inbox: each way alone is slow for the other's.
 */
export async function searched(
  db: Db,
  organizationId: string,
  typed: string,
): Promise<{ condition: Parameter }> {
  if (typed.trim().replace(/^@/, "") === "") return { condition: db.fragment("true") };
  const matches = leadMatches(db, typed);
  const found = await db.rows<{ id: string }>`
    select l.id from leads l where l.organization_id = ${organizationId} and ${matches}
    limit ${FEW_LEADS + 1}`;
  if (found.length > FEW_LEADS) return { condition: matches };
  return { condition: db.part`c.lead_id = any(${found.map(({ id }) => id)}::uuid[])` };
}

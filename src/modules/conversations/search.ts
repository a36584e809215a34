import type { Db, Parameter } from "../../db/client.ts";

/** So many leads are looked up one by one; with more, the inbox's own order meets some soon enough. */
const FEW_LEADS = 1_000;

/** What a search looks for, and the leads that have it if they are few. */
export interface Search {
  /** Patterns for LIKE in which what was typed stands for itself. Null matches nothing. */
  text: string;
  phone: string | null;
  leadIds: string[] | null;
}

/**
 * Prepares a search; undefined when nothing was typed. Rare words are found through the trigram
 * indexes, frequent ones by walking the inbox: each way alone is slow for the other's.
 */
export async function prepareSearch(
  db: Db,
  organizationId: string,
  typed: string,
): Promise<Search | undefined> {
  const word = typed.trim().replace(/^@/, "");
  if (word === "") return undefined;
  const text = `%${word.replaceAll(/[\\%_]/g, "\\$&")}%`;
  const phone = phonePattern(word);
  const found = await db.rows<{ id: string }>`
    (select l.id from leads l
      where l.organization_id = ${organizationId} and l.search_text like lower(${text})
      limit ${FEW_LEADS + 1})
    union all
    (select i.lead_id from lead_identities i
      where i.organization_id = ${organizationId} and i.kind = 'phone' and i.ended_at is null
        and i.value like ${phone}
      limit ${FEW_LEADS + 1})`;
  const leadIds = found.length <= FEW_LEADS ? found.map(({ id }) => id) : null;
  return { text, phone, leadIds };
}

/** The search as a condition over conversation `c` and its lead `l`. */
export function matches(db: Db, { text, phone, leadIds }: Search): Parameter {
  if (leadIds !== null) return db.part`c.lead_id = any(${leadIds}::uuid[])`;
  const name = db.part`l.search_text like lower(${text})`;
  if (phone === null) return name;
  return db.part`(${name} or exists (
    select 1 from lead_identities i
    where i.organization_id = c.organization_id and i.lead_id = c.lead_id and i.kind = 'phone'
      and i.ended_at is null and i.value like ${phone}))`;
}

/** Null: what was typed is no part of a number. */
function phonePattern(typed: string): string | null {
  const digits = typed.replaceAll(/[\s()+./-]/g, "");
  return /^\d{3,}$/.test(digits) ? `%${digits}%` : null;
}

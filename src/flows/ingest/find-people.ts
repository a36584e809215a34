import type { Db } from "../../db/client.ts";
import { phoneVariants } from "../../whatsapp/phone-variants.ts";

/**
 * One person on one number, as a webhook named them. At least one of phone and BSUID is there, unless it is
 * known which lead it is.
 */
export interface Person {
  organizationId: string;
  integrationId: string;
  leadId: string | null;
  phone: string | null;
  bsuid: string | null;
  name: string | null;
  username: string | null;
  referral: unknown;
}

export interface Found {
  no: number;
  leadId: string | null;
  conversationId: string | null;
  /** Found by a BSUID that is the lead's no more: it is a late message, under old addresses. */
  isFormer: boolean;
  lacksPhone: boolean;
  lacksBsuid: boolean;
  /** The phone is another lead's so far. */
  hasForeignPhone: boolean;
  nameChanged: boolean;
}

/** What is known of each person, in the order of `people`. */
export function findPeople(db: Db, people: readonly Person[]): Promise<Found[]> {
  return db.rows<Found>`
    select p.no, w.lead_id, c.id as conversation_id, w.is_former,
      p.lead_id is null and not w.is_former and p.phone is not null and f.lead_id is null
        as lacks_phone,
      p.lead_id is null and not w.is_former and p.bsuid is not null and b.lead_id is null
        as lacks_bsuid,
      p.lead_id is null and not w.is_former and f.lead_id is not null
        and f.lead_id is distinct from w.lead_id as has_foreign_phone,
      l.id is not null and (p.name is distinct from l.name and p.name is not null
          and not l.named_by_team
        or p.username is distinct from l.username and p.username is not null) as name_changed
    from jsonb_to_recordset(${db.json(numbered(people))}) as p(
      no int, organization_id uuid, integration_id uuid, lead_id uuid, phone text, phones text[],
      bsuid text, name text, username text)
    join integrations i on i.organization_id = p.organization_id and i.id = p.integration_id
    left join lateral (select lead_id from lead_identities
      where organization_id = p.organization_id and kind = 'bsuid' and scope = i.portfolio_id
        and value = p.bsuid and ended_at is null limit 1) b on true
    left join lateral (${db.fragment(EARLIER_BSUID)}) e on true
    left join lateral (select x.lead_id, p.bsuid is not null and b.lead_id is null and exists (
          select 1 from lead_identities o
          where o.organization_id = x.organization_id and o.lead_id = x.lead_id
            and o.kind = 'bsuid' and o.scope = i.portfolio_id and o.ended_at is null) as is_others
      from lead_identities x
      where x.organization_id = p.organization_id and x.kind = 'phone' and x.scope = ''
        and x.value = any(p.phones) and x.ended_at is null
      order by x.value = p.phone desc limit 1) f on true
    cross join lateral (select
      coalesce(p.lead_id, b.lead_id, e.lead_id, case when not f.is_others then f.lead_id end)
        as lead_id,
      coalesce(e.is_former, false) as is_former) w
    left join lateral (select id, name, username, named_by_team from leads
      where organization_id = p.organization_id and id = w.lead_id limit 1) l on true
    left join lateral (select id from conversations
      where organization_id = p.organization_id and lead_id = w.lead_id
        and integration_id = p.integration_id limit 1) c on true
    order by p.no`;
}

/**
 * Looked for only when nobody has the BSUID now: who had it, or who has the one that took its place or
 * whose place it took, each in a lookup of its own: joined, the planner reads all. `is_former`: the message is a late one, and teaches nothing new.
 */
const EARLIER_BSUID = `select * from (
    select o.lead_id, true as is_former, o.ended_at from lead_identities o
    where o.organization_id = p.organization_id and o.kind = 'bsuid' and o.scope = i.portfolio_id
      and o.value = p.bsuid and o.ended_at is not null
    union all
    select o.lead_id, v.is_former, null from (
        select current as bsuid, true as is_former from bsuid_moves
        where organization_id = p.organization_id and scope = i.portfolio_id
          and previous = p.bsuid
        union all
        select previous, false from bsuid_moves
        where organization_id = p.organization_id and scope = i.portfolio_id
          and current = p.bsuid
      ) v cross join lateral (select lead_id from lead_identities
        where organization_id = p.organization_id and kind = 'bsuid' and scope = i.portfolio_id
          and value = v.bsuid and ended_at is null limit 1) o
  ) known where b.lead_id is null and p.lead_id is null
  order by ended_at desc nulls first limit 1`;

function numbered(people: readonly Person[]): object[] {
  return people.map((person, no) => ({
    ...snakeKeys({ ...person, referral: null }),
    phones: person.phone === null ? [] : phoneVariants(person.phone),
    no,
  }));
}

/** Names as Postgres's records have them. */
export function snakeKeys(record: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
}

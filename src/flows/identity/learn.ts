import type { Db } from "../../db/client.ts";
import { leadNews, outboxEvents, outboxInsert } from "../../db/queries/public-state.ts";
import type { LiveEvent } from "../../lib/events.ts";
import { newId } from "../../lib/ids.ts";
import { phoneVariants } from "../../whatsapp/phone-variants.ts";

/** What a lead is known by from now on. */
export interface IdentityFact {
  organizationId: string;
  /** The business portfolio that the BSUID belongs to. */
  scope: string;
  leadId: string;
  phone: string | null;
  bsuid: string | null;
  /** Its earlier phone, or BSUID of the portfolio, are its own no more. */
  replaces: boolean;
  /** WhatsApp shows that the phone is this lead's: another lead that had it has it no more. */
  takesPhone: boolean;
}

/**
 * Writes a fact down; facts end, they are not overwritten. Another living lead that has the phone or the
 * BSUID is never joined: each is named to the other as maybe the same, and people decide. Written
 * twice it changes nothing. Locks leads by id, then conversations.
 */
export async function learnIdentity(db: Db, fact: IdentityFact): Promise<LiveEvent[]> {
  const sql = db.fragment;
  const row = await db.first<{ events: LiveEvent[] }>`
    with fact as (
      select * from jsonb_to_record(${db.json(columns(fact))}) as x(organization_id uuid, scope text,
        lead_id uuid, phone text, phones text[], bsuid text, replaces bool, takes bool,
        phone_id uuid, bsuid_id uuid)
    ), holders as (
      select i.lead_id, i.kind, i.value from fact x join lead_identities i
        on i.organization_id = x.organization_id and i.kind = 'phone' and i.scope = ''
          and i.value = any(x.phones) and i.ended_at is null
      union all
      select i.lead_id, i.kind, i.value from fact x join lead_identities i
        on i.organization_id = x.organization_id and i.kind = 'bsuid' and i.scope = x.scope
          and i.value = x.bsuid and i.ended_at is null
    ), living as (
      select l.organization_id, l.id, l.id = x.lead_id as is_own from fact x join leads l
        on l.organization_id = x.organization_id
          and l.id = any(array(select x.lead_id union select lead_id from holders))
      where l.erased_at is null and l.merged_into is null
      order by l.id for update of l
    ), own as (
      select x.* from fact x where exists (select 1 from living where is_own)
    ), ended as (${sql(ENDED)}), added as (${sql(ADDED)}), known as (${sql(KNOWN)}),
    addressed as (${sql(ADDRESSED)}), news as (
      ${sql(outboxInsert(leadNews("lead.updated", "known")))}
    )
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}

const ENDED = `update lead_identities i set ended_at = now() from own x
  where i.organization_id = x.organization_id and i.ended_at is null and i.lead_id in (
      select id from living)
    and (i.lead_id = x.lead_id and x.replaces
        and (i.kind = 'phone' and x.phone is not null and i.value <> all(x.phones)
          or i.kind = 'bsuid' and x.bsuid is not null and i.scope = x.scope and i.value <> x.bsuid)
      or i.lead_id <> x.lead_id and x.takes and i.kind = 'phone' and i.value = any(x.phones))
  returning i.*`;

/** After `ended`, which may free the value for this lead. */
const ADDED = `insert into lead_identities (organization_id, id, lead_id, kind, scope, value)
  select x.organization_id, x.phone_id, x.lead_id, 'phone', '', x.phone
  from own x cross join (select count(*) from ended) done
  where x.phone is not null and not exists (select 1 from holders h
    where h.kind = 'phone' and (h.lead_id = x.lead_id or not x.takes))
  union all
  select x.organization_id, x.bsuid_id, x.lead_id, 'bsuid', x.scope, x.bsuid
  from own x where x.bsuid is not null and not exists (select 1 from holders h
    where h.kind = 'bsuid')
  on conflict do nothing
  returning lead_identities.*`;

/** The lead, and those it may be the same person as. */
const KNOWN = `update leads l set version = l.version + 1,
    phones = case when w.phones_change then array_to_string(array(
      select p from unnest(string_to_array(l.phones, ' ')) p
      where p <> all(array(select value from ended where lead_id = l.id and kind = 'phone'))
        and p <> ''
      union all select value from added where lead_id = l.id and kind = 'phone'), ' ')
      else l.phones end,
    has_bsuid = exists (select 1 from added where kind = 'bsuid' and lead_id = l.id)
      or exists (select 1 from lead_identities i
        where i.organization_id = l.organization_id and i.lead_id = l.id and i.kind = 'bsuid'
          and i.ended_at is null and i.id not in (select id from ended)),
    maybe_same_as = coalesce(w.other_id, l.maybe_same_as)
  from (
    select v.organization_id, v.id,
      exists (select 1 from ended where lead_id = v.id and kind = 'phone')
        or exists (select 1 from added where lead_id = v.id and kind = 'phone') as phones_change,
      exists (select 1 from ended where lead_id = v.id)
        or exists (select 1 from added where lead_id = v.id) as changes,
      case when v.is_own then (select o.id from living o where not o.is_own order by o.id limit 1)
        else (select x.lead_id from own x) end as other_id
    from living v
  ) w
  where l.organization_id = w.organization_id and l.id = w.id
    and (w.changes or w.other_id is distinct from l.maybe_same_as and w.other_id is not null)
  returning l.*`;

/** Chats go on under the new address; a BSUID is one only in its own portfolio. */
const ADDRESSED = `update conversations c set
    phone = case when c.phone is null or c.phone in (select value from ended where kind = 'phone')
      then coalesce(a.phone, c.phone) else c.phone end,
    bsuid = case when n.portfolio_id = a.scope
        and (c.bsuid is null or c.bsuid in (select value from ended where kind = 'bsuid'))
      then coalesce(a.bsuid, c.bsuid) else c.bsuid end
  from (
    select x.organization_id, x.lead_id, x.scope, max(d.value) filter (where d.kind = 'phone') as phone,
      max(d.value) filter (where d.kind = 'bsuid') as bsuid
    from own x join added d on d.lead_id = x.lead_id
    group by x.organization_id, x.lead_id, x.scope
  ) a, integrations n
  where c.organization_id = a.organization_id and c.lead_id = a.lead_id and c.ended_at is null
    and n.organization_id = c.organization_id and n.id = c.integration_id`;

function columns(fact: IdentityFact): object {
  return {
    organization_id: fact.organizationId,
    scope: fact.scope,
    lead_id: fact.leadId,
    phone: fact.phone,
    phones: fact.phone === null ? [] : phoneVariants(fact.phone),
    bsuid: fact.bsuid,
    replaces: fact.replaces,
    takes: fact.takesPhone,
    phone_id: newId(),
    bsuid_id: newId(),
  };
}

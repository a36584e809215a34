import type { Db } from "../../db/client.ts";
import { erasedFingerprint } from "../../db/queries/erased-fingerprint.ts";
import { leadNews, outboxEvent, outboxInsert } from "../../db/queries/public-state.ts";
import { AppError } from "../../lib/errors.ts";
import type { LiveEvent } from "../../lib/events.ts";
import { newId } from "../../lib/ids.ts";
import { learnShownPhone } from "../identity/told.ts";
import { type Found, findPeople, type Person, snakeKeys } from "./find-people.ts";

export interface Resolved {
  leadId: string;
  conversationId: string;
  /** The message came under addresses that are the lead's no more. */
  isFormer: boolean;
}

/** A person's identities may be written by two workers at once; the loser looks again. */
const MAX_ROUNDS = 3;

/**
 * Finds each person's lead and conversation, creating what is missing. A BSUID decides over a phone
 * number, also one the lead had before; an unknown one makes a phone's lead somebody else, if that lead
 * has another (numbers are given to new people). Two leads are never joined here. Answers in the
 * order of `people`, with the live events of the leads that were made, renamed or found out about.
 */
export async function resolvePeople(
  db: Db,
  people: readonly Person[],
): Promise<{ resolved: Resolved[]; events: LiveEvent[] }> {
  const events: LiveEvent[] = [];
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const found = await findPeople(db, people);
    const resolved = found.map(toResolved).filter((one) => one !== undefined);
    const incomplete = found.filter(
      (one) => toResolved(one) === undefined || one.lacksPhone || one.lacksBsuid,
    );
    if (incomplete.length > 0) events.push(...(await create(db, people, incomplete)));
    const renamed = found.filter((one) => one.nameChanged);
    if (renamed.length > 0) events.push(...(await rename(db, people, renamed)));
    if (resolved.length === people.length) {
      return { resolved, events: [...events, ...(await movePhones(db, people, found))] };
    }
  }
  throw new AppError("conflict", "Leads kept changing while they were looked up; try again.", {
    people: people.length,
  });
}

async function movePhones(
  db: Db,
  people: readonly Person[],
  found: readonly Found[],
): Promise<LiveEvent[]> {
  const events: LiveEvent[] = [];
  for (const { no, leadId, hasForeignPhone } of found) {
    const person = people[no];
    if (!hasForeignPhone || leadId === null || !person || person.phone === null) continue;
    events.push(...(await learnShownPhone(db, person, leadId, person.phone)));
  }
  return events;
}

function toResolved(found: Found): Resolved | undefined {
  const { leadId, conversationId, isFormer } = found;
  if (leadId === null || conversationId === null) return undefined;
  return { leadId, conversationId, isFormer };
}

/**
 * One statement: the first identity that is not taken yet brings its lead into being, the other
 * identity and the conversation follow. Whatever somebody else wrote first is left alone, and the
 * next round finds it. A lead that was found is locked first: if it was merged or erased meanwhile,
 * nothing is attached to it, and the next round finds who has the identity now.
 */
async function create(
  db: Db,
  people: readonly Person[],
  incomplete: readonly Found[],
): Promise<LiveEvent[]> {
  const wanted = incomplete.map((found) => ({
    ...people[found.no],
    phone: found.lacksPhone ? people[found.no]?.phone : null,
    bsuid: found.lacksBsuid ? people[found.no]?.bsuid : null,
    address_phone: people[found.no]?.phone,
    address_bsuid: people[found.no]?.bsuid,
    referral: people[found.no]?.referral ?? null,
    lead_id: found.leadId,
    new_lead_id: newId(),
    phone_identity_id: newId(),
    bsuid_identity_id: newId(),
    new_conversation_id: newId(),
  }));
  const sql = db.fragment;
  const created = await db.rows<{ event: LiveEvent }>`
    with people as (
      select p.*, i.portfolio_id
      from jsonb_to_recordset(${db.json(wanted.map(snakeKeys))}) as p(
        organization_id uuid, integration_id uuid, phone text, bsuid text, name text,
        username text, referral jsonb, lead_id uuid, new_lead_id uuid, phone_identity_id uuid,
        bsuid_identity_id uuid, new_conversation_id uuid, address_phone text, address_bsuid text)
      join integrations i on i.organization_id = p.organization_id and i.id = p.integration_id
    ), first_identity as (
      insert into lead_identities (organization_id, id, lead_id, kind, scope, value)
      select organization_id, case when phone is null then bsuid_identity_id else phone_identity_id end,
        new_lead_id, case when phone is null then 'bsuid' else 'phone' end,
        case when phone is null then portfolio_id else '' end, coalesce(phone, bsuid)
      from people where lead_id is null
      on conflict do nothing
      returning organization_id, lead_id
    ), living as (
      select l.id from leads l
      where (l.organization_id, l.id) in (select organization_id, lead_id from people)
        and l.erased_at is null and l.merged_into is null
      order by l.id for update of l
    ), owned as (
      select p.*, coalesce(l.id, n.lead_id) as owner_id, (
        select max(e.opted_out_at) from erased_opt_outs e
        where e.organization_id = p.organization_id and e.fingerprint in (
          ${sql(erasedFingerprint("p.organization_id", "'phone'", "p.phone"))},
          ${sql(erasedFingerprint("p.organization_id", "'bsuid'", "p.bsuid"))})
        ) as opted_out_at
      from people p left join living l on l.id = p.lead_id
        left join first_identity n on n.lead_id = p.new_lead_id
    ), other_identity as (
      insert into lead_identities (organization_id, id, lead_id, kind, scope, value)
      select organization_id, bsuid_identity_id, owner_id, 'bsuid', portfolio_id, bsuid
      from owned where owner_id is not null and bsuid is not null
        and (phone is not null or lead_id is not null)
      union all
      select organization_id, phone_identity_id, owner_id, 'phone', '', phone
      from owned where lead_id is not null and owner_id is not null and phone is not null
      on conflict do nothing
      returning organization_id, lead_id, kind, value
    ), known_by as (
      select organization_id, lead_id, bool_or(kind = 'bsuid') as has_bsuid,
        coalesce(string_agg(value, ' ') filter (where kind = 'phone'), '') as phones
      from other_identity group by organization_id, lead_id
    ), new_leads as (
      insert into leads (organization_id, id, name, username, source, referral, phones, has_bsuid)
      select o.organization_id, o.new_lead_id, o.name, o.username,
        case when o.referral is null then 'organic' else 'ad' end, o.referral,
        coalesce(o.phone, ''), o.phone is null or coalesce(k.has_bsuid, false)
      from owned o left join known_by k on k.lead_id = o.new_lead_id
      where o.lead_id is null and o.owner_id is not null
      returning *
    ), usernames as (
      insert into lead_identities (organization_id, id, lead_id, kind, scope, value)
      select organization_id, gen_random_uuid(), id, 'username', id::text, username
      from new_leads where username is not null
    ), better_known as (
      update leads l set phones = btrim(l.phones || ' ' || k.phones),
        has_bsuid = l.has_bsuid or k.has_bsuid, version = l.version + 1
      from known_by k join living on living.id = k.lead_id
      where l.organization_id = k.organization_id and l.id = k.lead_id
      returning l.*
    ), new_conversations as (
      insert into conversations (organization_id, id, lead_id, integration_id, phone, bsuid,
        opted_out_at)
      select organization_id, new_conversation_id, owner_id, integration_id, address_phone,
        address_bsuid, opted_out_at
      from owned where owner_id is not null
      on conflict do nothing
    ), news as (
      ${sql(outboxInsert(leadNews("lead.created", "new_leads"), leadNews("lead.updated", "better_known")))}
    )
    select ${sql(outboxEvent("news"))} as event from news`;
  return created.map((row) => row.event);
}

async function rename(
  db: Db,
  people: readonly Person[],
  renamed: readonly Found[],
): Promise<LiveEvent[]> {
  const names = renamed.map((found) => ({
    organization_id: people[found.no]?.organizationId,
    lead_id: found.leadId,
    name: people[found.no]?.name ?? null,
    username: people[found.no]?.username ?? null,
  }));
  const changed = await db.rows<{ event: LiveEvent }>`
    with changed as (
      update leads l
      set name = case when l.named_by_team then l.name else coalesce(n.name, l.name) end,
        username = coalesce(n.username, l.username), version = l.version + 1
      from (
        select distinct on (lead_id) * from jsonb_to_recordset(${db.json(names)}) as x(
          organization_id uuid, lead_id uuid, name text, username text)
        order by lead_id
      ) n
      where l.organization_id = n.organization_id and l.id = n.lead_id
        and l.erased_at is null and l.merged_into is null
      returning l.*
    ), former_names as (
      update lead_identities i set ended_at = now() from changed l
      where i.organization_id = l.organization_id and i.lead_id = l.id and i.kind = 'username'
        and i.ended_at is null and i.value <> l.username
    ), usernames as (
      insert into lead_identities (organization_id, id, lead_id, kind, scope, value)
      select organization_id, gen_random_uuid(), id, 'username', id::text, username
      from changed where username is not null
      on conflict do nothing
    ), news as (
      ${db.fragment(outboxInsert(leadNews("lead.updated", "changed")))}
    )
    select ${db.fragment(outboxEvent("news"))} as event from news`;
  return changed.map((row) => row.event);
}

import type { Db } from "../../db/client.ts";
import { utc } from "../../db/queries/public-state.ts";
import type { InboundContent } from "../../whatsapp/inbound-content.ts";

export interface ConversationKey {
  organizationId: string;
  conversationId: string;
}

/** A change of another message as it is stored, in column names. */
export interface ChangeRow {
  organization_id: string;
  integration_id: string;
  conversation_id: string;
  id: string;
  wamid: string;
  target_wamid: string;
  author: "lead" | "human";
  kind: "reaction" | "edit" | "revoke";
  content: InboundContent;
  raw: unknown;
  /** ISO 8601, business time. */
  at: string;
}

/** A change whose message is here. */
export interface DueChange {
  organizationId: string;
  integrationId: string;
  conversationId: string;
  id: string;
  wamid: string;
  author: "lead" | "human";
  content: InboundContent;
  at: string;
  targetId: string;
  targetText: string | null;
  targetContent: unknown;
  /** False when the message lies in a chat that ended with a merge: nobody answers there. */
  isHere: boolean;
}

/**
 * Keeps changes, each once, and marks their conversations under lock: whoever stores a message there
 * sees the mark, or was first and is found by `dueChanges`. Answers with the changes (`id`) whose
 * conversation has ended meanwhile.
 */
export async function parkChanges(db: Db, rows: readonly ChangeRow[]): Promise<string[]> {
  const outcome = await db.first<{ homeless: string[] }>`
    with input as (
      select * from jsonb_to_recordset(${db.json(rows)}) as x(
        organization_id uuid, integration_id uuid, conversation_id uuid, id uuid, wamid text,
        target_wamid text, author text, kind text, content jsonb, raw jsonb, at timestamptz)
    ), locked as (
      select c.organization_id, c.id from conversations c
      where (c.organization_id, c.id) in (select organization_id, conversation_id from input)
        and c.ended_at is null
      order by c.id for update of c
    ), kept as (
      insert into message_changes (organization_id, id, conversation_id, integration_id, wamid,
        target_wamid, author, kind, content, raw, at)
      select i.organization_id, i.id, i.conversation_id, i.integration_id, i.wamid, i.target_wamid,
        i.author, i.kind, i.content, i.raw, i.at
      from input i join locked l on l.id = i.conversation_id
      on conflict do nothing
      returning organization_id, conversation_id
    ), marked as (
      update conversations c
      set parked_at = greatest(now(), c.parked_at + interval '1 microsecond')
      from (select distinct organization_id, conversation_id from kept) k
      where c.organization_id = k.organization_id and c.id = k.conversation_id
    )
    select coalesce(jsonb_agg(i.id), '[]'::jsonb) as homeless from input i
    where not exists (select 1 from locked l where l.id = i.conversation_id)`;
  return outcome?.homeless ?? [];
}

/** More than a phone makes at once; the rest is found with the next look. */
const MAX_DUE = 1_000;

/**
 * What waits in these conversations and can be applied, oldest first. People change only what they
 * wrote themselves, but may react to anything in their chat.
 */
export function dueChanges(db: Db, keys: readonly ConversationKey[]): Promise<DueChange[]> {
  return db.rows<DueChange>`
    select x.organization_id, x.integration_id, x.conversation_id, x.id, x.wamid, x.author,
      x.content, ${db.fragment(utc("x.at"))} as at, m.id as target_id, m.text as target_text,
      m.payload as target_content, m.conversation_id = x.conversation_id as is_here
    from message_changes x
    join conversations c on c.organization_id = x.organization_id and c.id = x.conversation_id
    join lateral (
      select m.* from messages m
      where m.integration_id = x.integration_id and m.wamid = x.target_wamid limit 1) m on true
    where (x.organization_id, x.conversation_id) in (${keyed(db, keys)})
      and x.settled_at is null and c.ended_at is null and m.organization_id = x.organization_id
      and (x.kind = 'reaction'
        or m.direction = case x.author when 'lead' then 'in' else 'out' end)
      and (m.conversation_id = x.conversation_id or exists (
        select 1 from conversations e
          join leads l on l.organization_id = e.organization_id and l.id = e.lead_id
        where e.organization_id = m.organization_id and e.id = m.conversation_id
          and l.merged_into = c.lead_id))
    order by x.at, x.created_at, x.id limit ${MAX_DUE}`;
}

/** Takes the mark from conversations where nothing waits any more; one set meanwhile stays. */
export async function unmark(db: Db, keys: readonly ConversationKey[]): Promise<void> {
  await db.rows`
    with seen as (
      select organization_id, id, parked_at from conversations
      where (organization_id, id) in (${keyed(db, keys)}) and parked_at is not null
      order by id
    )
    update conversations c set parked_at = null from seen s
    where c.organization_id = s.organization_id and c.id = s.id and c.parked_at = s.parked_at
      and not exists (select 1 from message_changes x where x.organization_id = c.organization_id
        and x.conversation_id = c.id and x.settled_at is null)`;
}

/** WhatsApp repeats itself for a week: what still waits then has no message here. */
export async function giveUpChanges(db: Db): Promise<void> {
  const given = await db.rows<ConversationKey>`
    update message_changes set settled_at = now()
    where settled_at is null and created_at < now() - interval '8 days'
    returning organization_id, conversation_id`;
  if (given.length > 0) await unmark(db, given);
}

/** The conversations as rows of a statement. */
export function keyed(db: Db, keys: readonly ConversationKey[]) {
  return db.part`select "organizationId", "conversationId" from jsonb_to_recordset(${db.json(keys)})
    as k("organizationId" uuid, "conversationId" uuid)`;
}

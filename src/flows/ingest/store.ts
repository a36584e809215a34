import type { Db } from "../../db/client.ts";
import {
  conversationState,
  messageNews,
  messageState,
  outboxEvents,
} from "../../db/queries/public-state.ts";
import { sendPriority } from "../../funnel/message-state.ts";
import type { AttentionReason } from "../../funnel/turn.ts";
import type { LiveEvent } from "../../lib/events.ts";
import type { ConversationKey } from "./parked.ts";

/**
 * One message as it is stored, or an edit of one that is. Column names, because it travels to Postgres
 * as one JSON array.
 */
export interface InboundRow {
  organization_id: string;
  integration_id: string;
  conversation_id: string;
  /** Of an edit: the message that it changes. */
  id: string;
  /** Of an edit: its row in `message_changes`. */
  change_id: string | null;
  /** Order within the batch, for messages of the same second. */
  ord: number;
  /** `lead`, or `human` for a reply typed in the phone app. */
  author: "lead" | "human";
  wamid: string;
  kind: string;
  text: string | null;
  /** What it says beside the text: `whatsapp/inbound-content` owns the shape. */
  payload: unknown;
  raw: unknown;
  altered: boolean;
  reply_to_wamid: string | null;
  /** ISO 8601. */
  sent_at: string;
  /** Whether the bot is to think about it. */
  wakes: boolean;
  stop_keyword: string | null;
  /** The lead takes an earlier stop back. */
  starts: boolean;
  /** Said by its author, not told by WhatsApp: the window counts from it, and nudges end. */
  speaks: boolean;
  attention: AttentionReason | null;
  phone: string | null;
  bsuid: string | null;
  confirmation_id: string;
  confirmation: string | null;
}

export interface StoreOutcome {
  /** Conversations that wait for the bot, with the end of their debounce. `isDue`: it is over. */
  wakes: { organizationId: string; conversationId: string; dueAt: string; isDue: boolean }[];
  /** Numbers that have a stop confirmation to send. */
  confirmations: { organizationId: string; integrationId: string }[];
  events: LiveEvent[];
  /** Conversations where changes wait for a message that may be one of these. */
  parked: ConversationKey[];
  /** Messages (`id`) whose conversation has ended meanwhile: nothing of them is stored. */
  homeless: string[];
  /** Files that something is to be done about. */
  files?: FileKey[];
}

export interface FileKey {
  organizationId: string;
  mediaId: string;
}

const NOT_EDITED = `touched as (select id, seq, true as is_new from inserted)`;

/**
 * An edit takes effect once, and never on what was deleted or has newer words. Its words stand where
 * they were and count as said now: `changed_seq`.
 */
const EDITED = `claimed as (
      update message_changes x set settled_at = now() from input i join locked l
        on l.id = i.conversation_id
      where x.organization_id = i.organization_id and x.id = i.change_id and x.settled_at is null
      returning x.organization_id, x.id
    ), edited as (
      update messages m set text = i.text, payload = coalesce(i.payload, m.payload),
        wakes = i.wakes or coalesce(m.wakes, false), edited_at = i.sent_at, version = m.version + 1,
        changed_seq = case when i.wakes then l.last_seq + 1 + i.ord else m.changed_seq end
      from input i join claimed x on x.id = i.change_id
        join locked l on l.id = i.conversation_id
      where m.organization_id = i.organization_id and m.id = i.id and m.deleted_at is null
        and coalesce(m.edited_at <= i.sent_at, true)
      returning m.*
    ), touched as (
      select id, seq, true as is_new from inserted
      union all select id, coalesce(changed_seq, seq), false from edited
    )`;
const EDITED_NEWS = `union all ${messageNews("message.updated", "edited")}`;

/**
 * Stores a batch in one statement: conversations are locked in id order, messages inserted once per
 * (number, wamid), and conversations updated from the rows that were really inserted; so a batch
 * written twice changes nothing the second time. A conversation that has ended takes nothing: its
 * messages are left to the caller. What a conversation was before is read from
 * `locked`, which sees the newest version; the statement's own snapshot may be older than the lock.
 */
export async function storeInbound(db: Db, rows: readonly InboundRow[]): Promise<StoreOutcome> {
  const sql = db.fragment;
  const edits = rows.some((row) => row.change_id !== null);
  const outcome = await db.first<StoreOutcome>`
    with input as (
      select * from jsonb_to_recordset(${db.json(rows)}) as x(
        organization_id uuid, integration_id uuid, conversation_id uuid, id uuid,
        change_id uuid, ord int, author text, wamid text, kind text, text text, payload jsonb, raw jsonb, altered bool,
        reply_to_wamid text, sent_at timestamptz, wakes bool, stop_keyword text, starts bool,
        speaks bool, attention text, phone text, bsuid text, confirmation_id uuid,
        confirmation text)
    ), locked as (
      select c.organization_id, c.id, c.last_seq, c.mode, c.parked_at, c.opted_out_at,
        c.attention_reason, c.attention_at, c.follow_up_at, o.quiet_ms, o.quiet_cap_ms
      from conversations c join organizations o on o.id = c.organization_id
      where (c.organization_id, c.id) in (select organization_id, conversation_id from input)
        and c.ended_at is null
      order by c.id for update of c
    ), inserted as (
      insert into messages (organization_id, id, conversation_id, integration_id, seq, direction,
        author, kind, text, payload, raw, altered, wakes, wamid, reply_to_wamid, state,
        sent_at)
      select i.organization_id, i.id, i.conversation_id, i.integration_id,
        l.last_seq + row_number() over (partition by i.conversation_id order by i.sent_at, i.ord),
        case when i.author = 'lead' then 'in' else 'out' end, i.author, i.kind, i.text, i.payload,
        i.raw, i.altered, i.wakes, i.wamid, i.reply_to_wamid,
        case when i.author = 'lead' then 'received' else 'accepted' end, i.sent_at
      from input i join locked l on l.id = i.conversation_id
      where i.change_id is null
      on conflict (integration_id, wamid) do nothing
      returning messages.*
    ), ${sql(edits ? EDITED : NOT_EDITED)}, fresh as (
      select i.organization_id, i.conversation_id, max(n.seq) as last_seq,
        count(*) filter (where i.wakes) as wakes,
        max(n.seq) filter (where i.author = 'lead' and n.is_new) as last_in_seq,
        bool_or(i.author = 'lead') as from_lead, bool_or(i.author = 'human') as from_human,
        bool_or(i.starts) as starts,
        (array_agg(i.stop_keyword) filter (where i.stop_keyword is not null))[1] as stop_keyword,
        (array_agg(i.confirmation) filter (where i.confirmation is not null))[1] as confirmation,
        (array_agg(i.confirmation_id))[1] as confirmation_id,
        (array_agg(i.attention) filter (where i.attention is not null))[1] as attention,
        max(i.sent_at) as last_at, max(i.sent_at) filter (where n.is_new) as last_new_at,
        max(i.sent_at) filter (where i.author = 'lead' and i.speaks and n.is_new)
          as last_lead_at,
        (array_agg(i.wamid order by n.seq desc)
          filter (where i.author = 'lead' and i.speaks and n.is_new))[1] as last_wamid,
        bool_or(i.speaks) as speaks,
        (array_agg(i.phone order by n.seq desc))[1] as phone,
        (array_agg(i.bsuid order by n.seq desc))[1] as bsuid
      from touched n join input i on i.id = n.id
      group by i.organization_id, i.conversation_id
    ), decided as (
      select f.*, l.follow_up_at as old_follow_up_at, l.mode as old_mode,
        l.attention_reason as old_attention, l.attention_at as old_attention_at, l.quiet_ms, l.quiet_cap_ms,
        f.stop_keyword is not null as stops,
        f.stop_keyword is not null and l.opted_out_at is null as opts_out,
        f.stop_keyword is not null and l.opted_out_at is null and f.confirmation is not null
          as confirms,
        case when f.stop_keyword is not null or l.opted_out_at is not null and not f.starts
          then 0 else f.wakes end as counted_wakes,
        case when l.attention_reason is not null then null
          when l.opted_out_at is not null and not f.starts and f.stop_keyword is null
            and f.wakes > 0 then 'opted_out_lead_wrote'
          else f.attention end as new_attention
      from fresh f join locked l on l.id = f.conversation_id
    ), updated as (
      update conversations c set
        last_seq = greatest(c.last_seq, d.last_seq) + d.confirms::int,
        last_in_seq = coalesce(d.last_in_seq, c.last_in_seq),
        wake_seq = c.wake_seq + d.counted_wakes,
        handled_seq = case when d.stops or d.from_human then c.wake_seq + d.counted_wakes
          else c.handled_seq end,
        answered_seq = case when d.stops or d.from_human
          then greatest(c.last_seq, d.last_seq) else c.answered_seq end,
        unseen_since = case when d.counted_wakes > 0 then coalesce(c.unseen_since, now())
          else c.unseen_since end,
        due_at = case when d.counted_wakes > 0 then least(
            now() + d.quiet_ms * interval '1 millisecond',
            coalesce(c.unseen_since, now()) + d.quiet_cap_ms * interval '1 millisecond')
          else c.due_at end,
        fence = c.fence + (d.opts_out or d.from_human)::int,
        opted_out_at = case when d.stops then coalesce(c.opted_out_at, now())
          when d.starts then null else c.opted_out_at end,
        mode = case when d.from_human then 'human' else c.mode end,
        taken_over_at = case when d.from_human and c.mode = 'bot' then now()
          else c.taken_over_at end,
        follow_up_at = case when d.speaks then null else c.follow_up_at end,
        follow_up_step = case when d.speaks then 0 else c.follow_up_step end,
        attention_reason = case when d.from_human then null
          else coalesce(d.new_attention, c.attention_reason) end,
        attention_at = case when d.from_human then null
          when d.new_attention is not null then now() else c.attention_at end,
        attention_owner_id = case when d.from_human then null else c.attention_owner_id end,
        last_message_at = greatest(c.last_message_at, d.last_new_at),
        last_lead_message_at = greatest(c.last_lead_message_at, d.last_lead_at),
        last_lead_wamid = coalesce(d.last_wamid, c.last_lead_wamid),
        phone = coalesce(d.phone, c.phone), bsuid = coalesce(d.bsuid, c.bsuid),
        version = c.version + 1
      from decided d
      where c.organization_id = d.organization_id and c.id = d.conversation_id
      returning c.*
    ), cancelled as (
      update messages m set state = 'cancelled', cancel_reason = 'fence', version = m.version + 1
      from decided d
      where (d.stops or d.from_human) and m.organization_id = d.organization_id
        and m.conversation_id = d.conversation_id and m.state = 'queued' and m.author = 'bot'
      returning m.*
    ), confirmed as (
      insert into messages (organization_id, id, conversation_id, integration_id, seq, direction,
        author, kind, text, state, priority, next_attempt_at, expires_at, fence, sent_at)
      select u.organization_id, d.confirmation_id, u.id, u.integration_id, u.last_seq, 'out',
        'system', 'text', d.confirmation, 'queued', ${sendPriority.system}::smallint, now(),
        now() + interval '1 hour', u.fence, d.last_at
      from updated u join decided d on d.conversation_id = u.id
      where d.confirms
      returning messages.*
    ), noted as (
      insert into timeline_events (organization_id, id, conversation_id, kind, reason, called_at)
      select d.organization_id, gen_random_uuid(), d.conversation_id,
        case d.old_mode when 'bot' then 'takeover' else 'attention_resolved' end,
        d.old_attention, d.old_attention_at
      from decided d
      where d.from_human and (d.old_mode = 'bot' or d.old_attention is not null)
    ), stopped as (
      insert into opt_outs (organization_id, id, conversation_id, lead_id, keyword)
      select u.organization_id, gen_random_uuid(), u.id, u.lead_id, d.stop_keyword
      from updated u join decided d on d.conversation_id = u.id where d.stops
      on conflict do nothing
    ), started as (
      update opt_outs o set ended_at = now() from decided d
      where d.starts and not d.stops and o.organization_id = d.organization_id
        and o.conversation_id = d.conversation_id and o.ended_at is null
    ), news as (
      insert into outbox (id, organization_id, kind, entity_id, version, data)
      select gen_random_uuid(), organization_id, 'message.received', id, version,
        ${sql(messageState("inserted"))} from inserted
      ${sql(edits ? EDITED_NEWS : "")}
      union all
      select gen_random_uuid(), organization_id, 'message.queued', id, version,
        ${sql(messageState("confirmed"))} from confirmed
      union all
      select gen_random_uuid(), organization_id, 'message.updated', id, version,
        ${sql(messageState("cancelled"))} from cancelled
      union all
      select gen_random_uuid(), u.organization_id, kind, u.id, u.version,
        ${sql(conversationState("u"))}
      from updated u join decided d on d.conversation_id = u.id cross join lateral (
        select 'conversation.updated' as kind
        union all select 'attention.required' where d.new_attention is not null
        union all select 'attention.resolved' where d.from_human and d.old_attention is not null
        union all select 'follow_up.cancelled' 
          where d.speaks and d.old_follow_up_at is not null
        union all select 'takeover.started' where d.from_human and d.old_mode = 'bot') kinds
      returning outbox.*
    )
    select
      (select coalesce(jsonb_agg(jsonb_build_object('organizationId', organization_id,
          'conversationId', id, 'dueAt', due_at, 'isDue', due_at <= now())), '[]'::jsonb)
        from updated where mode = 'bot' and opted_out_at is null and wake_seq > handled_seq)
        as wakes,
      (select coalesce(jsonb_agg(jsonb_build_object('organizationId', organization_id,
          'integrationId', integration_id)), '[]'::jsonb) from confirmed) as confirmations,
      ${sql(outboxEvents("news"))} as events,
      (select coalesce(jsonb_agg(jsonb_build_object('organizationId', organization_id,
          'conversationId', id)), '[]'::jsonb) from locked where parked_at is not null) as parked,
      (select coalesce(jsonb_agg(i.id), '[]'::jsonb) from input i
        where not exists (select 1 from locked l where l.id = i.conversation_id)) as homeless`;
  return outcome ?? { wakes: [], confirmations: [], events: [], parked: [], homeless: [] };
}

import type { Db } from "../../db/client.ts";
import {
  conversationNews,
  messageNews,
  outboxEvents,
  outboxInsert,
} from "../../db/queries/public-state.ts";
import type { DueChange } from "./parked.ts";
import type { StoreOutcome } from "./store.ts";

/** A bot's reply that still waits was thought with the deleted words in view. */
const UNSENT = `update messages m set state = 'cancelled', cancel_reason = 'superseded',
      version = m.version + 1
    from hit h
    where m.organization_id = h.organization_id and m.conversation_id = h.id and m.state = 'queued'
      and m.author = 'bot' and m.seen_wake_seq is null and m.seq > h.first_seq
    returning m.*`;

/**
 * Where each conversation stands: everything after the last answer that really went out is new again
 * if a reply was withdrawn. `waits`: something else is left to answer.
 */
const STANDING = `select b.*, b.withdrawn or b.last_place > b.answered_seq as unanswered,
      exists (select 1 from messages m
        where m.conversation_id = b.id and m.direction = 'in' and m.deleted_at is null
          and m.id not in (select id from revoked)
          and coalesce(m.changed_seq, m.seq) > b.answered_seq
          and coalesce(m.wakes, m.text is not null)) as waits
    from (
      select h.organization_id, h.id, h.first_seq, h.last_place, u.withdrawn,
        case when u.withdrawn then least(h.answered_seq, (select coalesce(max(p.seq), 0)
          from messages p where p.conversation_id = h.id and p.direction = 'out'
            and p.seq < h.first_seq and p.state not in ('cancelled', 'failed', 'queued')))
          else h.answered_seq end as answered_seq
      from hit h cross join lateral (
        select exists (select 1 from unsent where conversation_id = h.id) as withdrawn) u
    ) b`;

/** A summary that took the deleted words in is made anew; one under way is not stored. */
const SETTLED = `update conversations c set version = c.version + 1,
      wake_seq = c.wake_seq + s.unanswered::int,
      handled_seq = case when s.unanswered and not s.waits then c.wake_seq + 1
        else c.handled_seq end,
      answered_seq = s.answered_seq, supersessions = 0,
      due_at = case when s.withdrawn and s.waits then now() else c.due_at end,
      summary = case when s.first_seq <= c.summary_seq then null else c.summary end,
      summary_seq = case when s.first_seq <= c.summary_seq then -1 else c.summary_seq - 1 end
    from standing s where c.organization_id = s.organization_id and c.id = s.id
    returning c.*`;

/**
 * Deletes what its authors deleted: the words go from the row. A turn that has seen them cannot
 * commit, because the mailbox has moved; if nothing else waits, nobody is answered.
 */
export async function applyRevokes(
  db: Db,
  due: readonly DueChange[],
): Promise<Pick<StoreOutcome, "wakes" | "events">> {
  const sql = db.fragment;
  const rows = due.map(({ organizationId, conversationId, id, targetId, at }) => ({
    organization_id: organizationId,
    conversation_id: conversationId,
    id,
    target_id: targetId,
    at,
  }));
  const outcome = await db.first<Pick<StoreOutcome, "wakes" | "events">>`
    with input as (
      select * from jsonb_to_recordset(${db.json(rows)}) as x(organization_id uuid,
        conversation_id uuid, id uuid, target_id uuid, at timestamptz)
    ), locked as (
      select c.organization_id, c.id, c.answered_seq from conversations c
      where (c.organization_id, c.id) in (select organization_id, conversation_id from input)
      order by c.id for update of c
    ), claimed as (
      update message_changes x set settled_at = now() from input i join locked l
        on l.id = i.conversation_id
      where x.organization_id = i.organization_id and x.id = i.id and x.settled_at is null
      returning x.id
    ), revoked as (
      update messages m set text = null, payload = null, reactions = null, deleted_at = i.at,
        version = m.version + 1
      from input i join claimed x on x.id = i.id
      where m.organization_id = i.organization_id and m.id = i.target_id and m.deleted_at is null
      returning m.*
    ), hit as (
      select l.organization_id, l.id, l.answered_seq, min(r.seq) as first_seq,
        max(coalesce(r.changed_seq, r.seq)) as last_place
      from locked l join revoked r on r.conversation_id = l.id
      where r.direction = 'in'
      group by l.organization_id, l.id, l.answered_seq
    ), unsent as (${sql(UNSENT)}), standing as (${sql(STANDING)}), settled as (${sql(SETTLED)}),
    news as (
      ${sql(
        outboxInsert(
          messageNews("message.updated", "revoked"),
          messageNews("message.updated", "unsent"),
          conversationNews("conversation.updated", "settled"),
        ),
      )}
    )
    select
      (select coalesce(jsonb_agg(jsonb_build_object('organizationId', organization_id,
          'conversationId', id, 'dueAt', coalesce(due_at, now()),
          'isDue', coalesce(due_at <= now(), true))), '[]'::jsonb)
        from settled where mode = 'bot' and opted_out_at is null and wake_seq > handled_seq)
        as wakes,
      ${sql(outboxEvents("news"))} as events`;
  return outcome ?? { wakes: [], events: [] };
}

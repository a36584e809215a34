import type { Db } from "../../db/client.ts";
import {
  conversationNews,
  messageNews,
  outboxEvents,
  outboxInsert,
} from "../../db/queries/public-state.ts";
import { matchOptOut } from "../../funnel/opt-out.ts";
import { isClear } from "../../funnel/transcript.ts";
import type { LiveEvent } from "../../lib/events.ts";
import { storableText } from "../../lib/json.ts";
import { MAX_SUPERSESSIONS } from "../turn/commit.ts";
import { isStillMine, type MediaClaim } from "./claim.ts";

/** What a file says. */
export type Words =
  | { kind: "transcript"; text: string; confidence: number | null }
  | { kind: "description"; text: string };

export interface WordsOutcome {
  events: LiveEvent[];
  /** The end of the debounce, when the bot now has something to think about. */
  wake: { dueAt: string; isDue: boolean } | null;
}

/** A turn is at the message `m`, and what comes meanwhile still stops its commit. */
const IS_THOUGHT_ABOUT = `c.lease_owner is not null and c.lease_until > now()
  and c.supersessions < ${MAX_SUPERSESSIONS} and m.place > c.answered_seq`;

/**
 * Stores what a file says and, where nothing else of the message did, wakes the conversation once as a
 * text would: all of it in one statement, which holds as long as the claim does. `words` null: nothing
 * could be made of it; `isStale`: too late for an answer. Who is not woken, or asks in a voice note not to
 * be written to, is a person's.
 *
 * A picture with a caption has woken the bot already. If a turn is thinking about it without the
 * description, the mailbox moves, so that its successor answers both at once. A turn that comes later reads it
 * anyway, and one that has answered stays the only one: no message is answered twice.
 */
export async function settleWords(
  db: Db,
  claim: MediaClaim,
  { words, isStale }: { words: Words | null; isStale: boolean },
): Promise<WordsOutcome | undefined> {
  const sql = db.fragment;
  const said = columnsOf(words, isStale);
  const row = await db.first<WordsOutcome & { mine: boolean }>`
    with locked as (
      select c.*, o.quiet_ms, o.quiet_cap_ms, c.opted_out_at is null as may_wake,
        m.deleted_at is not null as is_deleted, m.caption is not null and ${sql(IS_THOUGHT_ABOUT)} as is_thought_about
      from conversations c join organizations o on o.id = c.organization_id
      cross join lateral (select m.deleted_at, m.text as caption,
          coalesce(m.changed_seq, m.seq) as place
        from media f join messages m on m.organization_id = f.organization_id
          and m.id = f.message_id
        where f.organization_id = c.organization_id and f.id = ${claim.mediaId}) m
      where c.organization_id = ${claim.organizationId} and c.id = ${claim.conversationId}
      for update of c
    ), read as (
      update media md set step = null, lease_owner = null,
        reading = ${words === null ? "failed" : "done"}, transcript = ${said.transcript},
        transcript_confidence = ${said.confidence}::real, transcript_clear = ${said.clear}::bool,
        description = ${said.description},
        wake_seq = case when (md.wakes or l.is_thought_about) and l.may_wake and not l.is_deleted
          and ${said.wakes} then l.wake_seq + 1 end
      from locked l where ${isStillMine(db, claim)}
      returning md.*
    ), told as (
      update messages m set version = m.version + 1 from read r
      where m.organization_id = r.organization_id and m.id = r.message_id
      returning m.*
    ), heard as (
      update conversations c set
        wake_seq = coalesce(r.wake_seq, c.wake_seq),
        unseen_since = case when r.wake_seq is null then c.unseen_since
          else coalesce(c.unseen_since, now()) end,
        due_at = case when r.wake_seq is null then c.due_at else least(
          now() + l.quiet_ms * interval '1 millisecond',
          coalesce(c.unseen_since, now()) + l.quiet_cap_ms * interval '1 millisecond') end,
        attention_reason = case when r.wake_seq is not null then c.attention_reason
          else coalesce(c.attention_reason, ${said.calls}) end,
        attention_at = case when r.wake_seq is not null then c.attention_at
          else coalesce(c.attention_at, now()) end,
        version = c.version + 1
      from locked l, read r
      where (r.wakes or r.wake_seq is not null) and not l.is_deleted and c.organization_id = l.organization_id and c.id = l.id
        and c.ended_at is null
      returning c.*
    ), called as (
      select h.* from heard h, locked l
      where l.attention_reason is null and h.attention_reason is not null
    ), news as (
      ${sql(
        outboxInsert(
          messageNews("message.updated", "told"),
          conversationNews("conversation.updated", "heard"),
          conversationNews("attention.required", "called"),
        ),
      )}
    )
    select ${sql(outboxEvents("news"))} as events, exists (select 1 from read) as mine,
      (select jsonb_build_object('dueAt', h.due_at, 'isDue', h.due_at <= now())
        from heard h, read r where r.wake_seq is not null and h.mode = 'bot') as wake`;
  return row?.mine ? row : undefined;
}

function columnsOf(words: Words | null, isStale: boolean) {
  const none = { transcript: null, confidence: null, clear: null, description: null };
  if (words === null) return { ...none, wakes: false, calls: "unreadable_message" };
  const { text } = storableText(words.text.trim());
  const calls = isStale ? "stale_message" : "opted_out_lead_wrote";
  if (words.kind === "description") return { ...none, description: text, wakes: !isStale, calls };
  const clear = isClear(text, words.confidence);
  // What was heard may be wrong: a stop word is for a person to hear, and until then nothing is said.
  const stops = matchOptOut(text)?.kind === "stop";
  return {
    ...none,
    transcript: text,
    confidence: words.confidence,
    clear,
    wakes: !stops && !isStale,
    calls: stops ? "legal_or_safety" : calls,
  };
}

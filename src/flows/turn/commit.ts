import type { Db } from "../../db/client.ts";
import { isBots } from "../../db/queries/claimable.ts";
import {
  bookingState,
  conversationState,
  messageState,
  outboxEvents,
} from "../../db/queries/public-state.ts";
import type { Intent, Sentiment, Stage } from "../../funnel/lead.ts";
import { sendPriority } from "../../funnel/message-state.ts";
import type { TurnTrace } from "../../funnel/trace.ts";
import type { AttentionReason, BrainDecision, TurnDisposition } from "../../funnel/turn.ts";
import { AppError } from "../../lib/errors.ts";
import type { LiveEvent } from "../../lib/events.ts";
import { newId } from "../../lib/ids.ts";
import { redactedJson, redactedText } from "../../lib/redacted.ts";
import { shorten } from "../../lib/shorten.ts";
import { contentFault, LIMITS } from "../../whatsapp/content-limits.ts";
import type { Claim } from "./claim.ts";
import type { Seen } from "./context.ts";
import { traceInsert } from "./trace.ts";

/** After this many drafts in a row were overtaken, newer text no longer stops one: a steady typist is answered. */
export const MAX_SUPERSESSIONS = 2;

/** How long a reply is worth sending once it was written. */
const REPLY_LIFETIME_MINUTES = 60;

/** Another time for the same thing is the same appointment, moved. */
const OWN_OPEN_BOOKING = `b.organization_id = v.organization_id and b.conversation_id = v.id
  and b.cta_id = r.cta_id and b.status in ('initiated', 'confirmed')`;
/** No field of a decision is longer. */
const MAX_DECISION_CHARS = 1_000;

/** Everything a turn changes. Null = leave as it is. */
export interface TurnResult {
  disposition: Extract<
    TurnDisposition,
    "replied" | "no_reply" | "blocked_by_gate" | "model_failed" | "buried"
  >;
  reply: string | null;
  decision: BrainDecision | null;
  draft: string | null;
  gate: string | null;
  error: string | null;
  stage: { to: Stage; author: "bot" | "system"; reason: string; confidence: number | null } | null;
  intent: Intent | null;
  sentiment: Sentiment | null;
  language: string | null;
  /** `scheduledAt`: a time that the calendar holds for this turn; null: people settle it. */
  booking: { ctaId: string; requestedTime: string | null; scheduledAt: Date | null } | null;
  attention: AttentionReason | null;
  followUp: { at: Date; step: number } | null;
  /** What is kept of the thinking; null: there was none. */
  trace: TurnTrace | null;
}

export interface CommitOutcome {
  /** `lost`: another worker owns the conversation by now; nothing was written. */
  outcome: "committed" | "superseded" | "fenced" | "lost";
  /** Superseded, or newer text is waiting: when the successor is due. */
  dueAt: string | null;
  unsummarized: number;
  events: LiveEvent[];
}

/**
 * Ends a turn in one statement: state, reply, booking, attention, next nudge, mailbox, events; or,
 * if newer text or a fence came first, keeps the draft in the turn's row and releases the lease.
 * Nor does a reply leave that names a time which is no longer held for it; the margin is more than the
 * statement may take. A stage that a person set meanwhile stays, and a nudge that one took back or put off is not sent.
 */
export async function commitTurn(
  db: Db,
  claim: Claim,
  seen: Seen,
  result: TurnResult,
  now: Date,
): Promise<CommitOutcome> {
  const sql = db.fragment;
  const row = await db.first<CommitOutcome>`
    with r as (
      select * from jsonb_to_record(${db.json(columns(claim, seen, result, now))}) as x(
        organization_id uuid, conversation_id uuid, epoch bigint, turn_id uuid, nudge bool,
        wake_seq bigint, last_seq bigint, fence bigint, lead_message_id uuid, now timestamptz,
        disposition text, reply text, decision jsonb, draft text, gate text, error text,
        stage text, stage_author text, stage_reason text, confidence real, intent text,
        sentiment text, language text, cta_id uuid, requested_time text,
        scheduled_at timestamptz, attention text,
        follow_up_at timestamptz, follow_up_step smallint, reply_id uuid, stage_change_id uuid,
        booking_id uuid, seen_stage text)
    ), locked as (
      select c.organization_id, c.id, c.stage, c.attention_reason,
        ${sql(isBots("c"))} and c.fence = r.fence as unfenced,
        case when r.nudge then c.wake_seq = r.wake_seq and coalesce(c.follow_up_at <= r.now, false)
          else c.wake_seq = r.wake_seq or c.supersessions >= ${MAX_SUPERSESSIONS} end
          and (r.scheduled_at is null or exists (select 1 from booking_holds h
            where h.organization_id = r.organization_id and h.turn_id = r.turn_id
              and h.conversation_id = r.conversation_id and h.held_until > now() + interval '15 seconds')) as current
      from conversations c join r on c.organization_id = r.organization_id
        and c.id = r.conversation_id and c.lease_epoch = r.epoch
      where c.lease_owner is not null
      for update of c
    ), verdict as (
      select locked.*, unfenced and current as ok, 
        locked.stage = r.seen_stage and locked.stage <> r.stage as moves,
        case when not unfenced then 'fenced' when not current then 'superseded' else 'committed' end
          as outcome
      from locked, r
    ), updated as (
      update conversations c set
        lease_owner = null, lease_until = null, turn_attempts = 0,
        supersessions = case when v.unfenced and not v.current then c.supersessions + 1 else 0 end,
        handled_seq = case when v.ok then greatest(c.handled_seq, r.wake_seq)
          else c.handled_seq end,
        answered_seq = case when v.ok then greatest(c.answered_seq, r.last_seq)
          else c.answered_seq end,
        last_seq = c.last_seq + (v.ok and r.reply is not null)::int,
        last_message_at = case when v.ok and r.reply is not null then r.now
          else c.last_message_at end,
        stage = case when v.ok and v.moves then r.stage else c.stage end,
        intent = case when v.ok then coalesce(r.intent, c.intent) else c.intent end,
        sentiment = case when v.ok then coalesce(r.sentiment, c.sentiment) else c.sentiment end,
        language = case when v.ok then coalesce(r.language, c.language) else c.language end,
        attention_at = case when v.ok and c.attention_reason is null and r.attention is not null
          then now() else c.attention_at end,
        attention_reason = case when v.ok then coalesce(c.attention_reason, r.attention)
          else c.attention_reason end,
        follow_up_at = case when v.ok then r.follow_up_at
          when r.nudge and c.follow_up_at <= r.now then null else c.follow_up_at end,
        follow_up_step = case when v.ok then r.follow_up_step else c.follow_up_step end,
        version = c.version + v.ok::int
      from verdict v, r where c.organization_id = v.organization_id and c.id = v.id
      returning c.*
    ), overtaken as (
      update messages m set state = 'cancelled', cancel_reason = 'superseded',
        version = m.version + 1
      from verdict v, r
      where v.ok and r.reply is not null and m.organization_id = v.organization_id
        and m.conversation_id = v.id and m.state = 'queued' and m.author = 'bot'
      returning m.*
    ), reply as (
      insert into messages (organization_id, id, conversation_id, integration_id, seq, direction,
        author, kind, text, state, priority, next_attempt_at, expires_at, fence, seen_wake_seq,
        turn_id, sent_at)
      select u.organization_id, r.reply_id, u.id, u.integration_id, u.last_seq, 'out', 'bot',
        'text', r.reply, 'queued',
        case when r.nudge then ${sendPriority.nudge}::smallint
          else ${sendPriority.reply}::smallint end,
        now(), now() + ${REPLY_LIFETIME_MINUTES} * interval '1 minute', u.fence,
        case when r.nudge then r.wake_seq end, r.turn_id, r.now
      from updated u, verdict v, r where v.ok and r.reply is not null
      returning messages.*
    ), moved as (
      insert into stage_changes (organization_id, id, conversation_id, from_stage, to_stage, author,
        reason, confidence, message_id, turn_id)
      select v.organization_id, r.stage_change_id, v.id, v.stage, r.stage, r.stage_author,
        r.stage_reason, r.confidence, r.lead_message_id, r.turn_id
      from verdict v, r where v.ok and v.moves
    ), booked as (
      insert into bookings (organization_id, id, conversation_id, cta_id, requested_time,
        scheduled_at, status, turn_id)
      select v.organization_id, r.booking_id, v.id, r.cta_id, r.requested_time, r.scheduled_at,
        case when r.scheduled_at is null then 'initiated' else 'confirmed' end, r.turn_id
      from verdict v, r where v.ok and r.cta_id is not null
        and not exists (select 1 from bookings b where ${sql(OWN_OPEN_BOOKING)}
          and b.scheduled_at = r.scheduled_at)
      returning bookings.*
    ), moved_away as (
      update bookings b set status = 'cancelled', version = b.version + 1
      from verdict v, r where v.ok and ${sql(OWN_OPEN_BOOKING)} and b.scheduled_at <> r.scheduled_at
        and b.scheduled_at > r.now
      returning b.*
    ), let_go as (
      delete from booking_holds h using verdict v, r
      where v.ok and h.organization_id = v.organization_id and h.conversation_id = v.id
        and h.turn_id = r.turn_id
    ), closed as (
      update turns t set seen_wake_seq = r.wake_seq, decision = r.decision,
        draft = r.draft, gate = r.gate, error = r.error, finished_at = now(),
        disposition = case when v.ok then r.disposition else v.outcome end
      from verdict v, r where t.organization_id = v.organization_id and t.id = r.turn_id
      returning t.organization_id, t.id, t.disposition
    ), traced as (
      ${traceInsert(db, claim, result.trace, "verdict")}
    ), billed as (
      update llm_calls l set disposition = closed.disposition from closed
      where l.organization_id = closed.organization_id and l.turn_id = closed.id
    ), news as (
      insert into outbox (id, organization_id, kind, entity_id, version, data)
      select gen_random_uuid(), organization_id, 'message.queued', id, version,
        ${sql(messageState("reply"))} from reply
      union all
      select gen_random_uuid(), organization_id, 'message.updated', id, version,
        ${sql(messageState("overtaken"))} from overtaken
      union all
      select gen_random_uuid(), organization_id, 'cta.initiated', id, version,
        ${sql(bookingState("booked"))} from booked
      union all
      select gen_random_uuid(), organization_id, 'cta.initiated', id, version,
        ${sql(bookingState("moved_away"))} from moved_away
      union all
      select gen_random_uuid(), u.organization_id, kind, u.id, u.version,
        ${sql(conversationState("u"))}
      from updated u join verdict v on v.ok cross join lateral (
        select 'conversation.updated' as kind
        union all select 'stage.changed' where v.moves
        union all select 'attention.required'
          where v.attention_reason is null and u.attention_reason is not null
        union all select 'follow_up.scheduled' where u.follow_up_at is not null) kinds
      returning outbox.*
    )
    select v.outcome,
      case when u.wake_seq > u.handled_seq then u.due_at end as due_at,
      u.last_seq - u.summary_seq as unsummarized, ${sql(outboxEvents("news"))} as events
    from updated u, verdict v`;
  return row ?? { outcome: "lost", dueAt: null, unsummarized: 0, events: [] };
}

/** Within WhatsApp's limits: a long answer is shortened, not split. Fails with `invalid_input`. */
function sendable(reply: string): string {
  const body = shorten(reply, LIMITS.text);
  const fault = contentFault({ type: "text", body });
  if (fault === null) return body;
  throw new AppError("invalid_input", `The answer cannot be sent: ${fault.message}.`);
}

function columns(claim: Claim, seen: Seen, result: TurnResult, now: Date): object {
  return {
    organization_id: claim.organizationId,
    conversation_id: claim.conversationId,
    epoch: claim.epoch,
    turn_id: claim.turnId,
    nudge: claim.cause === "follow_up",
    wake_seq: seen.wakeSeq,
    last_seq: seen.lastSeq,
    fence: seen.fence,
    seen_stage: seen.stage,
    lead_message_id: seen.messageId,
    now,
    disposition: result.disposition,
    reply: result.reply && sendable(result.reply),
    decision: redactedJson(result.decision, MAX_DECISION_CHARS),
    draft: redactedText(result.draft ?? result.reply ?? "") || null,
    gate: result.gate,
    error: result.error,
    stage: result.stage?.to,
    stage_author: result.stage?.author,
    stage_reason: result.stage?.reason,
    confidence: result.stage?.confidence,
    intent: result.intent,
    sentiment: result.sentiment,
    language: result.language,
    cta_id: result.booking?.ctaId,
    requested_time: result.booking?.requestedTime,
    scheduled_at: result.booking?.scheduledAt,
    attention: result.attention,
    follow_up_at: result.followUp?.at,
    follow_up_step: result.followUp?.step ?? 0,
    reply_id: newId(),
    stage_change_id: newId(),
    booking_id: newId(),
  };
}

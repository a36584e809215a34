import type { Db } from "../../db/client.ts";
import { livePrompts } from "../../db/queries/live-prompts.ts";
import { type FollowUpSequence, noSequence } from "../../funnel/follow-up.ts";
import type { Intent, Sentiment, Stage } from "../../funnel/lead.ts";
import type { PromptSet } from "../../funnel/prompts.ts";
import type { QuietHours } from "../../funnel/quiet-hours.ts";
import type { CtaOffer, Fact, TurnContext } from "../../funnel/turn.ts";
import { type ModelMessageRow, modelMessage, toModelMessage } from "../model-messages.ts";
import type { Claim } from "./claim.ts";

/** Older messages are the summary's business. */
const MESSAGES_IN_CONTEXT = 30;

/** What the turn saw, beside what it thinks about: the commit is guarded by these. */
export interface Seen {
  wakeSeq: number;
  /** Of the messages in the context, in their order. */
  messageSeqs: readonly number[];
  lastSeq: number;
  fence: number;
  stage: Stage;
  /** Newest message of the lead: what a stage move is blamed on. */
  messageId: string | null;
  holdingLine: string | null;
  sequence: FollowUpSequence;
  quietHours: QuietHours | null;
  lastLeadMessageAt: Date | null;
}

interface Row extends Omit<Seen, "sequence" | "messageSeqs"> {
  sequence: FollowUpSequence | null;
  leadId: string;
  intent: Intent;
  sentiment: Sentiment;
  summary: string | null;
  leadName: string | null;
  businessName: string;
  description: string;
  policy: string;
  language: string;
  timeZone: string;
  facts: Fact[];
  ctas: CtaOffer[];
  messages: (ModelMessageRow & { isNew: boolean })[];
  earlierReplyInDoubt: boolean;
  prompts: PromptSet;
}

/** Loads all that one turn knows with one query, so that what it saw is one moment in time. */
export async function loadContext(
  db: Db,
  claim: Claim,
  now: Date,
): Promise<{ context: TurnContext; seen: Seen } | undefined> {
  const row = await db.first<Row>`
    select c.wake_seq, c.last_seq, c.fence, c.lead_id, c.stage, c.intent, c.sentiment, c.summary,
      c.last_lead_message_at, l.name as lead_name, o.name as business_name, o.description,
      o.policy, o.language, o.time_zone, o.holding_line,
      (select jsonb_build_object('steps', s.steps, 'ghostAfterMinutes', s.ghost_after_minutes)
        from follow_up_sequences s
        where s.organization_id = c.organization_id and s.active) as sequence,
      case when o.quiet_hours_from is not null then jsonb_build_object(
        'fromMinute', o.quiet_hours_from, 'toMinute', o.quiet_hours_to,
        'timeZone', o.time_zone) end as quiet_hours,
      (select m.id from messages m where m.conversation_id = c.id and m.direction = 'in'
        order by m.seq desc limit 1) as message_id,
      (select coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'kind', f.kind, 'topic', f.topic,
          'text', f.text) order by f.position, f.id), '[]'::jsonb)
        from facts f where f.organization_id = c.organization_id and f.active) as facts,
      (select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'kind', t.kind, 'name', t.name,
          'description', t.description, 'url', t.url, 'bookable', t.availability is not null) order by t.position, t.id), '[]'::jsonb)
        from ctas t where t.organization_id = c.organization_id and t.active) as ctas,
      (select coalesce(jsonb_agg(${db.fragment(modelMessage("r"))} || jsonb_build_object(
          'isNew', r.author = 'lead' and r.deleted_at is null
            and (coalesce(r.changed_seq, r.seq) > c.answered_seq or exists (select 1 from media md
              where md.organization_id = r.organization_id and md.message_id = r.id
                and md.wake_seq > c.handled_seq))) order by r.seq), '[]'::jsonb)
        from (select m.* from messages m where m.conversation_id = c.id
            and m.state not in ('cancelled', 'failed')
          order by m.seq desc limit ${MESSAGES_IN_CONTEXT}) r) as messages,
      exists (select 1 from messages m where m.conversation_id = c.id and m.state = 'unknown')
        as earlier_reply_in_doubt,
      ${db.fragment(livePrompts("c.organization_id"))} as prompts
    from conversations c
    join leads l on l.organization_id = c.organization_id and l.id = c.lead_id
    join organizations o on o.id = c.organization_id
    where c.organization_id = ${claim.organizationId} and c.id = ${claim.conversationId}
      and c.lease_epoch = ${claim.epoch}`;
  if (!row) return undefined;
  const messageSeqs = row.messages.map(({ seq }) => seq);
  const seen: Seen = { ...row, messageSeqs, sequence: row.sequence ?? noSequence };
  return { context: toContext(row, seen.sequence, claim, now), seen };
}

function toContext(row: Row, { steps }: FollowUpSequence, claim: Claim, now: Date): TurnContext {
  const followUpStep = claim.cause === "follow_up" ? claim.followUpStep : null;
  return {
    organizationId: claim.organizationId,
    conversationId: claim.conversationId,
    leadId: row.leadId,
    turnId: claim.turnId,
    cause: claim.cause,
    business: {
      name: row.businessName,
      description: row.description,
      policy: row.policy,
      language: row.language,
      timeZone: row.timeZone,
    },
    facts: row.facts,
    ctas: row.ctas,
    lead: {
      name: row.leadName,
      stage: row.stage,
      intent: row.intent,
      sentiment: row.sentiment,
    },
    summary: row.summary,
    messages: row.messages.map(({ isNew, ...message }) => ({
      ...toModelMessage(message),
      isNew,
    })),
    followUpStep,
    followUpHint: followUpStep === null ? null : (steps[followUpStep - 1]?.hint ?? null),
    earlierReplyInDoubt: row.earlierReplyInDoubt,
    now,
    prompts: row.prompts,
  };
}

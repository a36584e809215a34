import type { AttentionReason } from "../../funnel/turn.ts";
import type { LiveEventKind } from "../../lib/events.ts";

/** An instant as REST and live events write it, ISO 8601 in UTC whatever the session's zone is. */
export function utc(instant: string): string {
  return `to_char(${instant} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/**
 * Public state of rows as live events carry it: static SQL, placed where the row changes, so that the
 * event is a row of the same commit. `alias` names the row in the statement.
 */
export function messageState(alias: string): string {
  return `jsonb_build_object(
    'id', ${alias}.id, 'conversationId', ${alias}.conversation_id, 'seq', ${alias}.seq,
    'direction', ${alias}.direction, 'author', ${alias}.author,
    'sentBy', case when ${alias}.user_id is not null then jsonb_build_object('id', ${alias}.user_id,
      'name', (select sender.name from users sender where sender.id = ${alias}.user_id)) end,
    'kind', ${alias}.kind,
    'text', ${alias}.text, 'content', ${alias}.payload, 'state', ${alias}.state,
    'errorCode', ${alias}.error_code, 'errorText', ${alias}.error_text,
    'cancelReason', ${alias}.cancel_reason, 'wamid', ${alias}.wamid,
    'replyToWamid', ${alias}.reply_to_wamid, 'resendOf', ${alias}.resend_of,
    'doubtAt', ${utc(`${alias}.doubt_at`)},
    'turnId', ${alias}.turn_id, 'sentAt', ${utc(`${alias}.sent_at`)},
    'editedAt', ${utc(`${alias}.edited_at`)}, 'deletedAt', ${utc(`${alias}.deleted_at`)},
    'reactions', ${reactionsOf(alias)}, 'version', ${alias}.version)`;
}

/** The reactions that stand; most messages have none. */
function reactionsOf(alias: string): string {
  return `case when ${alias}.reactions is null then '[]'::jsonb else (
    select coalesce(jsonb_agg(jsonb_build_object('author', r.key, 'emoji', r.value -> 'emoji',
      'at', r.value -> 'at') order by r.key), '[]'::jsonb)
    from jsonb_each(${alias}.reactions) r where r.value ->> 'emoji' is not null) end`;
}

export function conversationState(alias: string): string {
  return `jsonb_build_object(
    'id', ${alias}.id, 'leadId', ${alias}.lead_id, 'integrationId', ${alias}.integration_id,
    'mode', ${alias}.mode, 'takenOverBy', ${alias}.taken_over_by,
    'takenOverAt', ${utc(`${alias}.taken_over_at`)}, 'assigneeId', ${alias}.assignee_id,
    'optedOutAt', ${utc(`${alias}.opted_out_at`)},
    'stage', ${alias}.stage, 'intent', ${alias}.intent, 'sentiment', ${alias}.sentiment,
    'language', ${alias}.language, 'summary', ${alias}.summary, 'lastSeq', ${alias}.last_seq, 'readSeq', ${alias}.read_seq,
    'followUpAt', ${utc(`${alias}.follow_up_at`)}, 'followUpStep', ${alias}.follow_up_step,
    'attentionReason', ${alias}.attention_reason, 'attentionAt', ${utc(`${alias}.attention_at`)},
    'attentionOwnerId', ${alias}.attention_owner_id,
    'lastLeadMessageAt', ${utc(`${alias}.last_lead_message_at`)},
    'lastMessageAt', ${utc(`${alias}.last_message_at`)}, 'version', ${alias}.version)`;
}

export function bookingState(alias: string): string {
  return `jsonb_build_object(
    'id', ${alias}.id, 'conversationId', ${alias}.conversation_id, 'ctaId', ${alias}.cta_id,
    'requestedTime', ${alias}.requested_time, 'scheduledAt', ${utc(`${alias}.scheduled_at`)},
    'note', ${alias}.note, 'status', ${alias}.status, 'createdAt', ${utc(`${alias}.created_at`)},
    'version', ${alias}.version)`;
}

export function templateState(alias: string): string {
  return `jsonb_build_object(
    'id', ${alias}.id, 'name', ${alias}.name, 'language', ${alias}.language,
    'category', ${alias}.category, 'status', ${alias}.status, 'quality', ${alias}.quality,
    'rejectedReason', ${alias}.rejected_reason, 'version', ${alias}.version)`;
}

/** Nothing of it lies in other tables, so that the statement that makes a lead can tell of it. */
export function leadState(alias: string): string {
  return `jsonb_build_object(
    'id', ${alias}.id, 'name', ${alias}.name, 'username', ${alias}.username,
    'phones', array_remove(string_to_array(${alias}.phones, ' '), ''),
    'hasBsuid', ${alias}.has_bsuid, 'email', ${alias}.email, 'company', ${alias}.company,
    'source', ${alias}.source, 'referral', ${alias}.referral, 'tags', ${alias}.tags,
    'fields', ${alias}.fields, 'ownerId', ${alias}.owner_id,
    'createdAt', ${utc(`${alias}.created_at`)}, 'erasedAt', ${utc(`${alias}.erased_at`)},
    'mergedInto', ${alias}.merged_into, 'maybeSameAs', ${alias}.maybe_same_as,
    'version', ${alias}.version)`;
}

/** Rows for `outbox`: one event of this kind about each lead in `table`. */
export function leadNews(kind: LiveEventKind, table: string): string {
  return `select gen_random_uuid(), organization_id, '${kind}', id, version,
    ${leadState(table)} from ${table}`;
}

/** Rows for `outbox`: one event of this kind about each message in `table`. */
export function messageNews(kind: LiveEventKind, table: string): string {
  return `select gen_random_uuid(), organization_id, '${kind}', id, version,
    ${messageState(table)} from ${table}`;
}

/** Rows for `outbox`: one event of this kind about each conversation in `table`. */
export function conversationNews(kind: LiveEventKind, table: string): string {
  return `select gen_random_uuid(), organization_id, '${kind}', id, version,
    ${conversationState(table)} from ${table}`;
}

/** Writes events in the same commit as what they tell about. */
export function outboxInsert(...news: readonly string[]): string {
  return `insert into outbox (id, organization_id, kind, entity_id, version, data)
    ${news.join(" union all ")} returning outbox.*`;
}

/** Calls a person to the conversations of the messages in `table`; an earlier call stands. */
export function callPerson(table: string, reason: AttentionReason): string {
  return `update conversations c set
      attention_reason = coalesce(c.attention_reason, '${reason}'),
      attention_at = coalesce(c.attention_at, now()), version = c.version + 1
    from (select distinct organization_id, conversation_id from ${table}) called
    where c.organization_id = called.organization_id and c.id = called.conversation_id
    returning c.*`;
}

/** The live event that an outbox row stands for, as JSON. */
export function outboxEvent(alias: string): string {
  return `jsonb_build_object('eventId', ${alias}.id, 'organizationId', ${alias}.organization_id,
    'kind', ${alias}.kind, 'entityId', ${alias}.entity_id, 'version', ${alias}.version,
    'data', ${alias}.data)`;
}

/** All of a set of outbox rows as one JSON array; empty, never null. */
export function outboxEvents(table: string): string {
  return `(select coalesce(jsonb_agg(${outboxEvent("o")}), '[]'::jsonb) from ${table} o)`;
}

import type { Db } from "../../db/client.ts";
import { livePrompts } from "../../db/queries/live-prompts.ts";
import type { PromptSet } from "../../funnel/prompts.ts";
import type { TurnSeen } from "../../funnel/trace.ts";
import type { BrainDecision, TurnContext, TurnDisposition } from "../../funnel/turn.ts";
import { AppError } from "../../lib/errors.ts";
import { type ModelMessageRow, modelMessage, toModelMessage } from "../model-messages.ts";

/** A finished turn, with the context it had as far as rows still tell it. */
export interface RecordedTurn {
  context: TurnContext;
  decision: BrainDecision | null;
  draft: string | null;
  outcome: TurnDisposition;
  /** Exact decimal, of the calls with a known cost; null: none has one. */
  costUsd: string | null;
  /** By step, as the newest call of it was marked. */
  versions: Readonly<Record<string, string>>;
  /** What is not as it was, in sentences. */
  missing: string[];
}

interface Row extends Omit<RecordedTurn, "context" | "missing" | "outcome"> {
  conversationId: string;
  leadId: string;
  outcome: TurnDisposition | null;
  seen: TurnSeen | null;
  prompts: PromptSet;
  messages: (ModelMessageRow & { isEdited: boolean })[];
}

const MARK = /\[(?:phone|email|card|iban|secret)\]/;

/**
 * Rebuilds what a turn saw: facts, notes and places as they were kept, the messages' words as they stand
 * in their rows, so what was deleted stays deleted. Fails with `not_found`, and `conflict` for a turn that
 * is not finished, or whose context is not kept any more.
 */
export async function loadRecordedTurn(
  db: Db,
  organizationId: string,
  turnId: string,
): Promise<RecordedTurn> {
  const row = await db.first<Row>`
    select t.conversation_id, c.lead_id, t.disposition as outcome, t.decision, t.draft, x.seen,
      ${db.fragment(livePrompts("t.organization_id"))} as prompts,
      (select coalesce(jsonb_agg(${db.fragment(modelMessage("m"))}
          || jsonb_build_object('isEdited', coalesce(m.edited_at > t.started_at, false))), '[]'::jsonb)
        from messages m where m.organization_id = t.organization_id
          and m.conversation_id = t.conversation_id and m.seq in (
            select (s ->> 'seq')::bigint from jsonb_array_elements(x.seen -> 'messages') s)) as messages,
      k.cost_usd, coalesce(k.versions, '{}'::jsonb) as versions
    from turns t
    join conversations c on c.organization_id = t.organization_id and c.id = t.conversation_id
    left join turn_traces x on x.organization_id = t.organization_id and x.turn_id = t.id
    cross join lateral (select trim_scale(sum(l.cost))::text as cost_usd,
        jsonb_object_agg(l.step, l.prompt_version order by l.started_at) as versions
      from llm_calls l where l.organization_id = t.organization_id and l.turn_id = t.id
        and l.disposition is distinct from 'replay') k
    where t.organization_id = ${organizationId} and t.id = ${turnId}`;
  if (!row) throw new AppError("not_found", "There is no such turn.", { id: turnId });
  const { outcome, seen } = row;
  if (outcome === null) throw new AppError("conflict", "The turn is not finished.", { id: turnId });
  if (seen === null) {
    const why = "What this turn saw is not kept: it did not think, or it is over 30 days old.";
    throw new AppError("conflict", why, { id: turnId });
  }
  const { decision, draft, costUsd, versions } = row;
  const { messages, missing } = messagesOf(seen, row.messages);
  const { conversationId, leadId, prompts } = row;
  const ids = { organizationId, conversationId, leadId, turnId };
  const until = seen.window.serviceUntil;
  const window = { serviceUntil: until === null ? null : new Date(until) };
  const context = { ...seen, ...ids, prompts, messages, window, now: new Date(seen.now) };
  if (seen.summary !== null && MARK.test(seen.summary)) {
    missing.push("The notes of that moment are kept with marks in place of numbers and addresses.");
  }
  return { context, decision, draft, outcome, costUsd, versions, missing };
}

function messagesOf(seen: TurnSeen, rows: Row["messages"]) {
  const bySeq = new Map(rows.map((row) => [row.seq, row]));
  const messages = seen.messages.map((kept) => {
    const row = bySeq.get(kept.seq);
    return row
      ? { ...toModelMessage(row), isNew: kept.isNew }
      : { ...kept, sentAt: new Date(kept.sentAt) };
  });
  const count = (what: string, some: readonly unknown[]) =>
    some.length === 0 ? [] : [`${some.length} of ${messages.length} messages ${what}`];
  const gone = seen.messages.filter(({ seq }) => !bySeq.has(seq));
  const missing = [
    ...count(
      "were deleted, and stay so.",
      rows.filter(({ isDeleted }) => isDeleted),
    ),
    ...count(
      "were edited since: their new words stand in.",
      rows.filter((row) => row.isEdited && !row.isDeleted),
    ),
    ...count("are not in the chat any more: their redacted words stand in.", gone),
  ];
  return { messages, missing };
}

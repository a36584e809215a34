import type { EntryOf } from "../../streams/messages.ts";
import type { Db } from "../db/client.ts";
import { livePrompts } from "../db/queries/live-prompts.ts";
import { conversationNews, outboxEvents, outboxInsert } from "../db/queries/public-state.ts";
import { recordLlmCall } from "../db/queries/record-llm-call.ts";
import type { PromptSet } from "../funnel/prompts.ts";
import type { LlmCall } from "../funnel/turn.ts";
import { AppError } from "../lib/errors.ts";
import type { LiveEvent } from "../lib/events.ts";
import type { Thinker } from "../llm/thinker.ts";
import type { Announcer } from "./announce.ts";
import { type ModelMessageRow, modelMessage, toModelMessage } from "./model-messages.ts";

const SUMMARY_DEADLINE_MS = 30_000;
const MESSAGES_PER_SUMMARY = 60;

interface Unsummarized {
  leadId: string;
  summary: string | null;
  summarySeq: number;
  language: string;
  messages: ModelMessageRow[];
  prompts: PromptSet;
}

export interface RememberDeps {
  db: Db;
  thinker: Thinker;
  announcer: Announcer;
  onLlmCall(call: LlmCall, costUsd: number | null): void;
}

interface MemoryDelivery {
  entry: EntryOf["memory"];
  signal: AbortSignal;
}

/** Handler of `memory`: folds messages that no summary covers yet into the rolling summary. */
export function createRememberHandler(
  deps: RememberDeps,
): (delivery: MemoryDelivery) => Promise<void> {
  return async ({ entry, signal }) => {
    const { organizationId, conversationId } = entry;
    const behind = await loadUnsummarized(deps.db, organizationId, conversationId);
    const newest = behind?.messages.at(-1);
    if (behind === undefined || newest === undefined) return;
    const answer = await deps.thinker.summarise(
      {
        organizationId,
        conversationId,
        previous: behind.summary,
        language: behind.language,
        prompt: behind.prompts.memory,
        messages: behind.messages.map((message) => ({ ...toModelMessage(message), isNew: true })),
      },
      {
        deadlineMs: SUMMARY_DEADLINE_MS,
        signal,
        onCall: async (call) => {
          const subject = { organizationId, conversationId, leadId: behind.leadId, turnId: null };
          const { costUsd } = await recordLlmCall(deps.db, subject, call);
          deps.onLlmCall(call, costUsd);
        },
      },
    );
    if (answer.kind === "failed") {
      // It was reached: that it is away would be said of it until it says something useful.
      throw new AppError("internal", `No summary could be made: ${answer.reason}`);
    }
    const events = await storeSummary(deps.db, entry, behind, {
      text: answer.text,
      seq: newest.seq,
    });
    await deps.announcer.announce({ events });
  };
}

/** Only if nobody else summarised meanwhile; then this one is older and worth nothing. */
async function storeSummary(
  db: Db,
  { organizationId, conversationId }: EntryOf["memory"],
  behind: Unsummarized,
  summary: { text: string; seq: number },
): Promise<LiveEvent[]> {
  const sql = db.fragment;
  const row = await db.first<{ events: LiveEvent[] }>`
    with summarized as (
      update conversations set summary = ${summary.text}, summary_seq = ${summary.seq},
        version = version + 1
      where organization_id = ${organizationId} and id = ${conversationId}
        and summary_seq = ${behind.summarySeq}
      returning *
    ), news as (
      ${sql(outboxInsert(conversationNews("conversation.updated", "summarized")))}
    )
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}

function loadUnsummarized(
  db: Db,
  organizationId: string,
  conversationId: string,
): Promise<Unsummarized | undefined> {
  return db.first<Unsummarized>`
    select c.lead_id, c.summary, c.summary_seq, coalesce(c.language, o.language) as language,
      (select coalesce(jsonb_agg(${db.fragment(modelMessage("m"))} order by m.seq), '[]'::jsonb)
        from (select * from messages where conversation_id = c.id and seq > c.summary_seq
            and state not in ('cancelled', 'failed', 'queued', 'sending')
          order by seq limit ${MESSAGES_PER_SUMMARY}) m) as messages,
      ${db.fragment(livePrompts("c.organization_id"))} as prompts
    from conversations c join organizations o on o.id = c.organization_id
    where c.organization_id = ${organizationId} and c.id = ${conversationId}`;
}

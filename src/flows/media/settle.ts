import type { Db } from "../../db/client.ts";
import {
  callPerson,
  conversationNews,
  messageNews,
  outboxEvents,
  outboxInsert,
} from "../../db/queries/public-state.ts";
import type { MediaProblem } from "../../funnel/media.ts";
import type { LiveEvent } from "../../lib/events.ts";
import { isStillMine, type MediaClaim } from "./claim.ts";

export interface Stored {
  mimeType: string;
  bytes: number;
}

/**
 * The file is kept; what it says comes next, if anybody wants to know. Undefined when the claim is not in
 * force any more.
 */
export async function settleStored(
  db: Db,
  claim: MediaClaim,
  { mimeType, bytes }: Stored,
): Promise<{ events: LiveEvent[]; reads: boolean } | undefined> {
  const sql = db.fragment;
  const row = await db.first<{ events: LiveEvent[]; mine: boolean; reads: boolean }>`
    with kept as (
      update media md set state = 'stored', problem = null, mime_type = ${mimeType},
        bytes = ${bytes}::bigint, attempts = 0, lease_owner = null, next_attempt_at = now(),
        step = case when md.reading = 'pending' then 'read' end
      where ${isStillMine(db, claim)}
      returning md.*
    ), ${sql(tellOfMessage("kept"))}
    select ${sql(outboxEvents("news"))} as events, exists (select 1 from kept) as mine,
      exists (select 1 from kept where step = 'read') as reads`;
  return row?.mine ? row : undefined;
}

/** The file will not come: a person is called, because nobody else will see what was sent. */
export async function settleLost(
  db: Db,
  claim: MediaClaim,
  state: "refused" | "failed",
  problem: MediaProblem,
): Promise<{ events: LiveEvent[] } | undefined> {
  const sql = db.fragment;
  const row = await db.first<{ events: LiveEvent[]; mine: boolean }>`
    with locked as (
      select 1 from conversations
      where organization_id = ${claim.organizationId} and id = ${claim.conversationId} for update
    ), lost as (
      update media md set state = ${state}, problem = ${problem}, step = null, lease_owner = null,
        reading = case when md.reading = 'pending' then 'failed' else md.reading end
      from locked where ${isStillMine(db, claim)}
      returning md.*
    ), told as (
      update messages m set version = m.version + 1 from lost
      where m.organization_id = lost.organization_id and m.id = lost.message_id
      returning m.*
    ), unheard as (
      select * from told where author = 'lead'
    ), called as (
      ${sql(callPerson("unheard", "unreadable_message"))}
    ), news as (
      ${sql(
        outboxInsert(
          messageNews("message.updated", "told"),
          conversationNews("attention.required", "called"),
          conversationNews("conversation.updated", "called"),
        ),
      )}
    )
    select ${sql(outboxEvents("news"))} as events, exists (select 1 from lost) as mine`;
  return row?.mine ? row : undefined;
}

/** Once more after `waitMs`, and when that is. `spendsTry` false: it was interrupted. */
export async function settleLater(
  db: Db,
  claim: MediaClaim,
  { waitMs, problem, spendsTry }: { waitMs: number; problem: MediaProblem; spendsTry: boolean },
): Promise<Date | undefined> {
  const row = await db.first<{ nextAttemptAt: Date }>`
    update media md set lease_owner = null, attempts = md.attempts - ${spendsTry ? 0 : 1},
      problem = case when md.step = 'fetch' then ${problem} else md.problem end,
      next_attempt_at = now() + ${waitMs} * interval '1 millisecond'
    where ${isStillMine(db, claim)}
    returning md.next_attempt_at`;
  return row?.nextAttemptAt;
}

/** Bumps the message of the files in `table`, so that everybody who shows it looks again. */
function tellOfMessage(table: string): string {
  return `told as (
      update messages m set version = m.version + 1 from ${table}
      where m.organization_id = ${table}.organization_id and m.id = ${table}.message_id
      returning m.*
    ), news as (
      ${outboxInsert(messageNews("message.updated", "told"))}
    )`;
}

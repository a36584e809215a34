import {
  conversationNews,
  messageNews,
  outboxEvents,
  outboxInsert,
} from "../../db/queries/public-state.ts";
import { SEND_OBSTACLE } from "../../db/queries/replay-obstacle.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { LiveEvent } from "../../lib/events.ts";
import { type Letter, refuse, settle } from "./letters.ts";
import type { ReplayDeps } from "./replays.ts";

interface Failed {
  organizationId: string;
  integrationId: string;
  messageId: string;
}

/**
 * Queues a message that failed once more, and takes the call for a person back. It passes every gate
 * of a send again. Its tries go on being counted, because they tell its POSTs apart. One commit with
 * the letter; answers as `resumeTurn` does.
 */
export async function sendAfterAll(
  { db, announcer }: Pick<ReplayDeps, "db" | "announcer">,
  letter: Letter,
  { organizationId, integrationId, messageId }: Failed,
): Promise<string | null> {
  const { obstacle, events } = await db.transaction(async (tx) => {
    await tx.rows`
      select 1 from conversations c
      where c.organization_id = ${organizationId} and c.id = (select m.conversation_id
        from messages m where m.organization_id = ${organizationId} and m.id = ${messageId})
      for update`;
    // A statement of its own: it sees what was committed while the lock was waited for.
    const row = await tx.first<{ obstacle: string | null }>`
      select ${tx.fragment(SEND_OBSTACLE)} as obstacle from messages m
      join conversations c on c.organization_id = m.organization_id and c.id = m.conversation_id
      where m.organization_id = ${organizationId} and m.id = ${messageId} for update of m`;
    const why = row ? row.obstacle : "The message is not there any more.";
    if (why !== null) {
      await refuse(tx, letter.id, why);
      return { obstacle: why, events: [] };
    }
    // Another pass has done it.
    if ((await settle(tx, [letter.id])) === 0) return { obstacle: null, events: [] };
    return { obstacle: null, events: await queueAgain(tx, organizationId, messageId) };
  });
  if (obstacle === null) {
    const entry = { v: 1, organizationId, integrationId } as const;
    await announcer.announce({ append: [{ stream: "outbound", entry }], events });
  }
  return obstacle;
}

async function queueAgain(
  tx: Transaction,
  organizationId: string,
  messageId: string,
): Promise<LiveEvent[]> {
  const sql = tx.fragment;
  const row = await tx.first<{ events: LiveEvent[] }>`
    with queued as (
      update messages m set state = 'queued', next_attempt_at = now(), error_code = null,
        error_text = null, version = m.version + 1
      where m.organization_id = ${organizationId} and m.id = ${messageId} and m.state = 'failed'
      returning m.*
    ), calmed as (
      update conversations c set attention_reason = null, attention_at = null,
        attention_owner_id = null, version = c.version + 1
      from queued q where c.organization_id = q.organization_id and c.id = q.conversation_id
        and c.attention_reason = 'send_failed'
      returning c.*
    ), news as (
      ${sql(
        outboxInsert(
          messageNews("message.updated", "queued"),
          conversationNews("conversation.updated", "calmed"),
          conversationNews("attention.resolved", "calmed"),
        ),
      )}
    )
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}

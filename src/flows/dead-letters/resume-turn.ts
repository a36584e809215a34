import type { EntryOf } from "../../../streams/messages.ts";
import { conversationNews, outboxEvents, outboxInsert } from "../../db/queries/public-state.ts";
import { LAST_SENT_SEQ, turnObstacle, WAS_NUDGE } from "../../db/queries/replay-obstacle.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { LiveEvent } from "../../lib/events.ts";
import { type Letter, refuse, settle } from "./letters.ts";
import type { ReplayDeps } from "./replays.ts";

/**
 * Takes up a turn that was given up: what it should have answered is unanswered and due again, with all
 * its tries, and the call for a person is taken back; a nudge is due again. One commit with the letter,
 * so twice is impossible; a wake-up that is lost after it the sweep rebuilds. Answers why it cannot be
 * done (the letter then waits, with that reason), or null.
 */
export async function resumeTurn(
  { db, clock, announcer }: Pick<ReplayDeps, "db" | "clock" | "announcer">,
  letter: Letter,
  { organizationId, conversationId }: EntryOf["turns"],
): Promise<string | null> {
  const now = clock.now();
  const { obstacle, cause, events } = await db.transaction(async (tx) => {
    await tx.rows`
      select 1 from conversations
      where organization_id = ${organizationId} and id = ${conversationId} for update`;
    // A statement of its own: it sees what was committed while the lock was waited for.
    const row = await tx.first<{ obstacle: string | null; wasNudge: boolean }>`
      select ${turnObstacle(tx, now)} as obstacle, ${tx.fragment(WAS_NUDGE)} as was_nudge
      from conversations c where organization_id = ${organizationId} and id = ${conversationId}`;
    const why = row ? row.obstacle : "The chat is not there any more.";
    const resumed = row?.wasNudge === true ? "follow_up" : "message";
    if (why !== null) {
      await refuse(tx, letter.id, why);
      return { obstacle: why, cause: resumed, events: [] } as const;
    }
    if ((await settle(tx, [letter.id])) === 0) return NOTHING;
    const place = { organizationId, conversationId };
    const told = row?.wasNudge ? await nudgeAgain(tx, place, now) : await askAgain(tx, place);
    return { obstacle: null, cause: resumed, events: told } as const;
  });
  if (obstacle === null) {
    const entry = { v: 1, organizationId, conversationId, cause, replayOf: letter.id } as const;
    await announcer.announce({ append: [{ stream: "turns", entry }], events });
  }
  return obstacle;
}

/** Another pass has done it. */
const NOTHING = { obstacle: null, cause: "message", events: [] as LiveEvent[] } as const;

interface Place {
  organizationId: string;
  conversationId: string;
}

/** What came after the last thing we sent is new to the bot again. */
async function askAgain(tx: Transaction, place: Place): Promise<LiveEvent[]> {
  const sql = tx.fragment;
  const row = await tx.first<{ events: LiveEvent[] }>`
    with resumed as (
      update conversations c set turn_attempts = 0, supersessions = 0, due_at = now(),
        handled_seq = least(c.handled_seq, greatest(c.wake_seq - 1, 0)),
        answered_seq = least(c.answered_seq, ${sql(LAST_SENT_SEQ)}),
        attention_reason = nullif(c.attention_reason, 'turn_buried'),
        attention_at = case when c.attention_reason <> 'turn_buried' then c.attention_at end,
        attention_owner_id = case when c.attention_reason <> 'turn_buried'
          then c.attention_owner_id end,
        version = c.version + 1
      where c.organization_id = ${place.organizationId} and c.id = ${place.conversationId}
      returning c.*
    ), calm as (
      select * from resumed where attention_reason is null
    ), news as (
      ${sql(
        outboxInsert(
          conversationNews("conversation.updated", "resumed"),
          conversationNews("attention.resolved", "calm"),
        ),
      )}
    )
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}

async function nudgeAgain(tx: Transaction, place: Place, now: Date): Promise<LiveEvent[]> {
  const sql = tx.fragment;
  const row = await tx.first<{ events: LiveEvent[] }>`
    with resumed as (
      update conversations c set turn_attempts = 0, follow_up_at = ${now},
        attention_reason = nullif(c.attention_reason, 'turn_buried'),
        attention_at = case when c.attention_reason <> 'turn_buried' then c.attention_at end,
        attention_owner_id = case when c.attention_reason <> 'turn_buried'
          then c.attention_owner_id end,
        version = c.version + 1
      where c.organization_id = ${place.organizationId} and c.id = ${place.conversationId}
      returning c.*
    ), news as (
      ${sql(
        outboxInsert(
          conversationNews("conversation.updated", "resumed"),
          conversationNews("follow_up.scheduled", "resumed"),
        ),
      )}
    )
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}

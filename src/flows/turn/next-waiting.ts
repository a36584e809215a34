import type { Db } from "../../db/client.ts";
import { isBots, isUnanswered, leaseIsFree } from "../../db/queries/claimable.ts";

export interface WaitingTurn {
  conversationId: string;
  cause: "message" | "follow_up";
  /** Database time for a message; a follow-up is due already. */
  dueAt: Date;
  isDue: boolean;
}

/**
 * The conversations of an organization that have waited longest for the bot and that nobody is at, by
 * the claim's own predicate; longest first.
 */
export async function nextWaiting(
  db: Db,
  organizationId: string,
  { leaveOut, now, limit }: { leaveOut: readonly string[]; now: Date; limit: number },
): Promise<WaitingTurn[]> {
  const sql = db.fragment;
  return await db.rows<WaitingTurn>`
    select * from (
      (select c.id as conversation_id, 'message' as cause, c.due_at, c.due_at <= now() as is_due
        from conversations c
        where c.organization_id = ${organizationId} and ${sql(isBots("c"))}
          and ${sql(isUnanswered("c"))} and ${sql(leaseIsFree("c"))}
          and c.id <> all(${[...leaveOut]}::uuid[])
        order by c.due_at limit ${limit})
      union all
      (select c.id, 'follow_up', now(), true from conversations c
        where c.organization_id = ${organizationId} and ${sql(isBots("c"))}
          and not ${sql(isUnanswered("c"))} and c.follow_up_at <= ${now}
          and ${sql(leaseIsFree("c"))} and c.id <> all(${[...leaveOut]}::uuid[])
        order by c.follow_up_at limit ${limit})
    ) waiting order by due_at limit ${limit}`;
}

import type { Db } from "../../db/client.ts";
import { isBots, isUnanswered, leaseIsFree } from "../../db/queries/claimable.ts";
import type { TurnCause } from "../../funnel/turn.ts";
import { newId } from "../../lib/ids.ts";

/**
 * Short, and renewed while the turn runs. A lease that nobody renews is a leftover: of a dead process,
 * or of a claim or commit whose answer was lost on the way to a living one.
 */
export const LEASE_SECONDS = 8;

export interface ClaimRequest {
  organizationId: string;
  conversationId: string;
  cause: TurnCause;
  workerId: string;
  /** Business time, for follow-ups. */
  now: Date;
  /**
   * True when this process runs no turn of the conversation: a lease in its own name is then the
   * remains of one that could not be released.
   */
  ownLeaseIsLeftover: boolean;
}

export interface Claim {
  turnId: string;
  organizationId: string;
  conversationId: string;
  integrationId: string;
  epoch: number;
  attempt: number;
  cause: TurnCause;
  followUpStep: number;
  lastLeadWamid: string | null;
  phoneNumberId: string;
  accessTokenBox: string;
}

/**
 * Takes the conversation's lease with a new epoch and opens the turn's row, in one guarded UPDATE.
 * Undefined when there is nothing to do now, or somebody living is at it.
 */
export async function claimTurn(db: Db, request: ClaimRequest): Promise<Claim | undefined> {
  const sql = db.fragment;
  const turnId = newId();
  return await db.first<Claim>`
    with claimed as (
      update conversations c set lease_owner = ${request.workerId},
        lease_epoch = c.lease_epoch + 1,
        lease_until = now() + ${LEASE_SECONDS} * interval '1 second',
        turn_attempts = c.turn_attempts + 1, unseen_since = null
      where c.organization_id = ${request.organizationId} and c.id = ${request.conversationId}
        and ${sql(isBots("c"))}
        and (${sql(isUnanswered("c"))} and coalesce(c.due_at, now()) <= now()
          or c.follow_up_at <= ${request.now} and not ${sql(isUnanswered("c"))})
        and (${sql(leaseIsFree("c"))}
          or c.lease_owner = ${request.workerId} and ${request.ownLeaseIsLeftover})
      returning c.*
    ), opened as (
      insert into turns (organization_id, id, conversation_id, cause, epoch, attempt, worker_id)
      select organization_id, ${turnId}, id,
        case when ${sql(isUnanswered("claimed"))}
          then case when ${request.cause}::text = 'follow_up' then 'message'
            else ${request.cause}::text end
          else 'follow_up' end,
        lease_epoch, turn_attempts, lease_owner
      from claimed
      returning id, cause
    )
    select opened.id as turn_id, claimed.organization_id, claimed.id as conversation_id,
      claimed.integration_id, claimed.lease_epoch as epoch, claimed.turn_attempts as attempt,
      opened.cause, claimed.follow_up_step, claimed.last_lead_wamid,
      i.phone_number_id, i.access_token_box
    from claimed, opened, integrations i
    where i.organization_id = claimed.organization_id and i.id = claimed.integration_id`;
}

/**
 * When to come back to a conversation that could not be claimed: when it is due, or soon if its owner
 * seems to be dying; undefined if there is nothing to wait for.
 */
export async function comeBackAt(
  db: Db,
  organizationId: string,
  conversationId: string,
): Promise<Date | undefined> {
  const row = await db.first<{ comeBackAt: Date }>`
    select case when c.due_at > now() then c.due_at else now() + interval '1 second' end
      as come_back_at
    from conversations c
    where c.organization_id = ${organizationId} and c.id = ${conversationId}
      and ${db.fragment(isBots("c"))} and ${db.fragment(isUnanswered("c"))}
      and (c.due_at > now() or not exists (select 1 from workers w
        where w.id = c.lease_owner and w.seen_at > now() - interval '3 seconds'))`;
  return row?.comeBackAt;
}

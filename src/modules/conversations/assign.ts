import {
  conversationNews,
  conversationState,
  outboxEvents,
  outboxInsert,
} from "../../db/queries/public-state.ts";
import type { Transaction } from "../../db/transaction.ts";
import { AppError } from "../../lib/errors.ts";
import { type Changed, changeOf, noConversation, type Outcome } from "./service.ts";

/**
 * Says who of the team looks after the chat, whoever is writing in it; null: nobody. A repeat changes
 * and announces nothing. Fails with `not_found`, and with `invalid_input` when it is no member.
 */
export async function assign(
  db: Transaction,
  organizationId: string,
  conversationId: string,
  userId: string,
  assigneeId: string | null,
): Promise<Changed> {
  await requireMember(db, organizationId, conversationId, assigneeId);
  const sql = db.fragment;
  const row = await db.first<Outcome>`
    with locked as (
      select c.* from conversations c
      where c.organization_id = ${organizationId} and c.id = ${conversationId}
      for update
    ), assigned as (
      update conversations c set assignee_id = ${assigneeId}, version = c.version + 1
      from locked l where c.organization_id = l.organization_id and c.id = l.id
        and l.assignee_id is distinct from ${assigneeId}::uuid
      returning c.*
    ), noted as (
      insert into timeline_events (organization_id, id, conversation_id, kind, user_id, assignee_id)
      select organization_id, gen_random_uuid(), id, 'assigned', ${userId}, assignee_id
      from assigned
    ), news as (
      ${sql(outboxInsert(conversationNews("conversation.updated", "assigned")))}
    )
    select (select ${sql(conversationState("l"))} from locked l) as before,
      coalesce((select ${sql(conversationState("a"))} from assigned a),
        (select ${sql(conversationState("l"))} from locked l)) as conversation,
      ${sql(outboxEvents("news"))} as events`;
  return changeOf(row, conversationId, "");
}

/**
 * Keeps the member in the team until the commit. Who removes one locks the membership first and frees
 * their conversations then: so does this, or both would wait for each other.
 */
async function requireMember(
  db: Transaction,
  organizationId: string,
  conversationId: string,
  userId: string | null,
): Promise<void> {
  if (userId === null) return;
  const found = await db.first`
    select 1 from conversations
    where organization_id = ${organizationId} and id = ${conversationId}`;
  if (!found) throw noConversation(conversationId);
  const member = await db.first`
    select 1 from memberships
    where organization_id = ${organizationId} and user_id = ${userId} and removed_at is null
    for share`;
  if (!member) throw new AppError("invalid_input", "The team has no such member.", { userId });
}

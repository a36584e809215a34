import { windowIsOpen } from "../../db/queries/window.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Author } from "../../funnel/lead.ts";
import type { Actor, Principal } from "../../http/plugins/auth.ts";
import { AppError } from "../../lib/errors.ts";
import type { Message } from "./model.ts";

export interface Acting {
  principal: Principal;
  actor: Actor;
}

/** A message, and the chat it is in, as they are for the rest of the transaction. */
interface Locked {
  id: string;
  conversationId: string;
  integrationId: string;
  author: Author;
  userId: string | null;
  kind: string;
  state: Message["state"];
  doubtAt: Date | null;
  isResent: boolean;
  connected: boolean;
  mode: "bot" | "human";
  takenOverBy: string | null;
  optedOutAt: Date | null;
  inWindow: boolean;
}

/** Locks the conversation, then the message, as everywhere. `now` is business time. Fails with `not_found`. */
export async function lockMessage(
  tx: Transaction,
  organizationId: string,
  messageId: string,
  now: Date,
): Promise<Locked> {
  await tx.rows`
    select 1 from conversations c
    where c.organization_id = ${organizationId} and c.id = (select m.conversation_id from messages m
      where m.organization_id = ${organizationId} and m.id = ${messageId})
    for update`;
  // A statement of its own: it sees what was committed while the lock was waited for.
  const row = await tx.first<Locked>`
    select m.id, m.conversation_id, m.integration_id, m.author, m.user_id, m.kind, m.state,
      m.doubt_at, c.mode, c.taken_over_by, c.opted_out_at, ${windowIsOpen(tx, now)} as in_window,
      i.active as connected,
      exists (select 1 from messages r
        where r.organization_id = m.organization_id and r.resend_of = m.id) as is_resent
    from messages m
    join conversations c on c.organization_id = m.organization_id and c.id = m.conversation_id
    join integrations i on i.organization_id = m.organization_id and i.id = m.integration_id
    where m.organization_id = ${organizationId} and m.id = ${messageId}
    for update of m`;
  if (!row) throw new AppError("not_found", "There is no such message.", { messageId });
  return row;
}

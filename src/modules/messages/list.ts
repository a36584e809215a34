import type { Db } from "../../db/client.ts";
import { messageState } from "../../db/queries/public-state.ts";
import { AppError } from "../../lib/errors.ts";
import { noConversation } from "../conversations/service.ts";
import type { Message, MessagePage, MessagesQuery } from "./model.ts";

/**
 * One page of a chat, in its order: the newest, or those before or after a message. A message's `seq`
 * never changes, so pages neither overlap nor leave a gap. Fails with `not_found`.
 */
export async function listMessages(
  db: Db,
  organizationId: string,
  conversationId: string,
  { before, after, limit = 50 }: MessagesQuery,
): Promise<MessagePage> {
  if (before !== undefined && after !== undefined) {
    throw new AppError("invalid_input", "Ask for what is before or after a message, not both.");
  }
  const forward = after !== undefined;
  const low = Number(after ?? -1);
  const high = Number(before ?? Number.MAX_SAFE_INTEGER);
  const row = await db.first<{ messages: Message[] }>`
    select (
      select coalesce(jsonb_agg(page.state), '[]'::jsonb) from (
        select ${db.fragment(messageState("m"))} as state from messages m
        where m.organization_id = c.organization_id and m.conversation_id = c.id
          and m.seq > ${low}::bigint and m.seq < ${high}::bigint
        order by ${db.fragment(forward ? "m.seq" : "m.seq desc")} limit ${limit + 1}
      ) page
    ) as messages
    from conversations c
    where c.organization_id = ${organizationId} and c.id = ${conversationId}`;
  if (!row) throw noConversation(conversationId);
  const page = row.messages.slice(0, limit);
  const last = row.messages.length > limit ? page.at(-1) : undefined;
  return {
    data: forward ? page : page.reverse(),
    nextCursor: last ? String(last.seq) : null,
  };
}

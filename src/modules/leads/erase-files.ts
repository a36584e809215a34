import { FORGET_MEDIA } from "../../db/queries/forget-media.ts";
import type { Change } from "../mutate.ts";
import type { Traces } from "./erase.ts";

/**
 * Marks the files of these chats as to be erased; the sweep wakes the `media` stream, which looks once more
 * when nobody can be writing them any more.
 */
export async function forgetFiles(
  change: Change,
  { organizationId, conversationIds }: Traces,
): Promise<void> {
  await change.rows`
    update media md set ${change.fragment(FORGET_MEDIA)}
    from messages m
    where m.organization_id = ${organizationId}
      and m.conversation_id = any(${conversationIds}::uuid[])
      and md.organization_id = m.organization_id and md.message_id = m.id
      and md.state <> 'erased'`;
}

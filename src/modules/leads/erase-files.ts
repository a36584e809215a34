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
  // What was sent to them and to nobody else goes with the next look of the workers.
  await change.rows`
    with taken as (
      select distinct file_id from messages where organization_id = ${organizationId}
        and conversation_id = any(${conversationIds}::uuid[]) and file_id is not null
    )
    update files set kept_until = now()
    where organization_id = ${organizationId} and id in (select file_id from taken)`;
  await change.rows`
    update messages set file_id = null
    where organization_id = ${organizationId} and file_id is not null
      and conversation_id = any(${conversationIds}::uuid[])`;
}

import type { EntryOf } from "../../streams/messages.ts";
import type { Db } from "../db/client.ts";
import { newId } from "../lib/ids.ts";
import { storableText } from "../lib/json.ts";
import type { Log } from "../lib/log.ts";

interface DeadDelivery {
  entry: EntryOf["dead"];
}

/** Handler of `dead`: keeps what was given up where people can find, fix and replay it. */
export function createArchiveHandler(deps: {
  db: Db;
  log: Log;
}): (deliveries: readonly DeadDelivery[]) => Promise<void> {
  return async (deliveries) => {
    for (const { entry } of deliveries) {
      const { stream, origin, reason, errorClass, tries } = entry;
      const organizationId = UUID.test(entry.organizationId ?? "") ? entry.organizationId : null;
      await deps.db.rows`
        insert into dead_letters (id, organization_id, stream, origin, entry, reason, error_class,
          tries, first_seen_at, last_seen_at)
        values (${newId()}, ${organizationId}, ${stream}, ${origin},
          decode(${Buffer.from(entry.bytes).toString("base64")}, 'base64'),
          ${storableText(reason).text}, ${errorClass}, ${tries}, ${new Date(entry.firstSeenAt)},
          ${new Date(entry.lastSeenAt)})
        on conflict do nothing`;
      deps.log.error({ stream, origin, errorClass, tries }, "entry buried");
    }
  };
}

/** An id that was never checked may be anything; only a UUID fits the column. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

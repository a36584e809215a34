import type { EntryOf } from "../../streams/messages.ts";
import type { Db } from "../db/client.ts";
import { newId } from "../lib/ids.ts";
import { isJsonObject, storableText, tryParseJson } from "../lib/json.ts";
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
      await archive(deps.db, entry);
      const { stream, origin, errorClass, tries } = entry;
      deps.log.error({ stream, origin, errorClass, tries }, "entry buried");
    }
  };
}

/**
 * One burial is one letter, however often it is told; nor is it two when a replay was appended twice
 * because somebody died in between.
 */
async function archive(db: Db, entry: EntryOf["dead"]): Promise<void> {
  const { stream, origin, reason, errorClass, tries } = entry;
  const { replayOf, subjectId } = traces(entry);
  const bytes = db.part`decode(${Buffer.from(entry.bytes).toString("base64")}, 'base64')`;
  await db.rows`
    insert into dead_letters (id, organization_id, stream, origin, entry, reason, error_class,
      tries, first_seen_at, last_seen_at, subject_id, replay_of)
    select ${newId()}, ${uuidOrNull(entry.organizationId)}, ${stream}, ${origin}, ${bytes},
      ${storableText(reason).text}, ${errorClass}, ${tries}, ${new Date(entry.firstSeenAt)},
      ${new Date(entry.lastSeenAt)}, ${subjectId}::uuid,
      (select d.id from dead_letters d
        where d.id = coalesce(${replayOf}::uuid, ${db.fragment(RESUMED_LETTER)}))
    from (select ${subjectId}::uuid as subject_id) s
    where not exists (select 1 from dead_letters d
      where d.replay_of = ${replayOf}::uuid and d.entry = ${bytes} and d.stream <> 'turns')
    on conflict do nothing`;
}

/**
 * The letter of a conversation whose replay no turn has brought to an end yet: wake-ups come and go, so
 * a turn that dies again may do so with an entry that names no letter.
 */
const RESUMED_LETTER = `(select d.id from dead_letters d
  where d.subject_id = s.subject_id and d.stream = 'turns' and d.replayed_at is not null
    and not exists (select 1 from turns t
      where t.organization_id = d.organization_id and t.conversation_id = d.subject_id
        and t.finished_at > d.replayed_at
        and t.disposition not in ('released', 'buried', 'superseded'))
  order by d.replayed_at desc limit 1)`;

function traces({ stream, bytes }: EntryOf["dead"]) {
  const content = tryParseJson(new TextDecoder().decode(bytes));
  if (!isJsonObject(content)) return { replayOf: null, subjectId: null };
  const { replayOf, conversationId } = content;
  const isTurn = stream === "turns";
  return {
    replayOf: isTurn ? null : uuidOrNull(replayOf),
    subjectId: isTurn ? uuidOrNull(conversationId) : null,
  };
}

/** An id that was never checked may be anything; only a UUID fits the column. */
function uuidOrNull(id: unknown): string | null {
  return typeof id === "string" && UUID.test(id) ? id : null;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

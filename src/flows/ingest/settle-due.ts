import type { Db } from "../../db/client.ts";
import type { Clock } from "../../lib/clock.ts";
import { editedContent } from "../../whatsapp/content/edited.ts";
import { forgetDeletedFiles } from "./media.ts";
import { type ConversationKey, type DueChange, dueChanges, unmark } from "./parked.ts";
import { applyReactions } from "./react.ts";
import { applyRevokes } from "./revoke.ts";
import { toEditRow } from "./rows.ts";
import { type StoreOutcome, storeInbound } from "./store.ts";

/** Each look settles at least the newest edit of every message. */
const MAX_LOOKS = 10;

/**
 * Applies what waits in these conversations and whose message is here by now. Called after the change
 * or the message was stored, so that of two that cross one sees the other.
 */
export async function settleDue(
  { db, clock }: { db: Db; clock: Clock },
  keys: readonly ConversationKey[],
): Promise<Partial<StoreOutcome>[]> {
  const outcomes: Partial<StoreOutcome>[] = [];
  for (let look = 0; look < MAX_LOOKS; look += 1) {
    const due = await dueChanges(db, keys);
    if (due.length === 0) break;
    outcomes.push(...(await applyAll(db, due, clock.now())));
  }
  const files = await forgetDeletedFiles(db, keys);
  await unmark(db, keys);
  return [...outcomes, { files }];
}

/** Deletions last: what is deleted takes no reaction and no new words. */
async function applyAll(
  db: Db,
  due: readonly DueChange[],
  now: Date,
): Promise<Partial<StoreOutcome>[]> {
  const reactions = due.filter(({ content }) => content.type === "reaction");
  const revokes = due.filter(({ content }) => content.type === "revoke");
  const edits = toEditRows(due, now);
  return [
    { events: reactions.length > 0 ? await applyReactions(db, reactions) : [] },
    edits.length > 0 ? await storeInbound(db, edits) : {},
    revokes.length > 0 ? await applyRevokes(db, revokes) : {},
  ];
}

/** The newest of each message: a statement changes a row only once. */
function toEditRows(due: readonly DueChange[], now: Date) {
  const newest = new Map(
    due.flatMap((change) =>
      change.content.type === "edit" ? [[change.targetId, { change, edit: change.content }]] : [],
    ),
  );
  return [...newest.values()].map(({ change, edit }, ord) =>
    toEditRow(change, { ...edit, ...editedContent(change.targetContent, edit) }, ord, now),
  );
}

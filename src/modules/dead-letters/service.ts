import type { Db } from "../../db/client.ts";
import { keyset, pageOf } from "../../db/keyset.ts";
import type { DeadLetter, DeadLetterDetail, DeadLettersQuery } from "./model.ts";
import { redacted } from "./redact.ts";
import { filterConditions, inState, letterColumns, noLetter, withoutWords } from "./rows.ts";

const sorts = { createdAt: { sql: "d.created_at", type: "timestamptz" } } as const;

const replayedFilters = {
  yes: "d.replayed_at is not null",
  no: "d.replayed_at is null",
} as const;

/** One page of what was given up, newest first. Fails with `invalid_input` for a foreign cursor. */
export async function listDeadLetters(
  db: Db,
  { limit = 50, cursor, state, replayed, ...filter }: DeadLettersQuery,
) {
  const { after, order, position } = keyset(db, { sorts, sort: "-createdAt", id: "d.id", cursor });
  const conditions = [
    ...filterConditions(db, filter),
    ...(state === undefined ? [] : [db.fragment(inState[state])]),
    ...(replayed === undefined ? [] : [db.fragment(replayedFilters[replayed])]),
  ];
  const where = conditions.reduce((all, one) => db.part`${all} and ${one}`, after);
  const rows = await db.rows<DeadLetter & { position: string }>`
    select ${letterColumns(db)}, ${position} as position from dead_letters d
    where ${where} order by ${order} limit ${limit + 1}`;
  const { data, nextCursor } = pageOf(rows, limit);
  return { data: data.map(withoutWords), nextCursor };
}

/** One entry that was given up, redacted. Fails with `not_found`. */
export async function getDeadLetter(db: Db, id: string): Promise<DeadLetterDetail> {
  const row = await db.first<DeadLetter & { entry: Uint8Array; editedEntry: Uint8Array | null }>`
    select ${letterColumns(db)}, d.entry, d.edited_entry from dead_letters d where d.id = ${id}`;
  if (!row) throw noLetter(id);
  const { entry, editedEntry, ...letter } = row;
  return {
    ...withoutWords(letter),
    entry: redacted(entry),
    ...(editedEntry && { editedEntry: redacted(editedEntry) }),
  };
}

import type { Db } from "../../db/client.ts";
import { keyset, pageOf } from "../../db/keyset.ts";
import { utc } from "../../db/queries/public-state.ts";
import { instantOf } from "../../http/plugins/instants.ts";
import { AppError } from "../../lib/errors.ts";
import type { DeadLetter, DeadLetterDetail, DeadLettersQuery } from "./model.ts";
import { redacted, redactedReason } from "./redact.ts";

const ROW = `d.id, d.organization_id, d.stream, d.origin, d.reason, d.error_class, d.tries,
  length(d.entry) as byte_count, ${utc("d.first_seen_at")} as first_seen_at,
  ${utc("d.last_seen_at")} as last_seen_at, ${utc("d.replayed_at")} as replayed_at,
  ${utc("d.created_at")} as created_at`;

const sorts = { createdAt: { sql: "d.created_at", type: "timestamptz" } } as const;

const replayedFilters = {
  yes: "d.replayed_at is not null",
  no: "d.replayed_at is null",
} as const;

/** One page of what was given up, newest first. Fails with `invalid_input` for a foreign cursor. */
export async function listDeadLetters(
  db: Db,
  { limit = 50, cursor, ...filters }: DeadLettersQuery,
) {
  const { after, order, position } = keyset(db, { sorts, sort: "-createdAt", id: "d.id", cursor });
  const where = conditions(db, filters).reduce((all, one) => db.part`${all} and ${one}`, after);
  const rows = await db.rows<DeadLetter & { position: string }>`
    select ${db.fragment(ROW)}, ${position} as position from dead_letters d
    where ${where} order by ${order} limit ${limit + 1}`;
  const { data, nextCursor } = pageOf(rows, limit);
  return { data: data.map(withoutWords), nextCursor };
}

/** One entry that was given up, redacted. Fails with `not_found`. */
export async function getDeadLetter(db: Db, id: string): Promise<DeadLetterDetail> {
  const row = await db.first<DeadLetter & { entry: Uint8Array }>`
    select ${db.fragment(ROW)}, d.entry from dead_letters d where d.id = ${id}`;
  if (!row) throw new AppError("not_found", "There is no such dead letter.", { id });
  return { ...withoutWords(row), entry: redacted(row.entry) };
}

function withoutWords<Row extends DeadLetter>(row: Row): Row {
  return { ...row, reason: redactedReason(row.reason) };
}

function conditions(
  db: Db,
  { stream, organizationId, errorClass, replayed, from, to }: DeadLettersQuery,
) {
  return [
    ...(stream === undefined ? [] : [db.part`d.stream = ${stream}`]),
    ...(organizationId === undefined ? [] : [db.part`d.organization_id = ${organizationId}`]),
    ...(errorClass === undefined ? [] : [db.part`d.error_class = ${errorClass}`]),
    ...(replayed === undefined ? [] : [db.fragment(replayedFilters[replayed])]),
    ...(from === undefined ? [] : [db.part`d.created_at >= ${instantOf(from)}`]),
    ...(to === undefined ? [] : [db.part`d.created_at < ${instantOf(to)}`]),
  ];
}

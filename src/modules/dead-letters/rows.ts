import type { Db, Parameter } from "../../db/client.ts";
import { utc } from "../../db/queries/public-state.ts";
import { instantOf } from "../../http/plugins/instants.ts";
import { AppError } from "../../lib/errors.ts";
import type { DeadLetter, LetterFilter, LetterState } from "./model.ts";
import { redactedReason } from "./redact.ts";

/** What stands in a state: static SQL over the row `d`. */
export const inState: Readonly<Record<LetterState, string>> = {
  waiting: "d.replayed_at is null and d.discarded_at is null and d.replay_due_at is null",
  scheduled: "d.replay_due_at is not null",
  replayed: "d.replayed_at is not null",
  discarded: "d.discarded_at is not null",
};

const ROW = `d.id, case when ${inState.discarded} then 'discarded'
    when ${inState.replayed} then 'replayed' when ${inState.scheduled} then 'scheduled'
    else 'waiting' end as state,
  d.organization_id, d.stream, d.origin, d.reason, d.error_class, d.tries,
  length(d.entry) as byte_count, ${utc("d.first_seen_at")} as first_seen_at,
  ${utc("d.last_seen_at")} as last_seen_at, d.replay_of,
  (select coalesce(jsonb_agg(e.id order by e.created_at), '[]') from dead_letters e
    where e.replay_of = d.id) as replays,
  d.edited_entry is not null as edited, ${utc("d.replay_asked_at")} as replay_asked_at,
  d.replay_asked_by, ${utc("d.replay_due_at")} as replay_due_at,
  ${utc("d.replayed_at")} as replayed_at, d.refusal, ${utc("d.discarded_at")} as discarded_at,
  d.discarded_by, d.discard_reason, ${utc("d.created_at")} as created_at`;

/** The columns of a letter as the API shows it, `reason` still unmasked. */
export const letterColumns = (db: Pick<Db, "fragment">) => db.fragment(ROW);

export function withoutWords<Row extends DeadLetter>(row: Row): Row {
  return { ...row, reason: redactedReason(row.reason) };
}

/** A letter as it is now. Fails with `not_found`. */
export async function letterById(
  db: Pick<Db, "first" | "fragment">,
  id: string,
): Promise<DeadLetter> {
  const row = await db.first<DeadLetter>`
    select ${letterColumns(db)} from dead_letters d where d.id = ${id}`;
  if (!row) throw noLetter(id);
  return withoutWords(row);
}

export function noLetter(id: string): AppError {
  return new AppError("not_found", "There is no such dead letter.", { id });
}

/** What the filter asks of the row `d`, to be joined by `and`. */
export function filterConditions(
  db: Pick<Db, "part">,
  { stream, organizationId, errorClass, from, to }: LetterFilter,
): Parameter[] {
  return [
    ...(stream === undefined ? [] : [db.part`d.stream = ${stream}`]),
    ...(organizationId === undefined ? [] : [db.part`d.organization_id = ${organizationId}`]),
    ...(errorClass === undefined ? [] : [db.part`d.error_class = ${errorClass}`]),
    ...(from === undefined ? [] : [db.part`d.created_at >= ${instantOf(from)}`]),
    ...(to === undefined ? [] : [db.part`d.created_at < ${instantOf(to)}`]),
  ];
}

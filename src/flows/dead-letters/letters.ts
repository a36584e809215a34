import type { Db } from "../../db/client.ts";

/** Letters replayed in one pass, so that the sweep is never held up by them. */
const BATCH = 200;

/** Letters that are later than this have been waiting for us, not for their turn. */
const LATE = "interval '10 seconds'";

/** A letter whose replay has started. */
export interface Letter {
  id: string;
  stream: string;
  /** What is replayed: the edited bytes where there are some. */
  entry: Uint8Array;
}

/**
 * Nobody was there to replay for a while, and a whole batch is overdue: it is put off as one, so that
 * it goes on at its pace and not in one gush.
 */
export async function holdPace(db: Db): Promise<void> {
  const late = db.fragment(LATE);
  await db.rows`
    with late as (
      select replay_batch, now() - min(replay_due_at) as by from dead_letters
      where replay_due_at is not null and replay_started_at is null and replay_batch is not null
      group by replay_batch having min(replay_due_at) < now() - ${late}
    )
    update dead_letters d set replay_due_at = d.replay_due_at + late.by from late
    where d.replay_batch = late.replay_batch and d.replay_due_at is not null
      and d.replay_started_at is null`;
}

/**
 * Takes what is due, and what a pass that died has left started. From here on nobody can discard it or
 * call it off, because its entry may be in Redis.
 */
export async function startDue(db: Db): Promise<Letter[]> {
  const letters = await db.rows<Letter & { dueAt: Date }>`
    with due as (
      select id from dead_letters where replay_due_at <= now()
      order by replay_due_at, id limit ${BATCH} for update skip locked
    )
    update dead_letters d set replay_started_at = coalesce(d.replay_started_at, now())
    from due where d.id = due.id
    returning d.id, d.stream, coalesce(d.edited_entry, d.entry) as entry,
      d.replay_due_at as due_at`;
  return letters.toSorted(
    (one, other) => one.dueAt.getTime() - other.dueAt.getTime() || (one.id < other.id ? -1 : 1),
  );
}

/**
 * Their effect is there, or on its way for sure. Answers how many had not been settled before: an effect
 * in the same commit may happen only for those.
 */
export async function settle(db: Pick<Db, "rows">, ids: readonly string[]): Promise<number> {
  const settled = await db.rows`
    update dead_letters set replayed_at = now(), replay_due_at = null, replay_started_at = null
    where id = any(${[...ids]}::uuid[]) and replayed_at is null and replay_started_at is not null
    returning 1`;
  return settled.length;
}

/** Back to those that wait, with the reason. */
export async function refuse(db: Pick<Db, "rows">, id: string, why: string): Promise<void> {
  await db.rows`
    update dead_letters set refusal = ${why}, replay_due_at = null, replay_started_at = null
    where id = ${id} and replayed_at is null and replay_started_at is not null`;
}

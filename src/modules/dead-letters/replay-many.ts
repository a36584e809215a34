import { utc } from "../../db/queries/public-state.ts";
import type { Transaction } from "../../db/transaction.ts";
import { newId } from "../../lib/ids.ts";
import {
  type LetterFilter,
  MAX_SCHEDULED,
  type PacedReplay,
  type PacedReplayBody,
  type StoppedReplay,
} from "./model.ts";
import type { Asking, LetterDeps } from "./replay.ts";
import { filterConditions, inState } from "./rows.ts";

/**
 * Schedules what waits and fits the filter, oldest first, at a pace. It is written into the letters, so
 * it goes on whoever dies; what cannot be replayed when its turn comes waits again, with the reason.
 */
export async function askReplays(
  { mutate }: Pick<LetterDeps, "mutate">,
  { actor, key }: Asking,
  filter: LetterFilter,
  { perSecond }: PacedReplayBody,
): Promise<PacedReplay> {
  const batch = newId();
  return await mutate(
    actor,
    async (change) => {
      const fits = conditionsOf(change, filter, inState.waiting);
      const row = await change.first<PacedReplay>`
        with chosen as (
          select d.id, d.created_at from dead_letters d where ${fits}
          order by d.created_at, d.id limit ${MAX_SCHEDULED} for update skip locked
        ), placed as (
          select id, row_number() over (order by created_at, id) - 1 as place from chosen
        ), scheduled as (
          update dead_letters d set replay_asked_at = now(), replay_asked_by = ${actor.name},
            replay_batch = ${batch}, refusal = null, edited_entry = null,
            replay_due_at = now() + p.place / ${perSecond}::float8 * interval '1 second'
          from placed p where d.id = p.id
          returning d.replay_due_at
        )
        select (select count(*)::int from scheduled) as scheduled,
          ((select count(*) from dead_letters d where ${fits})
            - (select count(*) from scheduled))::int as left,
          (select ${change.fragment(utc("min(replay_due_at)"))} from scheduled) as first_due_at,
          (select ${change.fragment(utc("max(replay_due_at)"))} from scheduled) as last_due_at`;
      const answer = row ?? { scheduled: 0, left: 0, firstDueAt: null, lastDueAt: null };
      change.audit({
        action: "dead_letter.replays_asked",
        resourceId: batch,
        organizationId: filter.organizationId ?? null,
        after: { filter, perSecond, scheduled: answer.scheduled },
      });
      return answer;
    },
    { key, request: ["dead-letter", "replays", filter, perSecond] },
  );
}

/** Calls off what is scheduled and fits the filter, but for what is being replayed at this moment. */
export async function stopReplays(
  { mutate }: Pick<LetterDeps, "mutate">,
  { actor, key }: Asking,
  filter: LetterFilter,
): Promise<StoppedReplay> {
  return await mutate(
    actor,
    async (change) => {
      const fits = conditionsOf(
        change,
        filter,
        `${inState.scheduled} and d.replay_started_at is null`,
      );
      const stopped = await change.rows`
        update dead_letters d set replay_due_at = null, replay_batch = null where ${fits}
        returning 1`;
      change.audit({
        action: "dead_letter.replays_stopped",
        resourceId: filter.stream ?? "all",
        organizationId: filter.organizationId ?? null,
        after: { filter, stopped: stopped.length },
      });
      return { stopped: stopped.length };
    },
    { key, request: ["dead-letter", "stop", filter] },
  );
}

function conditionsOf(tx: Transaction, filter: LetterFilter, state: string) {
  return filterConditions(tx, filter).reduce(
    (all, one) => tx.part`${all} and ${one}`,
    tx.fragment(state),
  );
}

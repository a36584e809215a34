import { lockOpenLetter } from "./lock.ts";
import type { DeadLetter, DiscardBody } from "./model.ts";
import type { Asking, LetterDeps } from "./replay.ts";
import { letterById } from "./rows.ts";

/**
 * Decides that a letter is not to be replayed, for good; a replay that is scheduled is called off. Fails
 * as `lockOpenLetter`.
 */
export async function discardLetter(
  { mutate }: Pick<LetterDeps, "mutate">,
  { actor, key }: Asking,
  id: string,
  { reason }: DiscardBody,
): Promise<DeadLetter> {
  return await mutate(
    actor,
    async (change) => {
      const { organizationId, stream } = await lockOpenLetter(change, id);
      await change.rows`
        update dead_letters set discarded_at = now(), discarded_by = ${actor.name},
          discard_reason = ${reason}, replay_due_at = null, replay_batch = null
        where id = ${id}`;
      const after = { stream, reason };
      change.audit({ action: "dead_letter.discarded", resourceId: id, organizationId, after });
      return await letterById(change, id);
    },
    { key, request: ["dead-letter", "discard", id, reason] },
  );
}

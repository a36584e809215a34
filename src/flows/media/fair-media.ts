import type { EntryOf } from "../../../streams/messages.ts";
import type { Db } from "../../db/client.ts";
import { leaseIsFree } from "../../db/queries/claimable.ts";
import type { Announcer } from "../announce.ts";
import { fairRows } from "../fair-rows.ts";

const FILES_AT_ONCE = 8;
/** Three quarters, as of turns: a slow store or a flood of videos leaves others a place. */
export const FILES_OF_ONE_ORGANIZATION = 6;
const WAITING_OF_ONE_ORGANIZATION = 4;
const BROUGHT_FOR_ONE = 2;

interface FairDeps {
  db: Db;
  announcer: Pick<Announcer, "announce">;
  /** Milliseconds that only go forward. */
  monotonicMs(): number;
}

type HandleMedia<Delivery> = (delivery: Delivery) => Promise<void>;

/**
 * Shares the files of a process out over organizations; files wait on their rows. What an operator
 * replays waits nowhere else: it is let through in any case.
 */
export function fairMedia<Delivery extends { entry: EntryOf["media"]; signal: AbortSignal }>(
  { db, announcer, monotonicMs }: FairDeps,
  handle: HandleMedia<Delivery>,
): HandleMedia<Delivery> {
  const shared = fairRows<EntryOf["media"], Delivery>(
    {
      total: FILES_AT_ONCE,
      ofOneOrganization: FILES_OF_ONE_ORGANIZATION,
      waitingOfOne: WAITING_OF_ONE_ORGANIZATION,
      broughtForOne: BROUGHT_FOR_ONE,
      idOf: ({ mediaId }) => mediaId,
      bring: async (organizationId, look) => {
        const next = await nextFiles(db, organizationId, look);
        await announcer.announce({
          append: next.map((mediaId) => ({
            stream: "media",
            entry: { v: 1, organizationId, mediaId },
          })),
        });
        return next;
      },
      monotonicMs,
    },
    handle,
  );
  return (delivery) =>
    delivery.entry.replayOf === undefined ? shared(delivery) : handle(delivery);
}

/** The organization's files that are due and that nobody is at, by the claim's own predicate; longest first. */
async function nextFiles(
  db: Db,
  organizationId: string,
  { leaveOut, limit }: { leaveOut: readonly string[]; limit: number },
): Promise<string[]> {
  const rows = await db.rows<{ id: string }>`
    select md.id from media md
    where md.organization_id = ${organizationId} and md.step is not null
      and md.next_attempt_at <= now() and ${db.fragment(leaseIsFree("md"))}
      and md.id <> all(${[...leaveOut]}::uuid[])
    order by md.next_attempt_at limit ${limit}`;
  return rows.map(({ id }) => id);
}

import type { EntryOf } from "../../../streams/messages.ts";
import type { Db } from "../../db/client.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Announcer } from "../announce.ts";
import type { Wakeup } from "../deps.ts";
import { fairRows } from "../fair-rows.ts";
import { nextWaiting, type WaitingTurn } from "./next-waiting.ts";

const TURNS_AT_ONCE = 32;
/** Three quarters: the rest stays free for everybody else. */
export const TURNS_OF_ONE_ORGANIZATION = 24;
/** Enough that a place that becomes free is taken at once. */
const WAITING_OF_ONE_ORGANIZATION = 8;
const BROUGHT_FOR_ONE = 2;

interface FairDeps {
  db: Db;
  clock: Clock;
  announcer: Pick<Announcer, "announce">;
  /** Milliseconds that only go forward. */
  monotonicMs(): number;
}

type HandleTurn<Delivery> = (delivery: Delivery) => Promise<void>;

/** Shares the turns of a process out over organizations; conversations wait on their rows. */
export function fairTurns<Delivery extends { entry: EntryOf["turns"]; signal: AbortSignal }>(
  { db, clock, announcer, monotonicMs }: FairDeps,
  handle: HandleTurn<Delivery>,
): HandleTurn<Delivery> {
  return fairRows<EntryOf["turns"], Delivery>(
    {
      total: TURNS_AT_ONCE,
      ofOneOrganization: TURNS_OF_ONE_ORGANIZATION,
      waitingOfOne: WAITING_OF_ONE_ORGANIZATION,
      broughtForOne: BROUGHT_FOR_ONE,
      idOf: ({ conversationId }) => conversationId,
      bring: async (organizationId, look) => {
        const next = await nextWaiting(db, organizationId, { ...look, now: clock.now() });
        await announcer.announce({
          append: next.filter(({ isDue }) => isDue).map((one) => wakeUp(organizationId, one)),
          schedule: next.filter(({ isDue }) => !isDue).map((one) => later(organizationId, one)),
        });
        return next.map(({ conversationId }) => conversationId);
      },
      monotonicMs,
    },
    handle,
  );
}

function wakeUp(organizationId: string, { conversationId, cause }: WaitingTurn) {
  return { stream: "turns", entry: { v: 1, organizationId, conversationId, cause } } as const;
}

function later(organizationId: string, turn: WaitingTurn): Wakeup {
  return { append: wakeUp(organizationId, turn), atMs: turn.dueAt.getTime(), keep: "latest" };
}

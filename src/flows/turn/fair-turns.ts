import type { EntryOf } from "../../../streams/messages.ts";
import type { Db } from "../../db/client.ts";
import type { Clock } from "../../lib/clock.ts";
import { createPlaces } from "../../lib/places.ts";
import type { Announcer } from "../announce.ts";
import type { Wakeup } from "../deps.ts";
import { nextWaiting, type WaitingTurn } from "./next-waiting.ts";

const TURNS_AT_ONCE = 32;
/** Three quarters: the rest stays free for everybody else. */
export const TURNS_OF_ONE_ORGANIZATION = 24;
/** Enough that a place that becomes free is taken at once. */
const WAITING_OF_ONE_ORGANIZATION = 8;
/** Brought for each that ends while there is room for more of the organization. */
const BROUGHT_FOR_ONE = 2;

/** A wake-up that has not come back by then may be brought again. */
const BACK_WITHIN_MS = 10_000;

interface FairDeps {
  db: Db;
  clock: Clock;
  announcer: Pick<Announcer, "announce">;
  /** Milliseconds that only go forward. */
  monotonicMs(): number;
}

type HandleTurn<Delivery> = (delivery: Delivery) => Promise<void>;

/**
 * Shares the turns of a process out over organizations. A wake-up for which there is no room is let go:
 * the row says that the conversation waits, and each turn of the organization that ends brings those
 * that have waited longest to the stream. As long as some wait so, new wake-ups do not overtake them. If
 * the process dies, the sweep brings them.
 */
export function fairTurns<Delivery extends { entry: EntryOf["turns"]; signal: AbortSignal }>(
  { db, clock, announcer, monotonicMs }: FairDeps,
  handle: HandleTurn<Delivery>,
): HandleTurn<Delivery> {
  const places = createPlaces({ total: TURNS_AT_ONCE, ofOneKey: TURNS_OF_ONE_ORGANIZATION });
  /** Organizations of which conversations were let go. */
  const owed = new Set<string>();
  /** When each conversation was brought to the stream, until it comes back or went to another process. */
  const broughtAtMs = new Map<string, number>();
  const inHand = new Set<string>();
  /** How many more are wanted, by organization that is being looked at. */
  const looks = new Map<string, number>();

  function mayWait(organizationId: string, isBrought: boolean): boolean {
    // With none in hand, nobody would bring those that wait.
    return isBrought || !owed.has(organizationId) || places.inHand(organizationId) === 0;
  }

  /** One look at a time for each organization: two at once would find the same. */
  async function bringNext(organizationId: string): Promise<void> {
    const hasRoom = places.inHand(organizationId) < TURNS_OF_ONE_ORGANIZATION;
    const wanted = hasRoom ? BROUGHT_FOR_ONE : 1;
    const asked = looks.get(organizationId);
    looks.set(organizationId, (asked ?? 0) + wanted);
    if (asked !== undefined) return;
    try {
      for (let limit = wanted; limit > 0; limit = looks.get(organizationId) ?? 0) {
        looks.set(organizationId, 0);
        await bring(organizationId, limit);
      }
    } finally {
      looks.delete(organizationId);
    }
  }

  async function bring(organizationId: string, limit: number): Promise<void> {
    for (const [id, atMs] of broughtAtMs) {
      if (monotonicMs() - atMs > BACK_WITHIN_MS) broughtAtMs.delete(id);
    }
    // Before looking: who is let go meanwhile is owed anew.
    owed.delete(organizationId);
    const leaveOut = [...broughtAtMs.keys(), ...inHand];
    const look = { leaveOut, now: clock.now(), limit };
    const next = await nextWaiting(db, organizationId, look).catch((error: unknown) => {
      owed.add(organizationId);
      throw error;
    });
    if (next.length > 0) owed.add(organizationId);
    for (const { conversationId } of next) broughtAtMs.set(conversationId, monotonicMs());
    await announcer.announce({
      append: next.filter(({ isDue }) => isDue).map((one) => wakeUp(organizationId, one)),
      schedule: next.filter(({ isDue }) => !isDue).map((one) => later(organizationId, one)),
    });
  }

  return async (delivery) => {
    const { entry, signal } = delivery;
    const { organizationId, conversationId } = entry;
    const isBrought = broughtAtMs.delete(conversationId);
    const waitingAtMost = mayWait(organizationId, isBrought) ? WAITING_OF_ONE_ORGANIZATION : 0;
    inHand.add(conversationId);
    const place = await places.take(organizationId, { waitingAtMost, signal });
    if (!place) {
      inHand.delete(conversationId);
      signal.throwIfAborted();
      owed.add(organizationId);
      return;
    }
    try {
      await handle(delivery);
    } finally {
      inHand.delete(conversationId);
      place.release();
      if (owed.has(organizationId)) await bringNext(organizationId);
    }
  };
}

function wakeUp(organizationId: string, { conversationId, cause }: WaitingTurn) {
  return { stream: "turns", entry: { v: 1, organizationId, conversationId, cause } } as const;
}

function later(organizationId: string, turn: WaitingTurn): Wakeup {
  return { append: wakeUp(organizationId, turn), atMs: turn.dueAt.getTime(), keep: "latest" };
}

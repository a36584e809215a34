import type { EntryOf } from "../../../streams/messages.ts";
import type { Db } from "../../db/client.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Announcer } from "../announce.ts";
import { createShares } from "../shares.ts";
import { nextWaiting } from "./next-waiting.ts";

/** Three quarters of the turns a process runs at once: the rest stays free for everybody else. */
export const TURNS_OF_ONE_ORGANIZATION = 24;

/** A wake-up that has not come back by then may be brought again. */
const BACK_WITHIN_MS = 10_000;

interface FairDeps {
  db: Db;
  clock: Clock;
  announcer: Announcer;
  /** Milliseconds that only go forward. */
  monotonicMs(): number;
}

type HandleTurn<Delivery> = (delivery: Delivery) => Promise<void>;

/**
 * Keeps one organization from taking every slot. Beyond its share a wake-up is let go: the row says
 * that the conversation waits, and each turn of the organization that ends brings the longest waiting
 * one to the end of the stream, behind whatever others have there. If the process dies, the sweep does.
 */
export function fairTurns<Delivery extends { entry: EntryOf["turns"] }>(
  { db, clock, announcer, monotonicMs }: FairDeps,
  handle: HandleTurn<Delivery>,
): HandleTurn<Delivery> {
  const shares = createShares(TURNS_OF_ONE_ORGANIZATION);
  /** When each conversation was brought to the stream, until it comes back or went to another process. */
  const broughtAtMs = new Map<string, number>();

  async function bringNext(organizationId: string): Promise<void> {
    for (const [id, atMs] of broughtAtMs) {
      if (monotonicMs() - atMs > BACK_WITHIN_MS) broughtAtMs.delete(id);
    }
    const known = [...broughtAtMs.keys()];
    const next = await nextWaiting(db, organizationId, known, clock.now());
    if (next === undefined) return;
    const { conversationId, cause, dueAt, isDue } = next;
    broughtAtMs.set(conversationId, monotonicMs());
    shares.owe(organizationId);
    const entry = { v: 1, organizationId, conversationId, cause } as const;
    const append = { stream: "turns", entry } as const;
    await announcer.announce(
      isDue
        ? { append: [append] }
        : { schedule: [{ append, atMs: dueAt.getTime(), keep: "latest" }] },
    );
  }

  return async (delivery) => {
    const { organizationId, conversationId } = delivery.entry;
    broughtAtMs.delete(conversationId);
    if (!shares.enter(organizationId)) return;
    try {
      await handle(delivery);
    } finally {
      if (shares.leave(organizationId)) await bringNext(organizationId);
    }
  };
}

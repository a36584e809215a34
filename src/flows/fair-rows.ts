import { createPlaces } from "./places.ts";

/** A wake-up that has not come back by then may be brought again. */
const BACK_WITHIN_MS = 10_000;

interface Entry {
  organizationId: string;
}

interface FairRowsDeps<E extends Entry> {
  /** Of all places of the process, how many one organization may hold, and how many may wait for one. */
  total: number;
  ofOneOrganization: number;
  waitingOfOne: number;
  /** Brought for each that ends while there is room for more of the organization. */
  broughtForOne: number;
  /** Which row an entry is about. */
  idOf(entry: E): string;
  /** Brings the organization's rows that have waited longest to the stream; answers with their ids. */
  bring(
    organizationId: string,
    look: { leaveOut: readonly string[]; limit: number },
  ): Promise<readonly string[]>;
  /** Milliseconds that only go forward. */
  monotonicMs(): number;
}

type Handle<Delivery> = (delivery: Delivery) => Promise<void>;

/**
 * Shares the work of a process out over organizations, where rows say what waits. A wake-up for which there
 * is no room is let go, and each of the organization that ends brings those that have waited longest to
 * the stream. As long as some wait so, new wake-ups do not overtake them. If the process dies, the sweep
 * brings them.
 */
export function fairRows<E extends Entry, Delivery extends { entry: E; signal: AbortSignal }>(
  deps: FairRowsDeps<E>,
  handle: Handle<Delivery>,
): Handle<Delivery> {
  const { total, ofOneOrganization: ofOneKey, monotonicMs } = deps;
  const places = createPlaces({ total, ofOneKey });
  /** Organizations of which rows were let go. */
  const owed = new Set<string>();
  /** When each row was brought to the stream, until it comes back or went to another process. */
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
    const wanted = places.inHand(organizationId) < ofOneKey ? deps.broughtForOne : 1;
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
    const brought = await deps
      .bring(organizationId, { leaveOut, limit })
      .catch((error: unknown) => {
        owed.add(organizationId);
        throw error;
      });
    if (brought.length > 0) owed.add(organizationId);
    for (const id of brought) broughtAtMs.set(id, monotonicMs());
  }

  return async (delivery) => {
    const { entry, signal } = delivery;
    const { organizationId } = entry;
    const id = deps.idOf(entry);
    const isBrought = broughtAtMs.delete(id);
    const waitingAtMost = mayWait(organizationId, isBrought) ? deps.waitingOfOne : 0;
    inHand.add(id);
    const place = await places.take(organizationId, { waitingAtMost, signal });
    if (!place) {
      inHand.delete(id);
      signal.throwIfAborted();
      owed.add(organizationId);
      return;
    }
    try {
      await handle(delivery);
    } finally {
      inHand.delete(id);
      place.release();
      if (owed.has(organizationId)) await bringNext(organizationId);
    }
  };
}

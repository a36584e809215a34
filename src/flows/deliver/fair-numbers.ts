import type { EntryOf } from "../../../streams/messages.ts";
import { createPlaces } from "../../lib/places.ts";

/** Wake-ups that a process serves at once; each sends up to 8 messages side by side. */
const WAKE_UPS_AT_ONCE = 16;
const WAKE_UPS_OF_ONE_NUMBER = 4;

type HandleOutbound<Delivery> = (delivery: Delivery) => Promise<void>;

/**
 * Keeps one busy number from taking every slot. One wake-up of a number waits for a place; more are let
 * go, because the one that waits looks later than they would have, and sends whatever is there by then.
 */
export function fairNumbers<Delivery extends { entry: EntryOf["outbound"]; signal: AbortSignal }>(
  handle: HandleOutbound<Delivery>,
): HandleOutbound<Delivery> {
  const places = createPlaces({ total: WAKE_UPS_AT_ONCE, ofOneKey: WAKE_UPS_OF_ONE_NUMBER });
  return async (delivery) => {
    const { entry, signal } = delivery;
    const place = await places.take(entry.integrationId, { waitingAtMost: 1, signal });
    // One that was interrupted has not been let go: nobody else may look for it.
    if (!place) return signal.throwIfAborted();
    try {
      await handle(delivery);
    } finally {
      place.release();
    }
  };
}

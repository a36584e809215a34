import type { EntryOf } from "../../../streams/messages.ts";
import type { Announcer } from "../announce.ts";
import { createShares } from "../shares.ts";

/** Of the 16 wake-ups a process serves at once; each sends up to 8 messages side by side. */
const WAKE_UPS_OF_ONE_NUMBER = 4;

type HandleOutbound<Delivery> = (delivery: Delivery) => Promise<void>;

/**
 * Keeps one busy number from taking every slot. Beyond its share a wake-up is let go: those under way
 * send whatever waits, and the first of them to end brings another to the end of the stream.
 */
export function fairNumbers<Delivery extends { entry: EntryOf["outbound"] }>(
  { announcer }: { announcer: Announcer },
  handle: HandleOutbound<Delivery>,
): HandleOutbound<Delivery> {
  const shares = createShares(WAKE_UPS_OF_ONE_NUMBER);
  return async (delivery) => {
    const { entry } = delivery;
    if (!shares.enter(entry.integrationId)) return;
    try {
      await handle(delivery);
    } finally {
      if (shares.leave(entry.integrationId)) {
        await announcer.announce({ append: [{ stream: "outbound", entry }] });
      }
    }
  };
}

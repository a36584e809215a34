import { sleep } from "../../lib/sleep.ts";
import { pushBounded } from "../bounded.ts";
import type { FaultBoard } from "../faults.ts";
import type { Lifetime } from "../lifetime.ts";
import { createBatcher, createOvertaking } from "./disorder.ts";
import type { Parcel, SendParcels, WebhookItem } from "./parcel.ts";
import type { WebhookSender } from "./sender.ts";

/** Everything that leaves for the webhook, with the disorder that was asked for. */
export interface WebhookOutbox {
  /** True once the POST that carried the item was answered 200; false when it was given up. */
  post(item: WebhookItem): Promise<boolean>;
  /** Sends the statuses a `hold_statuses` fault kept back, in their order. */
  releaseHeld(): void;
  /** Forgets whatever has not left yet. */
  reset(): void;
}

const MAX_HELD = 10_000;

export function createWebhookOutbox(
  faults: FaultBoard,
  sender: WebhookSender,
  lifetime: Lifetime,
): WebhookOutbox {
  const held: Parcel[] = [];
  const send: SendParcels = (identity, parcels) => {
    const items = parcels.map(({ item }) => item);
    lifetime.spawn("webhook", async (signal) => {
      const delivered = await sender.send(identity, items, signal);
      for (const parcel of parcels) parcel.settle(delivered);
    });
  };
  const batcher = createBatcher(send, lifetime);
  const overtaking = createOvertaking(send, lifetime);

  function dispatch(arrived: Parcel): void {
    const { identity, about } = arrived.item;
    const batched = faults.take("webhooks", "batch", about);
    const reordered = batched ? undefined : faults.take("webhooks", "reorder", about);
    if (batched) batcher.add(arrived, batched.delayMs);
    else if (reordered) overtaking.keepBack(arrived, reordered.delayMs);
    else {
      const parcel = overtaking.overtaking(arrived);
      if (faults.take("webhooks", "duplicate", about)) send(identity, [arrived]);
      send(identity, [parcel]);
    }
  }

  return {
    post(item) {
      const { promise, resolve: settle } = Promise.withResolvers<boolean>();
      const parcel: Parcel = { item, settle };
      if (item.isStatus && faults.take("webhooks", "hold_statuses", item.about)) {
        pushBounded(held, parcel, MAX_HELD);
        return promise;
      }
      const late = faults.take("webhooks", "delay", item.about);
      if (!late) dispatch(parcel);
      else {
        lifetime.spawn("delay", async (signal) => {
          await sleep(late.delayMs ?? 0, signal);
          if (signal.aborted) settle(false);
          else dispatch(parcel);
        });
      }
      return promise;
    },
    releaseHeld() {
      for (const parcel of held.splice(0)) dispatch(parcel);
    },
    reset() {
      const waiting = [...held.splice(0), ...batcher.empty(), ...overtaking.empty()];
      for (const parcel of waiting) parcel.settle(false);
    },
  };
}

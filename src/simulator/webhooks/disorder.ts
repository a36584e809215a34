import { sleep } from "../../lib/sleep.ts";
import type { Identity } from "../deps.ts";
import type { Lifetime } from "../lifetime.ts";
import type { Parcel, SendParcels } from "./parcel.ts";

const MAX_BATCH = 1_000;
const BATCH_WINDOW_MS = 300;
const REORDER_WAIT_MS = 1_000;

/** Gathers what comes within a window into one POST per number. */
export function createBatcher(send: SendParcels, lifetime: Lifetime) {
  const batches = new Map<Identity, Parcel[]>();

  function flush(identity: Identity): void {
    const parcels = batches.get(identity);
    batches.delete(identity);
    if (parcels) send(identity, parcels);
  }
  return {
    add(parcel: Parcel, windowMs = BATCH_WINDOW_MS): void {
      const { identity } = parcel.item;
      const parcels = batches.get(identity);
      if (parcels) {
        parcels.push(parcel);
        if (parcels.length >= MAX_BATCH) flush(identity);
        return;
      }
      batches.set(identity, [parcel]);
      lifetime.spawn("batch", (signal) => sleep(windowMs, signal).then(() => flush(identity)));
    },
    /** Takes out what is still waiting. */
    empty(): Parcel[] {
      const waiting = [...batches.values()].flat();
      batches.clear();
      return waiting;
    },
  };
}

/** Keeps one parcel per number back until the next one was answered, or nobody came. */
export function createOvertaking(send: SendParcels, lifetime: Lifetime) {
  const keptBack = new Map<Identity, Parcel>();

  function letGo(identity: Identity, parcel: Parcel | undefined): void {
    if (!parcel || keptBack.get(identity) !== parcel) return;
    keptBack.delete(identity);
    send(identity, [parcel]);
  }
  return {
    keepBack(parcel: Parcel, waitMs = REORDER_WAIT_MS): void {
      const { identity } = parcel.item;
      letGo(identity, keptBack.get(identity));
      keptBack.set(identity, parcel);
      lifetime.spawn("reorder", (signal) =>
        sleep(waitMs, signal).then(() => letGo(identity, parcel)),
      );
    },
    /** The same parcel; once it is settled the one kept back before it goes. */
    overtaking(parcel: Parcel): Parcel {
      const { identity } = parcel.item;
      const slower = keptBack.get(identity);
      if (!slower) return parcel;
      const settle = (delivered: boolean) => {
        parcel.settle(delivered);
        letGo(identity, slower);
      };
      return { item: parcel.item, settle };
    },
    /** Takes out what is still waiting. */
    empty(): Parcel[] {
      const waiting = [...keptBack.values()];
      keptBack.clear();
      return waiting;
    },
  };
}

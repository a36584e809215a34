import type { Identity } from "../deps.ts";
import type { FaultSubject } from "../faults.ts";
import type { JsonObject } from "./envelope.ts";

export interface WebhookItem {
  identity: Identity;
  value: JsonObject;
  /** Left out: `messages`. */
  field?: string;
  /** Of a notice: its `entry.id` and `entry.time`. */
  entry?: { id: string; time: number };
  isStatus: boolean;
  /** Who the item is about, for matching faults. */
  about: FaultSubject;
}

/** An item on its way, and whoever waits for it to be answered 200. */
export interface Parcel {
  item: WebhookItem;
  settle(delivered: boolean): void;
}

/** Sends parcels of one number in one POST and settles them. */
export type SendParcels = (identity: Identity, parcels: readonly Parcel[]) => void;

export const messageStates = [
  "received",
  "queued",
  "sending",
  "unknown",
  "accepted",
  "sent",
  "delivered",
  "read",
  "played",
  "failed",
  "cancelled",
] as const;

/**
 * Why a message did not go out. `withdrawn`: by a person, in time. `window_closed`: free-form, and the
 * lead has not written for 24 hours. `marketing_stopped`: marketing, and the lead wants none.
 */
export const cancelReasons = [
  "fence",
  "superseded",
  "expired",
  "withdrawn",
  "disconnected",
  "window_closed",
  "marketing_stopped",
  "template_unsendable",
] as const;

/** Delivery statuses as Meta reports them, worst to best. */
export const receiptStatuses = ["failed", "sent", "delivered", "read", "played"] as const;
export type ReceiptStatus = (typeof receiptStatuses)[number];

/**
 * How far a message has come. A receipt only ever raises the rank: Meta's statuses arrive in any
 * order and twice. `failed` ranks below `sent`, so it counts only if nothing better is known.
 */
export const receiptRank: Readonly<Record<ReceiptStatus, number>> = {
  failed: 1,
  sent: 2,
  delivered: 3,
  read: 4,
  played: 5,
};

export function isReceiptStatus(status: string): status is ReceiptStatus {
  return Object.hasOwn(receiptRank, status);
}

/** Who goes first when a number has several messages to send. Lower is sooner. */
export const sendPriority = { human: 0, system: 1, reply: 2, nudge: 3 } as const;

export const bookingStatuses = ["initiated", "confirmed", "cancelled", "done"] as const;
export type BookingStatus = (typeof bookingStatuses)[number];

const moves: Readonly<Record<BookingStatus, readonly BookingStatus[]>> = {
  initiated: ["confirmed", "cancelled", "done"],
  confirmed: ["done", "cancelled"],
  cancelled: [],
  done: [],
};

/** A booking may become `to`; what it is already it may always be. */
export function mayBecome(from: BookingStatus, to: BookingStatus): boolean {
  return from === to || moves[from].includes(to);
}

/** Nothing about it is open any more. */
export function isClosed(status: BookingStatus): boolean {
  return moves[status].length === 0;
}

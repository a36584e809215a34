import { describe, expect, test } from "bun:test";
import {
  isReceiptStatus,
  messageStates,
  receiptRank,
  receiptStatuses,
  sendPriority,
} from "../../src/funnel/message-state.ts";

describe("receipts", () => {
  test("rank failed < sent < delivered < read < played", () => {
    const ranked = receiptStatuses.toSorted((one, other) => receiptRank[one] - receiptRank[other]);
    expect(ranked).toEqual(["failed", "sent", "delivered", "read", "played"]);
    expect(new Set(Object.values(receiptRank)).size).toBe(receiptStatuses.length);
  });

  test("are all states of a message", () => {
    expect(messageStates).toEqual(expect.arrayContaining([...receiptStatuses]));
  });

  test("are recognised by name, and nothing else is", () => {
    expect(receiptStatuses.every(isReceiptStatus)).toBe(true);
    for (const other of ["", "queued", "deleted", "READ"]) {
      expect(isReceiptStatus(other)).toBe(false);
    }
  });
});

test("a person's message goes before the bot's, a reply before a nudge", () => {
  const { human, system, reply, nudge } = sendPriority;
  expect([human, system, reply, nudge].toSorted((one, other) => one - other)).toEqual([
    ...[human, system, reply, nudge],
  ]);
  expect(new Set([human, system, reply, nudge]).size).toBe(4);
});

import { describe, expect, test } from "bun:test";
import { attentionForKind, dueAt, isAnswerable } from "../../src/funnel/mailbox.ts";

describe("dueAt", () => {
  const rule = { quietMs: 2_000, capMs: 10_000 };

  test("waits for the quiet time after the first text", () => {
    expect(dueAt({ ...rule, nowMs: 50_000, firstUnseenMs: null })).toBe(52_000);
  });

  test("starts the quiet time again with each text", () => {
    expect(dueAt({ ...rule, nowMs: 54_000, firstUnseenMs: 50_000 })).toBe(56_000);
  });

  test("never waits beyond the cap, counted from the first unseen text", () => {
    expect(dueAt({ ...rule, nowMs: 59_000, firstUnseenMs: 50_000 })).toBe(60_000);
  });

  test("is now when the cap has passed already", () => {
    expect(dueAt({ ...rule, nowMs: 70_000, firstUnseenMs: 50_000 })).toBe(70_000);
  });

  test("is now when nothing is to be waited for", () => {
    expect(dueAt({ quietMs: 0, capMs: 0, nowMs: 5, firstUnseenMs: null })).toBe(5);
  });
});

describe("what an inbound kind does", () => {
  for (const kind of ["text", "button", "interactive"]) {
    test(`${kind} wakes the bot`, () => {
      expect([isAnswerable(kind), attentionForKind(kind)]).toEqual([true, null]);
    });
  }
  for (const kind of ["image", "audio", "video", "document", "sticker", "location", "order", "?"]) {
    test(`${kind} is for a person to read`, () => {
      expect([isAnswerable(kind), attentionForKind(kind)]).toEqual([false, "unreadable_message"]);
    });
  }
  for (const kind of ["reaction", "system", "edit", "revoke", "unsupported"]) {
    test(`${kind} asks nothing of anybody`, () => {
      expect([isAnswerable(kind), attentionForKind(kind)]).toEqual([false, null]);
    });
  }
});

import { describe, expect, test } from "bun:test";
import { attentionForKind, isAnswerable } from "../../src/funnel/mailbox.ts";

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

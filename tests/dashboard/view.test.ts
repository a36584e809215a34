import { describe, expect, test } from "bun:test";
import { Store } from "../../src/dashboard/state/store.ts";
import {
  chatOf,
  currentRow,
  inboxLines,
  isResendable,
  resentOf,
  windowLeftMs,
} from "../../src/dashboard/state/view.ts";
import { conversation, frameOf, message, row } from "./support/rows.ts";

function storeWith(...rows: ReturnType<typeof row>[]): Store {
  const store = new Store();
  store.putRows(rows);
  return store;
}

const everything = { queue: "all", found: null, oldest: null } as const;
const ids = (lines: readonly { id: string }[]) => lines.map(({ id }) => id);

describe("a conversation's line", () => {
  test("keeps a live change when an older snapshot arrives after it", () => {
    const store = storeWith(row({ version: 1 }));
    store.putState(conversation({ version: 3, mode: "human" }));
    store.putRows([row({ version: 2, mode: "bot" })]);
    expect(currentRow(store, "c1")?.mode).toBe("human");
  });

  test("shows the newest message, and its later state", () => {
    const store = storeWith(row());
    store.putMessages([message({ id: "m2", seq: 2, text: "News", version: 1 })]);
    expect(currentRow(store, "c1")?.lastMessage?.text).toBe("News");
    store.putMessages([message({ id: "m2", seq: 2, text: "News", state: "read", version: 2 })]);
    store.putMessages([message({ id: "m2", seq: 2, text: "News", state: "sent", version: 1 })]);
    expect(currentRow(store, "c1")?.lastMessage?.state).toBe("read");
  });

  test("counts what comes after the snapshot as unread, and nothing once it is read", () => {
    const store = storeWith(row({ lastSeq: 1, unreadCount: 1 }));
    store.putMessages([message({ id: "m1", seq: 1 }), message({ id: "m2", seq: 2 })]);
    store.putMessages([message({ id: "m3", seq: 3, direction: "out", author: "bot" })]);
    expect(currentRow(store, "c1")?.unreadCount).toBe(2);
    store.putState(conversation({ lastSeq: 3, readSeq: 3, version: 2 }));
    expect(currentRow(store, "c1")?.unreadCount).toBe(0);
  });

  test("believes the server about the window until the lead writes again", () => {
    const store = storeWith(
      row({
        window: {
          closesAt: null,
          open: false,
          freeEntryClosesAt: null,
          asOf: "2026-11-22T12:00:00.000Z",
        },
      }),
    );
    expect(currentRow(store, "c1")?.window.open).toBe(false);
    store.putState(conversation({ lastLeadMessageAt: "2026-11-22T13:00:00.000Z", version: 2 }));
    expect(currentRow(store, "c1")?.window).toEqual({
      closesAt: "2026-11-23T13:00:00.000Z",
      open: true,
      freeEntryClosesAt: null,
      asOf: "2026-11-22T12:00:00.000Z",
    });
  });

  test("counts the window down in business time, also when its clock is far from this device's", () => {
    const closesAt = "2026-11-23T12:00:00.000Z";
    const asOf = "2026-11-23T11:00:00.000Z";
    const store = storeWith(
      row({ window: { closesAt, open: true, freeEntryClosesAt: null, asOf } }),
    );
    const line = currentRow(store, "c1");
    expect(line && windowLeftMs(line, store.nowMs())).toBeWithin(3_590_000, 3_600_001);
    const later = "2026-11-23T12:00:01.000Z";
    store.putRows([
      row({ window: { closesAt, open: true, freeEntryClosesAt: null, asOf: later } }),
    ]);
    expect(line && windowLeftMs(line, store.nowMs())).toBeNull();
  });

  test("learns from a message of the future that the business clock was moved", () => {
    const store = storeWith(row());
    const movedTo = Date.parse("2026-11-22T15:00:00.000Z");
    const late = message({ id: "m2", seq: 2, sentAt: new Date(movedTo).toISOString() });
    store.take(frameOf(late));
    expect(store.nowMs()).toBeWithin(movedTo, movedTo + 10_000);
  });

  test("asks for the row when somebody takes it over, since only that tells their name", () => {
    const store = storeWith(row());
    const taken = conversation({ version: 2, mode: "human", takenOverBy: "u2" });
    expect(store.take(frameOf(taken))).toBe("c1");
    store.putRows([row({ ...taken, takenOverByName: "Nora" })]);
    const still = conversation({ version: 3, mode: "human", takenOverBy: "u2" });
    expect(store.take(frameOf(still))).toBeNull();
    expect(currentRow(store, "c1")?.takenOverByName).toBe("Nora");
  });

  test("asks for the row when it is assigned to somebody whose name is not known", () => {
    const store = new Store();
    store.putRows([row({ assigneeId: "u1", assigneeName: "Nora" })]);
    const assigned = (assigneeId: string | null, version: number) =>
      store.take(frameOf(conversation({ assigneeId, version })));
    expect([assigned("u1", 2), assigned("u2", 3), assigned(null, 4)]).toEqual([null, "c1", null]);
    expect(currentRow(store, "c1")).toMatchObject({ assigneeId: null, assigneeName: null });
  });

  test("shows a wish at once and the truth when the wish is gone", () => {
    const store = storeWith(row());
    store.wishes.set("c1", { mode: "human", takenOverBy: "u1" });
    expect(currentRow(store, "c1")?.mode).toBe("human");
    store.wishes.delete("c1");
    expect(currentRow(store, "c1")?.mode).toBe("bot");
  });
});

describe("the inbox", () => {
  const at = (hour: number) => `2026-11-22T${String(hour).padStart(2, "0")}:00:00.000Z`;
  const three = () =>
    storeWith(
      row({ id: "a", lastMessageAt: at(9) }),
      row({ id: "b", lastMessageAt: at(11) }),
      row({ id: "c", lastMessageAt: at(10) }),
    );

  test("has the latest message on top, also when it comes live", () => {
    const store = three();
    expect(ids(inboxLines(store, everything))).toEqual(["b", "c", "a"]);
    store.putMessages([message({ id: "n", conversationId: "a", seq: 2, sentAt: at(12) })]);
    expect(ids(inboxLines(store, everything))).toEqual(["a", "b", "c"]);
  });

  test("moves a conversation between queues as it changes", () => {
    const store = three();
    const human = () => ids(inboxLines(store, { ...everything, queue: "human" }));
    expect(human()).toEqual([]);
    store.putState(conversation({ id: "c", mode: "human", version: 2 }));
    expect(human()).toEqual(["c"]);
  });

  test("shows a search's results only", () => {
    const lines = inboxLines(three(), { ...everything, found: new Set(["c"]) });
    expect(ids(lines)).toEqual(["c"]);
  });

  test("leaves out what lies beyond the last page that was fetched", () => {
    expect(ids(inboxLines(three(), { ...everything, oldest: "c" }))).toEqual(["b", "c"]);
  });
});

describe("a chat", () => {
  const draft = {
    key: "k",
    conversationId: "c1",
    text: "On my way",
    replyTo: null,
    sentAt: "2026-11-22T12:00:00.000Z",
    afterSeq: 4,
    error: null,
  };

  test("offers to send again what failed or is in doubt, once", () => {
    const out = { direction: "out", author: "bot" } as const;
    const failed = message({ ...out, id: "failed", state: "failed" });
    const open = message({ ...out, state: "unknown" });
    const doubt = message({ ...out, state: "unknown", doubtAt: "2026-11-22T12:00:00.000Z" });
    expect([failed, open, doubt, message({ state: "failed" })].map(isResendable)).toEqual([
      true,
      false,
      true,
      false,
    ]);
    const again = message({ ...out, id: "again", resendOf: "failed" });
    expect(resentOf([failed, again])).toEqual(new Set(["failed"]));
  });

  test("is in order from the oldest fetched message on", () => {
    const store = new Store();
    store.putMessages([6, 2, 5].map((seq) => message({ id: `m${seq}`, seq })));
    expect(ids(chatOf(store, "c1", 5).messages)).toEqual(["m5", "m6"]);
  });

  test("shows what was typed until its own message is there, never both", () => {
    const store = new Store();
    store.drafts.set("k", draft);
    expect(chatOf(store, "c1", 0).drafts).toHaveLength(1);
    const same = { author: "human", direction: "out", text: draft.text } as const;
    store.putMessages([message({ id: "old", seq: 3, ...same })]);
    expect(chatOf(store, "c1", 0).drafts).toHaveLength(1);
    store.putMessages([message({ id: "new", seq: 5, ...same })]);
    expect(chatOf(store, "c1", 0).drafts).toHaveLength(0);
  });
});

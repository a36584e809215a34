import { describe, expect, test } from "bun:test";
import { chatRows, estimateHeightPx } from "../../src/dashboard/state/chat-rows.ts";
import { message } from "./support/rows.ts";

const at = (day: number, hour: number) => `2026-11-${day}T${hour}:00:00.000Z`;
const chat = [
  message({ id: "a", seq: 1, sentAt: at(20, 10) }),
  message({ id: "b", seq: 2, sentAt: at(20, 11) }),
  message({ id: "c", seq: 3, sentAt: at(20, 12), author: "bot", direction: "out" }),
  message({ id: "d", seq: 4, sentAt: at(22, 12), author: "bot", direction: "out" }),
];
const draft = {
  key: "k",
  conversationId: "c1",
  text: "On my way",
  replyTo: null,
  sentAt: at(22, 13),
  afterSeq: 4,
  error: null,
};

const loaded = (messages: typeof chat, hasEarlier: boolean) =>
  chatRows({ messages, drafts: [], hasEarlier });

describe("the rows of a chat", () => {
  test("have a line before each day, and say where a run of one author begins", () => {
    const rows = loaded(chat, false);
    expect(rows.map(({ key }) => key)).toEqual(["day a", "a", "b", "c", "day d", "d"]);
    const opening = rows.filter((row) => row.kind === "message" && row.opensRun);
    expect(opening.map(({ key }) => key)).toEqual(["a", "c", "d"]);
  });

  test("have one for a reaction of ours only until it stands at its message", () => {
    const reactions = (["queued", "sent", "failed"] as const).map((state, seq) =>
      message({ id: state, seq, kind: "reaction", direction: "out", author: "human", state }),
    );
    expect(loaded(reactions, false).map(({ key }) => key)).toEqual([
      "day queued",
      "queued",
      "failed",
    ]);
  });

  test("begin a run where another colleague goes on writing", () => {
    const by = (id: string) => ({ author: "human" as const, sentBy: { id, name: id } });
    const team = ["nora", "nora", "omar"].map((who, at) =>
      message({ id: `${at}`, seq: at, direction: "out", ...by(who) }),
    );
    const opening = loaded(team, false).filter((row) => row.kind === "message" && row.opensRun);
    expect(opening.map(({ key }) => key)).toEqual(["0", "2"]);
  });

  test("never change when older messages are put above them, so nothing on the screen moves", () => {
    for (let count = 1; count <= chat.length; count += 1) {
      const some = loaded(chat.slice(-count), true);
      const all = loaded(chat, false);
      expect(some).toEqual(all.slice(all.length - some.length));
    }
  });

  test("end with what is being sent", () => {
    const rows = chatRows({ messages: chat, drafts: [draft], hasEarlier: false });
    expect(rows.at(-1)).toMatchObject({ kind: "draft", key: "k" });
  });

  test("are expected to be higher the more they say", () => {
    const heights = ["Hi", "Hi\nthere", "Hi ".repeat(100)].map((text) =>
      estimateHeightPx(loaded([message({ text })], false)[1] ?? { kind: "day", key: "", at: "" }),
    );
    expect(heights).toEqual([...heights].sort((a, b) => a - b));
    expect(new Set(heights).size).toBe(3);
  });
});

import { describe, expect, test } from "bun:test";
import { retryDelayMs } from "../../src/simulator/phone/page/backoff.ts";
import { parseFrame } from "../../src/simulator/phone/page/frame.ts";
import { richText, type TextPiece } from "../../src/simulator/phone/page/rich-text.ts";
import type { ChatMessage } from "../../src/simulator/phone/page/state.ts";
import { dayLabel, timeline } from "../../src/simulator/phone/page/timeline.ts";

function shape(pieces: readonly TextPiece[]): string {
  return pieces
    .map((piece) => {
      if (piece.kind === "text") return piece.text;
      return piece.kind === "link" ? `<a ${piece.href}>` : `<${piece.kind} ${shape(piece.pieces)}>`;
    })
    .join("");
}

describe("message text", () => {
  test.each([
    ["see https://a.example/x?y=1.", "see <a https://a.example/x?y=1>."],
    ["(https://a.example/b_(c))", "(<a https://a.example/b_(c)>)"],
    ["HTTP://A.EXAMPLE, ok", "<a HTTP://A.EXAMPLE>, ok"],
    [
      "https://a.example/a_b_c and https://b.example",
      "<a https://a.example/a_b_c> and <a https://b.example>",
    ],
    ["*see https://a.example*", "*see <a https://a.example>*"],
    [
      "javascript:alert(1) data:text/html,x ftp://a.example",
      "javascript:alert(1) data:text/html,x ftp://a.example",
    ],
    ["https://", "https://"],
    ["https://...", "https://..."],
    ["<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"],
  ])("makes links of http and https addresses only: %s", (text, expected) => {
    expect(shape(richText(text))).toBe(expected);
  });

  test.each([
    ["A *bold* offer", "A <strong bold> offer"],
    ["*_both_*", "<strong <em both>>"],
    ["~was $9~ now _less_", "<s was $9> now <em less>"],
    ["2*3*4 and snake_case_name", "2*3*4 and snake_case_name"],
    ["* not a mark *", "* not a mark *"],
    ["*two\nlines*", "*two\nlines*"],
  ])("shows WhatsApp's own marks: %s", (text, expected) => {
    expect(shape(richText(text))).toBe(expected);
  });

  test("nothing of the text is lost, at the longest WhatsApp allows", () => {
    const text = "¡*Hola*! https://a.example _x_ ".repeat(132);
    const lengthOf = (pieces: readonly TextPiece[]): number =>
      pieces.reduce((sum, piece) => {
        const marks = piece.kind === "text" || piece.kind === "link" ? piece.text.length : 0;
        return sum + ("pieces" in piece ? lengthOf(piece.pieces) + 2 : marks);
      }, 0);
    expect(lengthOf(richText(text))).toBe(text.length);
  });
});

function message(wamid: string, at: string, change: Partial<ChatMessage> = {}): ChatMessage {
  const base = { wamid, key: wamid, at, text: wamid, from: "business", kind: "text" } as const;
  return { ...base, ticks: "sent", ...change };
}

describe("timeline", () => {
  const now = new Date(2026, 2, 10, 9, 0);

  test.each([
    ["Today", new Date(2026, 2, 10, 0, 5)],
    ["Yesterday", new Date(2026, 2, 9, 23, 59)],
    ["Thursday", new Date(2026, 2, 5, 12, 0)],
    ["3 March 2026", new Date(2026, 2, 3, 12, 0)],
    ["12 March 2026", new Date(2026, 2, 12, 12, 0)],
  ])("names a day as a person would: %s", (label, at) => {
    expect(dayLabel(at, now)).toBe(label);
  });

  test("puts one separator before each day and a tail on the first bubble of a side", () => {
    const items = timeline(
      [
        message("w1", "2026-03-09T12:00:00Z"),
        message("w2", "2026-03-09T12:01:00Z"),
        message("w3", "2026-03-09T12:02:00Z", { from: "lead" }),
        message("w4", "2026-03-10T08:00:00Z", { from: "lead" }),
      ],
      new Date("2026-03-10T12:00:00Z"),
    );
    const read = items.map((item) =>
      item.kind === "day" ? item.label : `${item.message.wamid}${item.opensRun ? " opens" : ""}`,
    );
    expect(read).toEqual(["Yesterday", "w1 opens", "w2", "w3 opens", "Today", "w4 opens"]);
  });

  test("knows what a reply quotes and which buttons were tapped", () => {
    const items = timeline(
      [
        message("w1", "2026-03-10T08:00:00Z", { kind: "buttons", text: "Shall I?" }),
        message("w2", "2026-03-10T08:01:00Z", { kind: "button_reply", text: "Yes", replyTo: "w1" }),
      ],
      now,
    );
    expect(items[1]).toMatchObject({ tapped: ["Yes"] });
    expect(items[2]).toMatchObject({ quoted: { text: "Shall I?" }, tapped: [] });
  });
});

describe("the line to the server", () => {
  test.each([
    "",
    "not json",
    "null",
    "[]",
    '{"type":"later"}',
    '{"type":"message"}',
    '{"type":"message","message":{}}',
    '{"type":"typing"}',
    '{"type":"ticks","wamid":1,"ticks":"read"}',
  ])("passes over a frame it does not know: %s", (data) => {
    expect(parseFrame(data)).toBeUndefined();
  });

  test("takes the frames of the contract", () => {
    const frames = [
      { type: "message", message: { wamid: "w1" } },
      { type: "ticks", wamid: "w1", ticks: "read" },
      { type: "typing", forMs: 25_000 },
      { type: "clock", now: "2026-03-10T12:00:00Z" },
    ] as const;
    for (const frame of frames) {
      expect<unknown>(parseFrame(JSON.stringify(frame))).toEqual(frame);
    }
  });

  test("is tried again soon, then ever more rarely, at least every ten seconds", () => {
    expect([0, 1, 2, 3, 4, 5, 50].map((attempt) => retryDelayMs(attempt, 0))).toEqual([
      500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000,
    ]);
    expect(retryDelayMs(0, 1)).toBe(250);
  });
});

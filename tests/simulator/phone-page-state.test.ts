import { describe, expect, test } from "bun:test";
import type {
  PersonasAnswer,
  PhoneMessage,
  PhoneSend,
} from "../../src/simulator/phone/contract.ts";
import { nextToSend } from "../../src/simulator/phone/page/outgoing.ts";
import { type PhoneAction, reduce } from "../../src/simulator/phone/page/reducer.ts";
import { chatOf, initialState, type PhoneState } from "../../src/simulator/phone/page/state.ts";

const NOW_MS = Date.parse("2026-03-10T12:00:00Z");

function persona(id: string): PersonasAnswer["data"][number] {
  return {
    id,
    name: id,
    about: "",
    phone: null,
    bsuid: `US.${id}`,
    username: null,
    language: "en",
    suggestions: [],
  };
}

const people: PhoneAction = {
  type: "people_loaded",
  answer: {
    data: [persona("ana"), persona("sam")],
    business: { name: "Northwind Solar", displayPhoneNumber: "+1 555" },
  },
  active: "ana",
};

function play(...actions: readonly PhoneAction[]): PhoneState {
  return [people, ...actions].reduce(reduce, initialState);
}

function message(wamid: string, change: Partial<PhoneMessage> = {}): PhoneMessage {
  const at = "2026-03-10T12:00:00.000Z";
  return { wamid, at, from: "business", kind: "text", text: wamid, ticks: "sent", ...change };
}

function frame(message_: PhoneMessage, persona_ = "ana"): PhoneAction {
  return {
    type: "frame_received",
    persona: persona_,
    frame: { type: "message", message: message_ },
    nowMs: NOW_MS,
  };
}

function ticks(wamid: string, value: PhoneMessage["ticks"]): PhoneAction {
  return {
    type: "frame_received",
    persona: "ana",
    frame: { type: "ticks", wamid, ticks: value },
    nowMs: NOW_MS,
  };
}

function typed(clientRef: string, text = "Hi"): PhoneAction {
  return { type: "message_typed", send: { persona: "ana", clientRef, text }, nowMs: NOW_MS };
}

function own(wamid: string, clientRef: string, change: Partial<PhoneMessage> = {}): PhoneMessage {
  return message(wamid, { clientRef, from: "lead", text: "Hi", ticks: "delivered", ...change });
}

function bubbles(state: PhoneState) {
  return chatOf(state, "ana").messages.map(({ wamid, ticks: shown }) => `${wamid} ${shown}`);
}

const accepted: PhoneAction = {
  type: "send_accepted",
  persona: "ana",
  clientRef: "r1",
  wamid: "w1",
};

describe("sending", () => {
  test("a typed message is a pending bubble at once and the next to be posted", () => {
    const { messages } = chatOf(play(typed("r1", "Hello")), "ana");
    expect(messages).toMatchObject([{ key: "r1", text: "Hello", from: "lead", ticks: "pending" }]);
    expect(nextToSend(messages)).toEqual({ persona: "ana", clientRef: "r1", text: "Hello" });
  });

  test("an accepted message takes the server's id, keeps its key and is not posted again", () => {
    const { messages } = chatOf(play(typed("r1"), accepted), "ana");
    expect(messages).toMatchObject([{ key: "r1", wamid: "w1" }]);
    expect(nextToSend(messages)).toBeUndefined();
  });

  test("a frame that overtakes the answer leaves one bubble", () => {
    expect(bubbles(play(typed("r1"), frame(own("w1", "r1")), accepted))).toEqual(["w1 delivered"]);
  });

  test("a frame without the clientRef that overtakes the answer leaves one bubble under its old key", () => {
    const { clientRef: _none, ...anonymous } = own("w1", "r1");
    const state = play(typed("r1"), frame(anonymous), accepted);
    expect(bubbles(state)).toEqual(["w1 delivered"]);
    expect(chatOf(state, "ana").messages[0]?.key).toBe("r1");
  });

  test("messages typed while nothing can be posted wait in the order they were typed", () => {
    const state = play(typed("r1", "one"), typed("r2", "two"));
    expect(nextToSend(chatOf(state, "ana").messages)?.clientRef).toBe("r1");
    expect(nextToSend(chatOf(reduce(state, accepted), "ana").messages)?.clientRef).toBe("r2");
  });

  test("a failed message says why, waits for the person, and goes out again under the same clientRef", () => {
    const failed = play(typed("r1"), {
      type: "send_failed",
      persona: "ana",
      clientRef: "r1",
      problem: "No answer.",
    });
    const [bubble] = chatOf(failed, "ana").messages;
    expect(bubble).toMatchObject({ ticks: "failed", problem: "No answer." });
    expect(nextToSend(chatOf(failed, "ana").messages)).toBeUndefined();

    const again = reduce(failed, { type: "send_retried", persona: "ana", clientRef: "r1" });
    expect(chatOf(again, "ana").messages[0]).not.toHaveProperty("problem");
    expect(nextToSend(chatOf(again, "ana").messages)?.clientRef).toBe("r1");
  });

  test("a message believed failed that the server has after all is shown as delivered", () => {
    const state = play(
      typed("r1"),
      { type: "send_failed", persona: "ana", clientRef: "r1", problem: "Timed out." },
      { type: "history_loaded", persona: "ana", messages: [own("w1", "r1")] },
    );
    expect(bubbles(state)).toEqual(["w1 delivered"]);
    expect(chatOf(state, "ana").messages[0]).not.toHaveProperty("problem");
  });

  test("a message the server took but could not deliver can be sent again", () => {
    const failed = play(typed("r1"), accepted, ticks("w1", "failed"));
    expect(bubbles(failed)).toEqual(["w1 failed"]);
    const again = reduce(failed, { type: "send_retried", persona: "ana", clientRef: "r1" });
    expect(nextToSend(chatOf(again, "ana").messages)?.clientRef).toBe("r1");
    const delivered = [{ ...accepted, wamid: "w2" }, frame(own("w2", "r1"))].reduce(reduce, again);
    expect(bubbles(delivered)).toEqual(["w2 delivered"]);
  });

  test("a post that timed out does not discredit a message the server has shown", () => {
    const state = play(typed("r1"), frame(own("w1", "r1", { ticks: "pending" })), {
      type: "send_failed",
      persona: "ana",
      clientRef: "r1",
      problem: "Timed out.",
    });
    expect(bubbles(state)).toEqual(["w1 pending"]);
    expect(nextToSend(chatOf(state, "ana").messages)).toBeUndefined();
  });

  test("a tapped button is a reply that quotes the message it belongs to", () => {
    const send: PhoneSend = {
      persona: "ana",
      clientRef: "r1",
      type: "button_reply",
      id: "yes",
      title: "Yes, please",
      context: "w0",
    };
    const state = play(frame(message("w0")), { type: "message_typed", send, nowMs: NOW_MS });
    expect(chatOf(state, "ana").messages[1]).toMatchObject({
      kind: "button_reply",
      text: "Yes, please",
      replyTo: "w0",
    });
  });
});

describe("ticks", () => {
  test("climb from pending to read and never fall back", () => {
    const sent = [typed("r1"), accepted];
    expect(bubbles(play(...sent, ticks("w1", "delivered")))).toEqual(["w1 delivered"]);
    expect(bubbles(play(...sent, ticks("w1", "read"), ticks("w1", "delivered")))).toEqual([
      "w1 read",
    ]);
  });

  test("of a reloaded history do not undo what was seen live", () => {
    const state = play(frame(own("w1", "r1", { ticks: "read" })), {
      type: "history_loaded",
      persona: "ana",
      messages: [own("w1", "r1")],
    });
    expect(bubbles(state)).toEqual(["w1 read"]);
  });

  test("for an unknown message change nothing", () => {
    expect(bubbles(play(frame(message("w1")), ticks("w9", "read")))).toEqual(["w1 sent"]);
  });
});

describe("receiving", () => {
  test("messages stand in the order of business time, however they arrive", () => {
    const late = message("w2", { at: "2026-03-10T12:05:00Z" });
    const early = message("w1", { at: "2026-03-10T12:01:00Z" });
    expect(bubbles(play(frame(late), frame(early)))).toEqual(["w1 sent", "w2 sent"]);
  });

  test("a message sent twice replaces itself", () => {
    const corrected = message("w1", { text: "corrected" });
    const { messages, unreadCount } = chatOf(
      play({ type: "scrolled", atEnd: false }, frame(message("w1")), frame(corrected)),
      "ana",
    );
    expect(messages.map(({ text }) => text)).toEqual(["corrected"]);
    expect(unreadCount).toBe(1);
  });

  test("a business message ends its typing indicator, an own message does not", () => {
    const typing: PhoneAction = {
      type: "frame_received",
      persona: "ana",
      frame: { type: "typing", forMs: 25_000 },
      nowMs: NOW_MS,
    };
    const mine = play(typing, typed("r1"), frame(own("w1", "r1")));
    expect(chatOf(mine, "ana").businessTyping).toBe(true);
    expect(chatOf(reduce(mine, frame(message("w2"))), "ana").businessTyping).toBe(false);
  });

  test("the business clock is kept as its distance from this device's", () => {
    const state = play({
      type: "frame_received",
      persona: "ana",
      frame: { type: "clock", now: "2026-03-10T15:00:00Z" },
      nowMs: NOW_MS,
    });
    expect(state.clockOffsetMs).toBe(3 * 3_600_000);
    const [bubble] = chatOf(reduce(state, typed("r1")), "ana").messages;
    expect(bubble?.at).toBe("2026-03-10T15:00:00.000Z");
  });
});

describe("unread", () => {
  test("nothing is unread while the end of the open chat is in view", () => {
    expect(chatOf(play(frame(message("w1"))), "ana").unreadCount).toBe(0);
  });

  test("counts business messages of a closed chat until it is opened", () => {
    const state = play(frame(message("w1"), "sam"), frame(message("w2"), "sam"));
    expect(chatOf(state, "sam").unreadCount).toBe(2);
    const opened = reduce(state, { type: "persona_selected", persona: "sam" });
    expect(chatOf(opened, "sam").unreadCount).toBe(0);
  });

  test("counts while the reader is scrolled away, until they are back at the end", () => {
    const away = play({ type: "scrolled", atEnd: false }, frame(message("w1")));
    expect(chatOf(away, "ana").unreadCount).toBe(1);
    const back = reduce(away, { type: "scrolled", atEnd: true });
    expect(chatOf(back, "ana").unreadCount).toBe(0);
  });

  test("sending leads the reader back to the end", () => {
    const state = play({ type: "scrolled", atEnd: false }, frame(message("w1")), typed("r1"));
    expect(state.atEnd).toBe(true);
    expect(chatOf(state, "ana").unreadCount).toBe(0);
  });

  test("the first history is not news; what a reconnect brings to a closed chat is", () => {
    const first: PhoneAction = {
      type: "history_loaded",
      persona: "sam",
      messages: [message("w1")],
    };
    const again: PhoneAction = { ...first, messages: [message("w1"), message("w2")] };
    expect(chatOf(play(first), "sam").unreadCount).toBe(0);
    expect(chatOf(play(first, again), "sam").unreadCount).toBe(1);
  });
});

describe("people", () => {
  test("each person keeps their own chat and draft", () => {
    const state = play(
      { type: "draft_changed", persona: "ana", draft: "half a sen" },
      { type: "persona_selected", persona: "sam" },
      frame(message("w1"), "sam"),
    );
    expect(state.activePersona).toBe("sam");
    expect(chatOf(state, "sam")).toMatchObject({ draft: "", messages: [{ wamid: "w1" }] });
    expect(chatOf(state, "ana")).toMatchObject({ draft: "half a sen", messages: [] });
  });

  test("a history that fails to reload keeps what is shown", () => {
    const state = play(
      { type: "history_loaded", persona: "ana", messages: [message("w1")] },
      { type: "history_failed", persona: "ana" },
    );
    expect(chatOf(state, "ana")).toMatchObject({ history: "loaded", messages: [{ wamid: "w1" }] });
  });

  test("an open list closes when another person is played", () => {
    const open = play({ type: "list_opened", wamid: "w1" });
    expect(open.openList).toBe("w1");
    expect(reduce(open, { type: "persona_selected", persona: "sam" }).openList).toBeNull();
  });
});

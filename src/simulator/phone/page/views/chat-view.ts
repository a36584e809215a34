/// <reference lib="dom" />
import { byId } from "../dom.ts";
import { type Chat, type ChatMessage, chatOf, type PhoneState } from "../state.ts";
import { timeline } from "../timeline.ts";
import type { BubbleEvents } from "./bubble.ts";
import { createRows } from "./rows.ts";

/** Closer to the end than this counts as reading the newest message. */
const END_SLACK_PX = 64;
/** How long a message stays marked after a jump to it. */
const POINTED_AT_MS = 1_500;

interface ChatViewEvents extends Omit<BubbleEvents, "onJump"> {
  onScrolled(atEnd: boolean): void;
  /** Business time, for "Today" and "Yesterday". */
  now(): Date;
}

function createScroll(scroller: HTMLElement, list: HTMLElement) {
  return {
    toEnd(): void {
      scroller.scrollTop = scroller.scrollHeight;
    },
    isAtEnd(): boolean {
      const rest = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
      return rest < END_SLACK_PX;
    },
    toMessage(wamid: string): void {
      const row = list.querySelector(`[data-wamid="${CSS.escape(wamid)}"]`);
      row?.scrollIntoView({ block: "center" });
      row?.classList.add("is-pointed-at");
      setTimeout(() => row?.classList.remove("is-pointed-at"), POINTED_AT_MS);
    },
  };
}

function pillText(unreadCount: number): string {
  if (unreadCount === 0) return "Newest";
  return unreadCount === 1 ? "1 new message" : `${unreadCount} new messages`;
}

/** Label of the pill that leads back to the newest message, and notices of an empty or unread history. */
function createNotices(onPill: () => void) {
  const pill = byId("new-messages", HTMLButtonElement);
  const label = byId("new-messages-label", HTMLElement);
  const loading = byId("chat-loading", HTMLElement);
  const failed = byId("chat-failed", HTMLElement);
  const empty = byId("chat-empty", HTMLElement);
  pill.addEventListener("click", onPill);
  return (state: PhoneState, chat: Chat): void => {
    const isEmpty = chat.messages.length === 0;
    const isLoading = state.people === "loading" || chat.history === "loading";
    const isFailed = state.people === "failed" || chat.history === "failed";
    pill.hidden = state.atEnd || isEmpty;
    label.textContent = pillText(chat.unreadCount);
    loading.hidden = !(isEmpty && isLoading && !isFailed);
    failed.hidden = !(isEmpty && isFailed);
    empty.hidden = !(isEmpty && chat.history === "loaded");
  };
}

/** The conversation: rows, day separators, typing bubble, and a scroll position that respects the reader. */
export function createChatView(events: ChatViewEvents): (state: PhoneState) => void {
  const scroller = byId("chat", HTMLElement);
  const list = byId("messages", HTMLElement);
  const typing = byId("typing", HTMLElement);
  const scroll = createScroll(scroller, list);
  const showRows = createRows(list, { ...events, onJump: scroll.toMessage });
  const showNotices = createNotices(() => {
    scroll.toEnd();
    events.onScrolled(true);
  });
  let shownPersona = "";
  let shownMessages: readonly ChatMessage[] = [];
  let shownDay = "";
  let atEnd = true;

  // Scrollable with the arrow keys in browsers that do not make scrollers focusable by themselves.
  scroller.tabIndex = 0;
  scroller.addEventListener("scroll", () => {
    const nowAtEnd = scroll.isAtEnd();
    if (nowAtEnd !== atEnd) events.onScrolled(nowAtEnd);
  });
  new ResizeObserver(() => {
    if (atEnd) scroll.toEnd();
  }).observe(scroller);

  return (state) => {
    const chat = chatOf(state, state.activePersona);
    const day = events.now().toDateString();
    const isOther = shownPersona !== state.activePersona;
    const isChanged = isOther || chat.messages !== shownMessages || day !== shownDay;
    scroller.setAttribute("aria-busy", String(chat.history === "loading"));
    if (isChanged) {
      const hadFocus = list.contains(document.activeElement);
      showRows(timeline(chat.messages, events.now()));
      const keptFocus = list.querySelector(":focus:enabled") !== null;
      if (hadFocus && !keptFocus) scroller.focus({ preventScroll: true });
    }
    typing.hidden = !chat.businessTyping;
    showNotices(state, chat);
    atEnd = state.atEnd;
    if (atEnd) scroll.toEnd();
    [shownPersona, shownMessages, shownDay] = [state.activePersona, chat.messages, day];
  };
}

/// <reference lib="dom" />
import type { ReplyOption, Ticks } from "../../contract.ts";
import { el, icon, spoken } from "../dom.ts";
import { isUnposted } from "../outgoing.ts";
import { richText, type TextPiece } from "../rich-text.ts";
import type { ChatMessage } from "../state.ts";
import { type TimelineItem, timeLabel } from "../timeline.ts";

export interface BubbleEvents {
  onButton(message: ChatMessage, option: ReplyOption): void;
  onOpenList(message: ChatMessage): void;
  onRetry(message: ChatMessage): void;
  /** The dots of a message. */
  onMore(message: ChatMessage): void;
  onJump(wamid: string): void;
}

type MessageItem = Extract<TimelineItem, { kind: "message" }>;

const TICKS_WORDS = {
  pending: "waiting to be sent",
  sent: "sent",
  delivered: "delivered",
  read: "read",
  failed: "not sent",
} satisfies Record<Ticks, string>;

const TICKS_ICON = {
  pending: "clock",
  sent: "tick",
  delivered: "ticks",
  read: "ticks",
  failed: "alert",
} satisfies Record<Ticks, string>;

function pieceNode(piece: TextPiece): Node {
  switch (piece.kind) {
    case "text":
      return document.createTextNode(piece.text);
    case "link":
      return el("a", {
        text: piece.text,
        attributes: { href: piece.href, target: "_blank", rel: "noopener noreferrer nofollow" },
      });
    default:
      return el(piece.kind, {}, piece.pieces.map(pieceNode));
  }
}

function quoteNode(quoted: ChatMessage, onJump: () => void): HTMLElement {
  const quote = el("button", { className: "quote", attributes: { type: "button" } }, [
    spoken("In reply to: "),
    el("span", { className: "quote-text", text: quoted.text, attributes: { dir: "auto" } }),
  ]);
  quote.addEventListener("click", onJump);
  return quote;
}

function optionButton(label: string, iconName: string, onTap: () => void): HTMLButtonElement {
  const button = el("button", { className: "option", attributes: { type: "button" } }, [
    icon(iconName),
    el("span", { text: label, attributes: { dir: "auto" } }),
  ]);
  button.addEventListener("click", onTap);
  return button;
}

function optionNodes(item: MessageItem, events: BubbleEvents): readonly HTMLElement[] {
  const { message } = item;
  if (message.kind === "list" && message.list) {
    const open = optionButton(message.list.button, "list", () => events.onOpenList(message));
    open.setAttribute("aria-haspopup", "dialog");
    return [open];
  }
  return (message.buttons ?? []).map((option) => {
    const button = optionButton(option.title, "reply", () => events.onButton(message, option));
    button.dataset["title"] = option.title;
    return button;
  });
}

function moreButton(message: ChatMessage, events: BubbleEvents): HTMLElement {
  const button = el(
    "button",
    { className: "more", attributes: { type: "button", "aria-haspopup": "dialog" } },
    [icon("dots", "React, reply or change")],
  );
  button.addEventListener("click", () => events.onMore(message));
  return button;
}

function reactionNode(reaction: string): HTMLElement {
  return el("span", { className: "reaction" }, [
    spoken("Your reaction: "),
    document.createTextNode(reaction),
  ]);
}

function problemNode(message: ChatMessage, events: BubbleEvents): HTMLElement {
  const words = message.problem ?? "Leadline did not take this message.";
  const line = el("p", { className: "problem", attributes: { role: "alert" } }, [
    el("span", { text: words }),
  ]);
  if (message.outgoing) {
    const retry = el("button", {
      className: "retry",
      text: "Try again",
      attributes: { type: "button" },
    });
    retry.addEventListener("click", () => events.onRetry(message));
    line.append(retry);
  }
  return line;
}

/** The time and, on own messages, the ticks. */
function updateMeta(meta: HTMLElement, message: ChatMessage): void {
  const { ticks } = message;
  if (meta.dataset["ticks"] === ticks && meta.dataset["at"] === message.at) return;
  meta.dataset["ticks"] = ticks;
  meta.dataset["at"] = message.at;
  const time = el("time", {
    text: timeLabel(new Date(message.at)),
    attributes: { datetime: message.at },
  });
  const marks = message.from === "lead" ? [icon(TICKS_ICON[ticks], TICKS_WORDS[ticks])] : [];
  meta.replaceChildren(time, ...marks);
}

/** One message as the chat shows it. */
export function messageNode(item: MessageItem, events: BubbleEvents): HTMLElement {
  const { message, quoted } = item;
  const isUnknown = message.kind === "other";
  const text = el("p", {
    className: isUnknown ? "text is-unknown" : "text",
    attributes: { dir: "auto" },
  });
  const words =
    isUnknown && message.text === "" ? "A message this phone cannot show" : message.text;
  text.append(...richText(words).map(pieceNode));
  const body = el("div", { className: "bubble" }, [
    spoken(message.from === "lead" ? "You: " : "Business: "),
    ...(quoted ? [quoteNode(quoted, () => events.onJump(quoted.wamid))] : []),
    text,
    el("span", { className: "meta" }),
    ...(message.reaction === undefined ? [] : [reactionNode(message.reaction)]),
  ]);
  const options = optionNodes(item, events);
  const row = el("li", { className: `message from-${message.from}` }, [body]);
  if (!isUnposted(message)) body.append(moreButton(message, events));
  if (options.length > 0) row.append(el("div", { className: "options" }, options));
  if (message.ticks === "failed") row.append(problemNode(message, events));
  return row;
}

/** What may change while a message stays the same: time and ticks, options tapped, its place in a run. */
export function updateMessage(row: HTMLElement, item: MessageItem): void {
  row.dataset["wamid"] = item.message.wamid;
  row.classList.toggle("opens-run", item.opensRun);
  const meta = row.querySelector<HTMLElement>(".meta");
  if (meta) updateMeta(meta, item.message);
  for (const button of row.querySelectorAll<HTMLButtonElement>("[data-title]")) {
    button.disabled = item.tapped.includes(button.dataset["title"] ?? "");
  }
}

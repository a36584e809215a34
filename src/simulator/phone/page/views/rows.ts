/// <reference lib="dom" />
import { el } from "../dom.ts";
import { isUnposted } from "../outgoing.ts";
import type { TimelineItem } from "../timeline.ts";
import { type BubbleEvents, messageNode, updateMessage } from "./bubble.ts";

interface Row {
  node: HTMLElement;
  signature: string;
}

/** All that a row is built from; what is changed in place (time, ticks, tapped options) is left out. */
function signatureOf(item: TimelineItem): string {
  if (item.kind === "day") return item.label;
  const { message, quoted } = item;
  const isFailed = message.ticks === "failed";
  const { kind, text, buttons, list, reaction } = message;
  const failure = isFailed ? [message.problem, message.outgoing !== undefined] : null;
  return JSON.stringify([
    kind,
    text,
    buttons,
    list,
    reaction,
    isUnposted(message),
    message.wamid,
    quoted?.text,
    failure,
  ]);
}

function rowNode(item: TimelineItem, events: BubbleEvents): HTMLElement {
  if (item.kind === "message") return messageNode(item, events);
  return el("li", { className: "day" }, [el("span", { text: item.label })]);
}

function rowFor(item: TimelineItem, known: Row | undefined, events: BubbleEvents): Row {
  const signature = signatureOf(item);
  const row = known?.signature === signature ? known : { node: rowNode(item, events), signature };
  if (item.kind === "message") updateMessage(row.node, item);
  return row;
}

/** Puts nodes into the list in this order and takes others out, without moving those that are in place. */
function arrange(list: HTMLElement, nodes: readonly HTMLElement[]): void {
  const wanted = new Set<Element>(nodes);
  for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
  for (const [index, node] of nodes.entries()) {
    const current = list.children[index];
    if (current !== node) list.insertBefore(node, current ?? null);
  }
}

/**
 * Brings the list in line with the timeline. Rows that did not change keep their node, so a screen
 * reader hears each message once and a selection survives.
 */
export function createRows(list: HTMLElement, events: BubbleEvents) {
  let rows = new Map<string, Row>();
  return (items: readonly TimelineItem[]): void => {
    rows = new Map(items.map((item) => [item.key, rowFor(item, rows.get(item.key), events)]));
    arrange(
      list,
      [...rows.values()].map(({ node }) => node),
    );
  };
}

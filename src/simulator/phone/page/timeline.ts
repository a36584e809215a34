import type { ChatMessage } from "./state.ts";

export type TimelineItem =
  | { kind: "day"; key: string; label: string }
  | {
      kind: "message";
      key: string;
      message: ChatMessage;
      /** First of a run by the same side: gets the tail and more room above. */
      opensRun: boolean;
      quoted: ChatMessage | undefined;
      /** Titles of this message's buttons that were tapped: each can be tapped once. */
      tapped: readonly string[];
    };

const timeFormat = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const weekdayFormat = new Intl.DateTimeFormat("en-GB", { weekday: "long" });
const dateFormat = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "long",
  year: "numeric",
});
const clockFormat = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  hour: "2-digit",
  minute: "2-digit",
});

const DAY_MS = 86_400_000;

/** "14:32", in the visitor's own time zone. */
export function timeLabel(at: Date): string {
  return timeFormat.format(at);
}

/** "Tue 14:32": the business clock. */
export function clockLabel(now: Date): string {
  return clockFormat.format(now).replace(",", "");
}

function startOfDay(at: Date): number {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}

/** "Today", "Yesterday", a weekday within the last week, otherwise the date. */
export function dayLabel(at: Date, now: Date): string {
  // Rounded: a day with a clock change has 23 or 25 hours.
  const daysAgo = Math.round((startOfDay(now) - startOfDay(at)) / DAY_MS);
  if (daysAgo === 0) return "Today";
  if (daysAgo === 1) return "Yesterday";
  return daysAgo > 1 && daysAgo < 7 ? weekdayFormat.format(at) : dateFormat.format(at);
}

/** What the chat shows, top to bottom: day separators and messages with what their bubble must know. */
export function timeline(messages: readonly ChatMessage[], now: Date): readonly TimelineItem[] {
  const byWamid = new Map(messages.map((message) => [message.wamid, message]));
  const tappedTitles = Map.groupBy(
    messages.filter((message) => message.kind === "button_reply"),
    (message) => message.replyTo,
  );
  const items: TimelineItem[] = [];
  let day = "";
  let previous: ChatMessage | undefined;
  for (const message of messages) {
    const label = dayLabel(new Date(message.at), now);
    const isNewDay = label !== day;
    if (isNewDay) items.push({ kind: "day", key: `day ${label}`, label });
    day = label;
    items.push({
      kind: "message",
      key: message.key,
      message,
      opensRun: isNewDay || previous?.from !== message.from,
      quoted: message.replyTo === undefined ? undefined : byWamid.get(message.replyTo),
      tapped: tappedTitles.get(message.wamid)?.map((reply) => reply.text) ?? [],
    });
    previous = message;
  }
  return items;
}

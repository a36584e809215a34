import { memo } from "react";
import type { Message } from "../api/calls.ts";
import { dayName } from "../format.ts";
import type { ChatRow } from "../state/chat-rows.ts";
import { Bubble, DraftBubble } from "./bubble.tsx";

export interface RowEvents {
  /** What the lead is called, for the quotes. */
  name: string;
  onReply: ((message: Message) => void) | undefined;
  /** To the row with this key. */
  onJump: (key: string) => void;
}

interface Props extends RowEvents {
  row: ChatRow;
  index: number;
  count: number;
  startPx: number;
  quoted: Message | undefined;
  /** The message did not arrive, or may not have, and can be sent again here. */
  offersResend: boolean;
  isPointedAt: boolean;
  measure: (element: Element | null) => void;
}

/** One row at its place in the log. */
export function LogRow({ row, index, count, startPx, isPointedAt, measure, ...content }: Props) {
  return (
    <li
      ref={measure}
      className={isPointedAt ? "log-row is-pointed-at" : "log-row"}
      style={{ transform: `translateY(${startPx}px)` }}
      data-index={index}
      data-row={row.key}
      aria-setsize={count}
      aria-posinset={index + 1}
    >
      <Content row={row} {...content} />
    </li>
  );
}

type ContentProps = RowEvents & Pick<Props, "row" | "quoted" | "offersResend">;

const Content = memo(function Content({ row, quoted, offersResend, ...events }: ContentProps) {
  switch (row.kind) {
    case "day":
      return (
        <p className="day">
          <span>{dayName(row.at)}</span>
        </p>
      );
    case "draft":
      return <DraftBubble draft={row.draft} quoted={quoted} {...events} />;
    case "message":
      return (
        <Bubble
          message={row.message}
          opensRun={row.opensRun}
          quoted={quoted}
          offersResend={offersResend}
          {...events}
        />
      );
  }
});

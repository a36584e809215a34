import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import {
  type KeyboardEvent,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { type ChatRow, estimateHeightPx } from "../state/chat-rows.ts";

/** Closer to the end than this counts as reading the newest message. */
const END_SLACK_PX = 80;
/** Room above the rows for the line that says whether there is more; always the same, so nothing jumps. */
const ABOVE_PX = 48;
const BELOW_PX = 10;
const OVERSCAN = 8;
const SCROLL_ENDS_WITHIN_MS = 400;

/** The log's few drawn rows, and a scroll position that respects the reader. */
export function useLogScroll(rows: readonly ChatRow[]) {
  const scroller = useRef<HTMLElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => {
      const row = rows[index];
      return row ? estimateHeightPx(row) : 0;
    },
    getItemKey: (index) => rows[index]?.key ?? index,
    rangeExtractor: (range) => {
      const shown = defaultRangeExtractor(range);
      const focused = focusedIndex(rows, scroller);
      return focused < 0 || shown.includes(focused)
        ? shown
        : [...shown, focused].sort((a, b) => a - b);
    },
    // Far beyond the end: the browser stops at it.
    initialOffset: Number.MAX_SAFE_INTEGER,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: END_SLACK_PX,
    paddingStart: ABOVE_PX,
    paddingEnd: BELOW_PX,
    overscan: OVERSCAN,
  });
  const isAtEnd = useAtEnd(scroller, () => virtual.scrollToEnd());
  const settling = useRef<AbortController>(null);
  const letGo = () => settling.current?.abort();
  // A scroll by key that is still under way would go on from the end, so it is sent there again.
  const toEnd = () => {
    letGo();
    if (virtual.isScrolling) {
      const settled = new AbortController();
      settling.current = settled;
      const timeout = AbortSignal.timeout(SCROLL_ENDS_WITHIN_MS);
      const options = { signal: AbortSignal.any([settled.signal, timeout]) };
      scroller.current?.addEventListener("scrollend", () => virtual.scrollToEnd(), options);
    }
    virtual.scrollToEnd();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    letGo();
    if (event.key !== "End" || event.target !== scroller.current) return;
    // The browser's own way there is an animation, which older messages that come in would stop.
    event.preventDefault();
    toEnd();
  };
  const handlers = { onKeyDown, onPointerDown: letGo, onWheel: letGo };
  return { scroller, virtual, isAtEnd, toEnd, handlers };
}

/** A focused row stays drawn when it is scrolled away: otherwise the focus would be lost. */
function focusedIndex(
  rows: readonly ChatRow[],
  scroller: Readonly<RefObject<HTMLElement | null>>,
): number {
  const { activeElement } = document;
  if (!activeElement || !scroller.current?.contains(activeElement)) return -1;
  const key = activeElement.closest("[data-row]")?.getAttribute("data-row");
  return key ? rows.findIndex((row) => row.key === key) : -1;
}

/** Whether the newest message is in view. It stays so when the log is made smaller, as by a longer text. */
function useAtEnd(
  scroller: Readonly<RefObject<HTMLElement | null>>,
  scrollToEnd: () => void,
): boolean {
  const [isAtEnd, setIsAtEnd] = useState(true);
  const atEnd = useRef(true);
  const toEnd = useRef(scrollToEnd);
  useLayoutEffect(() => {
    toEnd.current = scrollToEnd;
  });
  useEffect(() => {
    const log = scroller.current;
    if (!log) return;
    const scrolled = () => {
      atEnd.current = log.scrollHeight - log.scrollTop - log.clientHeight <= END_SLACK_PX;
      setIsAtEnd(atEnd.current);
    };
    const resized = new ResizeObserver(() => {
      if (atEnd.current) toEnd.current();
    });
    log.addEventListener("scroll", scrolled, { passive: true });
    resized.observe(log);
    return () => {
      log.removeEventListener("scroll", scrolled);
      resized.disconnect();
    };
  }, [scroller]);
  return isAtEnd;
}

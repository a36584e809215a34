import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import type { ConversationRow, InboxQuery } from "../api/calls.ts";
import { Empty, Failure, Ghosts } from "../parts/states.tsx";
import { useNow, useWorkplace } from "../state/context.ts";
import type { useConversations } from "../state/use-conversations.ts";
import { texts } from "../texts.ts";
import { InboxLine } from "./inbox-line.tsx";

const LINE_HEIGHT_PX = 68;
const MINUTE_MS = 60_000;

interface Props {
  inbox: InboxQuery;
  conversations: ReturnType<typeof useConversations>;
  openId: string | null;
}

/** The conversations of one queue or search. */
export function InboxList({ inbox, conversations, openId }: Props) {
  const { query, lines } = conversations;
  if (query.isPending) return <Ghosts count={7} label={texts.inbox.loading} kind="lines" />;
  if (query.isError && lines.length === 0) {
    return <Failure error={query.error} onRetry={query.refetch} />;
  }
  if (lines.length === 0 && !query.hasNextPage) {
    const words = inbox.search === "" ? texts.inbox.empty[inbox.queue] : texts.inbox.nothingFound;
    return <Empty words={words} icon={inbox.search === "" ? "inbox" : "search"} />;
  }
  return (
    <Lines
      lines={lines}
      openId={openId}
      isLoadingMore={query.isFetchingNextPage}
      onEnd={() => {
        if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
      }}
    />
  );
}

interface LinesProps {
  lines: readonly ConversationRow[];
  openId: string | null;
  isLoadingMore: boolean;
  onEnd: () => void;
}

function Lines({ lines, openId, isLoadingMore, onEnd }: LinesProps) {
  const { session } = useWorkplace();
  const nowMs = useNow(MINUTE_MS);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT_PX,
    getItemKey: (index) => lines[index]?.id ?? index,
    overscan: 8,
  });
  const items = virtual.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when the end of the list is reached.
  useEffect(() => {
    if (lastShown >= lines.length - 1) onEnd();
  }, [lastShown, lines.length]);

  const openIndex = lines.findIndex(({ id }) => id === openId);
  // biome-ignore lint/correctness/useExhaustiveDependencies: follows the open line, not each re-sorting.
  useEffect(() => {
    if (openIndex >= 0) virtual.scrollToIndex(openIndex);
  }, [openId]);

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region has to be reachable by keyboard.
    <section className="lines" ref={scroller} aria-label={texts.inbox.title} tabIndex={0}>
      <ul style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const row = lines[item.index];
          if (!row) return null;
          return (
            <li
              key={item.key}
              style={{ transform: `translateY(${item.start}px)` }}
              aria-setsize={lines.length}
              aria-posinset={item.index + 1}
            >
              <InboxLine
                row={row}
                userId={session.user.id}
                isOpen={row.id === openId}
                nowMs={nowMs}
              />
            </li>
          );
        })}
      </ul>
      {isLoadingMore && <p className="lines-more">{texts.inbox.more}</p>}
    </section>
  );
}

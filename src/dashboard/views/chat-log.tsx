import type { Virtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useState } from "react";
import { Button } from "react-aria-components";
import type { ConversationRow, Message } from "../api/calls.ts";
import { dayName } from "../format.ts";
import { Icon } from "../parts/icon.tsx";
import { leadName } from "../parts/names.ts";
import { type ChatRow, chatRows } from "../state/chat-rows.ts";
import { useDesk, useWorkplace } from "../state/context.ts";
import { mayResend } from "../state/may-write.ts";
import type { useMessages } from "../state/use-chat.ts";
import { isResendable, quotedOf, resentOf } from "../state/view.ts";
import { texts } from "../texts.ts";
import { LogRow } from "./log-row.tsx";
import { useLogScroll } from "./use-log-scroll.ts";
import { useReading } from "./use-reading.ts";

/** So many rows before the oldest loaded one comes into view, older ones are fetched. */
const FETCH_AHEAD_ROWS = 16;
/** How long a message stays marked after a jump to it. */
const POINTED_AT_MS = 1_600;

interface Props extends ReturnType<typeof useMessages> {
  row: ConversationRow;
  /** Undefined while nobody may write here. */
  onReply: ((message: Message) => void) | undefined;
}

/** The messages, newest at the bottom. Only what is near the screen is drawn. */
export function ChatLog({ row, chat, query, onReply }: Props) {
  const { messages, drafts } = chat;
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query;
  const rows = useMemo(
    () => chatRows({ messages, drafts, hasEarlier: hasNextPage }),
    [messages, drafts, hasNextPage],
  );
  const { scroller, virtual, isAtEnd, toEnd, handlers } = useLogScroll(rows);
  const quoted = useMemo(() => quotedOf(messages), [messages]);
  const resent = useMemo(() => resentOf(messages), [messages]);
  const mayAgain = mayResend(row, useWorkplace().session);
  const jump = useJump(virtual, rows);
  useReading(row, messages, isAtEnd);
  useFollowOwn(virtual, drafts.at(-1)?.key);

  const items = virtual.getVirtualItems();
  const isNearStart = (items[0]?.index ?? FETCH_AHEAD_ROWS) < FETCH_AHEAD_ROWS;
  const isPlaced = virtual.scrollElement !== null;
  const mayFetch = hasNextPage && !isFetchingNextPage && !isFetchNextPageError;
  useEffect(() => {
    if (isPlaced && isNearStart && mayFetch) void fetchNextPage();
  }, [isPlaced, isNearStart, mayFetch, fetchNextPage]);

  const name = leadName(row);
  const shared = { count: rows.length, name, onReply, onJump: jump.to };
  return (
    <div className="log-place">
      <section
        className="log"
        ref={scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region has to be reachable by keyboard.
        tabIndex={0}
        aria-label={texts.chat.messages}
        {...handlers}
      >
        <div className="log-above">
          <Above query={query} isEmpty={messages.length === 0} />
        </div>
        {/* What is drawn while scrolling is not news: what is, is said by NewestSaid. */}
        <div role="log" aria-live="off" aria-label={texts.chat.messages}>
          <ol className="log-rows" style={{ height: virtual.getTotalSize() }}>
            {items.map(({ key, index, start }) => {
              const one = rows[index];
              return (
                one && (
                  <LogRow
                    key={key}
                    {...shared}
                    row={one}
                    index={index}
                    startPx={start}
                    quoted={quotedIn(one, quoted)}
                    offersResend={mayAgain && awaitsResend(one, resent)}
                    isPointedAt={one.key === jump.at}
                    measure={virtual.measureElement}
                  />
                )
              );
            })}
          </ol>
        </div>
      </section>
      {!isAtEnd && <DayShown row={rows[firstInView(virtual)]} />}
      <Newest messages={messages} isAtEnd={isAtEnd} onPress={toEnd} />
      <NewestSaid messages={messages} name={name} />
      <Typing conversationId={row.id} />
    </div>
  );
}

type Log = Pick<
  Virtualizer<HTMLElement, Element>,
  "getVirtualItemForOffset" | "scrollOffset" | "scrollToIndex" | "scrollToEnd"
>;

function firstInView(virtual: Log): number {
  return virtual.getVirtualItemForOffset(virtual.scrollOffset ?? 0)?.index ?? 0;
}

function quotedIn(row: ChatRow, quoted: ReadonlyMap<string, Message>): Message | undefined {
  if (row.kind === "draft") return row.draft.replyTo ?? undefined;
  const wamid = row.kind === "message" ? row.message.replyToWamid : null;
  return wamid === null ? undefined : quoted.get(wamid);
}

function awaitsResend(row: ChatRow, resent: ReadonlySet<string>): boolean {
  return row.kind === "message" && isResendable(row.message) && !resent.has(row.message.id);
}

/** Whether there is more above. */
function Above({ query, isEmpty }: Pick<Props, "query"> & { isEmpty: boolean }) {
  if (query.isFetchNextPageError) {
    return (
      <p className="log-note" role="alert">
        {texts.chat.earlierFailed}
        <Button className="link-button" onPress={() => void query.fetchNextPage()}>
          {texts.errors.retry}
        </Button>
      </p>
    );
  }
  if (query.hasNextPage) return <p className="log-note">{texts.chat.earlier}</p>;
  return <p className="log-note">{isEmpty ? texts.chat.empty : texts.chat.start}</p>;
}

/** Goes to a quoted message and marks it for a moment. */
function useJump(virtual: Log, rows: readonly ChatRow[]) {
  const [at, setAt] = useState<string | null>(null);
  useEffect(() => {
    if (at === null) return;
    const timer = setTimeout(() => setAt(null), POINTED_AT_MS);
    return () => clearTimeout(timer);
  }, [at]);
  const to = (key: string) => {
    const index = rows.findIndex((row) => row.key === key);
    if (index < 0) return;
    virtual.scrollToIndex(index, { align: "center" });
    setAt(key);
  };
  return { at, to };
}

/** Who writes wants to see it, wherever they were reading. */
function useFollowOwn(virtual: Log, newestDraft: string | undefined): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each message that is typed.
  useEffect(() => {
    if (newestDraft !== undefined) virtual.scrollToEnd();
  }, [newestDraft]);
}

/** The day that is on the screen, while its own line is not. */
function DayShown({ row }: { row: ChatRow | undefined }) {
  if (!row || row.kind === "day") return null;
  return (
    <p className="log-day" aria-hidden="true">
      <span>{dayName(row.at)}</span>
    </p>
  );
}

/** The way back to the newest message, and how many came since one left it. */
function Newest({
  messages,
  isAtEnd,
  onPress,
}: {
  messages: readonly Message[];
  isAtEnd: boolean;
  onPress: () => void;
}) {
  const newestSeq = messages.at(-1)?.seq ?? 0;
  const [seenSeq, setSeenSeq] = useState(newestSeq);
  if (isAtEnd && seenSeq !== newestSeq) setSeenSeq(newestSeq);
  if (isAtEnd) return null;
  const count = messages.filter(({ seq }) => seq > seenSeq).length;
  return (
    <Button className={count > 0 ? "newest has-news" : "newest"} onPress={onPress}>
      <Icon name="down" />
      <span>{texts.chat.newest(count)}</span>
    </Button>
  );
}

/** Says aloud what the other side has just said. */
function NewestSaid({ messages, name }: { messages: readonly Message[]; name: string }) {
  const newest = messages.at(-1);
  const [openedAtSeq] = useState(newest?.seq ?? 0);
  const isNews = newest !== undefined && newest.seq > openedAtSeq && newest.author !== "human";
  return (
    <p className="spoken" role="status">
      {isNews && (
        <span key={newest.id}>
          {texts.chat.said(newest.author === "lead" ? name : texts.authors.bot, newest.text ?? "")}
        </span>
      )}
    </p>
  );
}

function Typing({ conversationId }: { conversationId: string }) {
  const { session } = useWorkplace();
  const person = useDesk().typing.get(conversationId);
  const isOther = person && person.userId !== session.user.id;
  return (
    <p className="typing" role="status">
      {isOther && texts.chat.typing(person.name)}
    </p>
  );
}

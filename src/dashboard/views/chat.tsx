import { Link, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { ConversationRow, Message } from "../api/calls.ts";
import { ApiError } from "../api/http.ts";
import { leadName } from "../parts/names.ts";
import { Empty, Failure, Ghosts } from "../parts/states.tsx";
import { useNow, useRows, useWorkplace } from "../state/context.ts";
import { reasonNotTo } from "../state/may-write.ts";
import { useConversation, useMessages } from "../state/use-chat.ts";
import { texts } from "../texts.ts";
import { ChatHeader } from "./chat-header.tsx";
import { ChatLog } from "./chat-log.tsx";
import { Composer } from "./composer.tsx";
import { useKeys } from "./keys.ts";
import { Panel } from "./panel.tsx";
import { useChatKeys } from "./use-chat-keys.ts";

/** There is room for the details beside the chat (as in shell.css). */
const WIDE = "(min-width: 1240px)";
const HALF_MINUTE_MS = 30_000;

/** Beside the list while nothing is picked; it says so only where there is something to pick. */
export function NoChat() {
  const { store } = useRows();
  return (
    <div className="chat">
      {store.rows.size > 0 && <Empty words={texts.chat.none} icon="chat" />}
    </div>
  );
}

/** The conversation of the address. */
export function ChatPage() {
  const { id } = useParams({ from: "/inbox/conversations/$id" });
  const { row, error, retry } = useConversation(id);
  const { desk } = useWorkplace();
  useEffect(() => {
    desk.look(id);
    return () => desk.look(null);
  }, [desk, id]);
  if (row) return <OpenChat key={id} row={row} />;
  const isMissing = error instanceof ApiError && (error.status === 404 || error.status === 422);
  return (
    <section className="chat" aria-label={texts.chat.messages}>
      {isMissing && (
        <Empty words={texts.chat.notFound} icon="search">
          <Link to="/" search={true} className="button">
            {texts.chat.back}
          </Link>
        </Empty>
      )}
      {error && !isMissing && <Failure error={error} onRetry={retry} />}
      {!error && <Ghosts count={5} label={texts.chat.loading} kind="chat" />}
    </section>
  );
}

function OpenChat({ row }: { row: ConversationRow }) {
  const [showsPanel, setShowsPanel] = useState(() => matchMedia(WIDE).matches);
  const [replyTo, setReplyTo] = useState<Message | null>(null);
  const { session } = useWorkplace();
  const reason = reasonNotTo(row, session, useNow(HALF_MINUTE_MS));
  const reply = reason === null ? setReplyTo : undefined;
  const togglePanel = () => setShowsPanel((shown) => !shown);
  const { query, chat } = useMessages(row.id);
  useChatKeys(chat.messages, { togglePanel, reply });
  const closeOverlay = () => {
    if (!matchMedia(WIDE).matches) setShowsPanel(false);
  };
  useKeys({ Escape: closeOverlay });
  const newestSeq = chat.messages.at(-1)?.seq ?? 0;
  return (
    <>
      <section className="chat" aria-label={texts.chat.label(leadName(row))}>
        <ChatHeader row={row} showsPanel={showsPanel} onTogglePanel={togglePanel} />
        {query.isPending && <Ghosts count={5} label={texts.chat.loading} kind="chat" />}
        {query.isError && chat.messages.length === 0 && (
          <Failure error={query.error} onRetry={query.refetch} />
        )}
        {query.data && <ChatLog row={row} chat={chat} query={query} onReply={reply} />}
        <Composer
          row={row}
          newestSeq={newestSeq}
          reason={reason}
          replyTo={reason === null ? replyTo : null}
          onReplyDone={() => setReplyTo(null)}
        />
      </section>
      <Panel row={row} isShown={showsPanel} onClose={togglePanel} />
    </>
  );
}

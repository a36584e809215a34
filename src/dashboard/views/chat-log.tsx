import { Fragment } from "react";
import { Button } from "react-aria-components";
import type { ConversationRow, Message } from "../api/calls.ts";
import { dayName } from "../format.ts";
import { useDesk, useWorkplace } from "../state/context.ts";
import type { useMessages } from "../state/use-chat.ts";
import { texts } from "../texts.ts";
import { Bubble, DraftBubble } from "./bubble.tsx";

interface Props extends ReturnType<typeof useMessages> {
  row: ConversationRow;
}

/** The messages, newest at the bottom. The scroller is upside down, so it stays there by itself. */
export function ChatLog({ row, chat, query }: Props) {
  const { messages, drafts } = chat;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region has to be reachable by keyboard.
    <section className="log" tabIndex={0} aria-label={texts.chat.messages}>
      <div className="log-inner">
        {query.hasNextPage ? (
          <Button
            className="button is-small log-earlier"
            isPending={query.isFetchingNextPage}
            onPress={() => void query.fetchNextPage()}
          >
            {texts.chat.earlier}
          </Button>
        ) : (
          <p className="log-start">{messages.length === 0 ? texts.chat.empty : texts.chat.start}</p>
        )}
        <div role="log" aria-label={texts.chat.messages}>
          <ol>
            {messages.map((message, index) => (
              <Fragment key={message.id}>
                {opensDay(message, messages[index - 1]) && (
                  <li className="day">
                    <span>{dayName(message.sentAt)}</span>
                  </li>
                )}
                <Bubble message={message} opensRun={opensRun(message, messages[index - 1])} />
              </Fragment>
            ))}
            {drafts.map((draft) => (
              <DraftBubble key={draft.key} draft={draft} />
            ))}
          </ol>
        </div>
        <Typing conversationId={row.id} />
      </div>
    </section>
  );
}

function opensDay(message: Message, before: Message | undefined): boolean {
  return !before || dayName(before.sentAt) !== dayName(message.sentAt);
}

function opensRun(message: Message, before: Message | undefined): boolean {
  return !before || before.author !== message.author || opensDay(message, before);
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

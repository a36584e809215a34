import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Button, Form, TextArea, TextField } from "react-aria-components";
import type { ConversationRow, Message } from "../api/calls.ts";
import { Icon } from "../parts/icon.tsx";
import { leadName } from "../parts/names.ts";
import { useWorkplace } from "../state/context.ts";
import { useSend } from "../state/use-send.ts";
import { texts } from "../texts.ts";
import { authorName } from "./quote.tsx";

/** WhatsApp's own limit for a text. */
const MAX_LENGTH = 4096;
/** The server forgets a `typing` after 6 s. */
const TYPING_EVERY_MS = 3_000;

interface Props {
  row: ConversationRow;
  newestSeq: number;
  /** Why nothing may be written now; null when it may. */
  reason: string | null;
  replyTo: Message | null;
  onReplyDone: () => void;
}

/** Where a person writes; says why when they may not. */
export function Composer({ row, newestSeq, reason, replyTo, onReplyDone }: Props) {
  const [text, setText] = useState("");
  const { sendTyped } = useSend(row.id);
  const noteTyping = useTypingNotes(row.id);
  const over = text.length - MAX_LENGTH;
  // What was typed before somebody else took the chat stays in sight.
  const isClosed = reason !== null && text === "";
  const isSendable = reason === null && text.trim() !== "" && over <= 0;
  useEffect(() => {
    if (replyTo) document.getElementById("composer-text")?.focus();
  }, [replyTo]);

  function send(): void {
    if (!isSendable) return;
    setText("");
    onReplyDone();
    noteTyping(false);
    void sendTyped({ text: text.trim(), replyTo, afterSeq: newestSeq });
  }
  function keyDown(event: KeyboardEvent): void {
    if (event.key === "Escape" && event.target instanceof HTMLElement) {
      if (replyTo) onReplyDone();
      else event.target.blur();
    }
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  }
  function change(value: string): void {
    setText(value);
    noteTyping(value !== "");
  }

  return (
    <Form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {reason && <Reason words={reason} />}
      {replyTo && <Replying to={replyTo} name={leadName(row)} onCancel={onReplyDone} />}
      <div className="composer-row" hidden={isClosed}>
        <TextField
          aria-label={texts.composer.label}
          {...(reason ? { "aria-describedby": "composer-reason" } : {})}
          isDisabled={reason !== null}
          isInvalid={over > 0}
          value={text}
          onChange={change}
        >
          <TextArea
            id="composer-text"
            rows={1}
            dir="auto"
            placeholder={reason ? "" : texts.composer.placeholder}
            onKeyDown={keyDown}
          />
        </TextField>
        <Button
          type="submit"
          className="composer-send"
          aria-label={texts.composer.send}
          isDisabled={!isSendable}
        >
          <Icon name="send" />
        </Button>
      </div>
      {!isClosed && <Hint over={over} mayWrite={reason === null} />}
    </Form>
  );
}

function Reason({ words }: { words: string }) {
  return (
    <p className="composer-reason" id="composer-reason">
      <Icon name="info" />
      {words}
    </p>
  );
}

function Hint({ over, mayWrite }: { over: number; mayWrite: boolean }) {
  return (
    <p className={over > 0 ? "composer-hint is-bad" : "composer-hint"} role="status">
      {over > 0 ? texts.composer.tooLong(over) : mayWrite && texts.composer.hint}
    </p>
  );
}

interface ReplyingProps {
  to: Message;
  name: string;
  onCancel: () => void;
}

/** What the next message will quote. */
function Replying({ to, name, onCancel }: ReplyingProps) {
  return (
    <div className={`replying quote-${to.author}`}>
      <p role="status">
        <span className="quote-author">{texts.composer.replyingTo(authorName(to, name))}</span>
        <span className="quote-text" dir="auto">
          {to.text ?? texts.inbox.noText(to.kind)}
        </span>
      </p>
      <Button className="icon-button" aria-label={texts.composer.noReply} onPress={onCancel}>
        <Icon name="close" />
      </Button>
    </div>
  );
}

/** Tells colleagues that somebody writes here, often enough and no oftener. */
function useTypingNotes(conversationId: string): (typing: boolean) => void {
  const { desk } = useWorkplace();
  const told = useRef({ typing: false, atMs: 0 });
  return (typing) => {
    const nowMs = performance.now();
    const isDue = nowMs - told.current.atMs > TYPING_EVERY_MS;
    if (typing === told.current.typing && !(typing && isDue)) return;
    told.current = { typing, atMs: nowMs };
    desk.send({ v: 1, type: "typing", data: { conversationId, typing } });
  };
}

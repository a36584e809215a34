import { type KeyboardEvent, useRef, useState } from "react";
import { Button, Form, TextArea, TextField } from "react-aria-components";
import type { ConversationRow, SignedIn } from "../api/calls.ts";
import { Icon } from "../parts/icon.tsx";
import { holderOf } from "../parts/names.ts";
import { useWorkplace } from "../state/context.ts";
import { useSend } from "../state/use-chat.ts";
import { texts } from "../texts.ts";

/** WhatsApp's own limit for a text. */
const MAX_LENGTH = 4096;
/** The server forgets a `typing` after 6 s. */
const TYPING_EVERY_MS = 3_000;

/** Why nothing may be written now; null when it may. */
function reasonNotTo(row: ConversationRow, session: SignedIn): string | null {
  if (session.role === "viewer") return texts.composer.viewer;
  if (row.optedOutAt !== null) return texts.composer.optedOut;
  if (!row.window.open) return texts.composer.windowClosed;
  const holder = holderOf(row, session.user.id);
  if (holder.kind === "bot") return texts.composer.botHas;
  return holder.kind === "other" ? texts.composer.otherHas(holder.name) : null;
}

interface Props {
  row: ConversationRow;
  newestSeq: number;
}

/** Where a person writes; says why when they may not. */
export function Composer({ row, newestSeq }: Props) {
  const { session } = useWorkplace();
  const [text, setText] = useState("");
  const { sendText } = useSend(row.id);
  const noteTyping = useTypingNotes(row.id);
  const reason = reasonNotTo(row, session);
  const over = text.length - MAX_LENGTH;
  const isSendable = reason === null && text.trim() !== "" && over <= 0;

  function send(): void {
    if (!isSendable) return;
    setText("");
    noteTyping(false);
    void sendText(text.trim(), newestSeq);
  }
  function keyDown(event: KeyboardEvent): void {
    if (event.key === "Escape" && event.target instanceof HTMLElement) event.target.blur();
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
      {reason && (
        <p className="composer-reason" id="composer-reason">
          <Icon name="info" />
          {reason}
        </p>
      )}
      <div className="composer-row">
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
      <p className="composer-hint" role="status">
        {over > 0 ? texts.composer.tooLong(over) : reason === null && texts.composer.hint}
      </p>
    </Form>
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

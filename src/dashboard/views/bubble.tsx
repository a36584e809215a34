import { memo } from "react";
import { Button } from "react-aria-components";
import type { Message } from "../api/calls.ts";
import { dateAndTime, timeOfDay } from "../format.ts";
import { Icon } from "../parts/icon.tsx";
import type { Draft } from "../state/store.ts";
import { useSend } from "../state/use-chat.ts";
import { texts } from "../texts.ts";
import { Ticks } from "./ticks.tsx";

/** States that need words beside the tick: something is not as hoped. */
const troubled: readonly Message["state"][] = ["unknown", "failed", "cancelled"];

function troubleOf({ state, errorText, cancelReason }: Message): string {
  const why = cancelReason ? texts.cancelReasons[cancelReason] : errorText;
  return why ? `${texts.states[state]}: ${why}` : texts.states[state];
}

interface Props {
  message: Message;
  opensRun: boolean;
}

/** One message: what was said, by whom, and how far it has come. */
export const Bubble = memo(function Bubble({ message, opensRun }: Props) {
  const { author, state } = message;
  const classes = ["message", `from-${author}`, opensRun ? "opens-run" : "", `is-${state}`];
  return (
    <li className={classes.join(" ")} data-state={state} data-author={author}>
      <p className={opensRun && author !== "lead" ? "author" : "spoken"}>{texts.authors[author]}</p>
      <div className="bubble">
        <p className="text" dir="auto">
          {message.text ?? texts.inbox.noText(message.kind)}
        </p>
        <p className="meta">
          <time dateTime={message.sentAt} title={dateAndTime(message.sentAt)}>
            {timeOfDay(message.sentAt)}
          </time>
          {message.direction === "out" && <Ticks state={state} />}
        </p>
      </div>
      {troubled.includes(state) && (
        <p className="trouble">
          <Icon name={state === "cancelled" ? "info" : "alert"} />
          {troubleOf(message)}
        </p>
      )}
    </li>
  );
});

/** What was typed here and has no row yet. */
export function DraftBubble({ draft }: { draft: Draft }) {
  const { retry, discard } = useSend(draft.conversationId);
  const state = draft.error === null ? "sending" : "failed";
  return (
    <li className={`message from-human is-${state}`} data-state={state} data-author="human">
      <div className="bubble">
        <p className="text" dir="auto">
          {draft.text}
        </p>
        <p className="meta">
          <time dateTime={draft.sentAt}>{timeOfDay(draft.sentAt)}</time>
          <Ticks state={state} />
        </p>
      </div>
      {draft.error !== null && (
        <div className="trouble" role="alert">
          <Icon name="alert" />
          <span>{`${texts.states.failed}: ${draft.error}`}</span>
          <Button className="link-button" onPress={() => void retry(draft)}>
            {texts.composer.retry}
          </Button>
          <Button className="link-button" onPress={() => discard(draft)}>
            {texts.composer.discard}
          </Button>
        </div>
      )}
    </li>
  );
}

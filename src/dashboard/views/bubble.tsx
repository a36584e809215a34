import { Button } from "react-aria-components";
import type { Message } from "../api/calls.ts";
import { sayError } from "../api/http.ts";
import { dateAndTime, timeOfDay } from "../format.ts";
import { Icon } from "../parts/icon.tsx";
import type { Draft } from "../state/store.ts";
import { useResend } from "../state/use-resend.ts";
import { useSend } from "../state/use-send.ts";
import { texts } from "../texts.ts";
import type { RowEvents } from "./log-row.tsx";
import { Quote } from "./quote.tsx";
import { Reactions, Said } from "./said.tsx";
import { Ticks } from "./ticks.tsx";

/** States that need words beside the tick: something is not as hoped. */
const troubled: readonly Message["state"][] = ["unknown", "failed", "cancelled"];

function troubleOf({ state, errorText, cancelReason }: Message): string {
  const why = cancelReason ? texts.cancelReasons[cancelReason] : errorText;
  return why ? `${texts.states[state]}: ${why}` : texts.states[state];
}

interface Props extends RowEvents {
  message: Message;
  opensRun: boolean;
  quoted: Message | undefined;
  offersResend: boolean;
}

/** One message: what was said, by whom, to what, and how far it has come. */
export function Bubble(props: Props) {
  const { message, opensRun, quoted, offersResend, name, onReply, onJump } = props;
  const { author, state } = message;
  const classes = ["message", `from-${author}`, opensRun ? "opens-run" : "", `is-${state}`];
  return (
    <div className={classes.join(" ")} data-state={state} data-author={author}>
      <p className={opensRun && author !== "lead" ? "author" : "spoken"}>
        {writerOf(message, name)}
      </p>
      <div className="bubble-line">
        <div className="bubble">
          {message.replyToWamid !== null && <Quote quoted={quoted} name={name} onJump={onJump} />}
          <Said message={message} />
          <p className="meta">
            {message.editedAt !== null && message.deletedAt === null && texts.said.edited}
            <time dateTime={message.sentAt} title={dateAndTime(message.sentAt)}>
              {timeOfDay(message.sentAt)}
            </time>
            {message.direction === "out" && <Ticks state={state} />}
          </p>
        </div>
        {onReply && message.wamid !== null && (
          <Button
            className="icon-button reply"
            aria-label={texts.chat.reply(message.text ?? message.kind)}
            onPress={() => onReply(message)}
          >
            <Icon name="reply" />
          </Button>
        )}
      </div>
      <Reactions reactions={message.reactions} />
      {troubled.includes(state) && <Trouble message={message} offersResend={offersResend} />}
    </div>
  );
}

function writerOf({ author, sentBy }: Message, leadName: string): string {
  return author === "lead" ? leadName : (sentBy?.name ?? texts.authors[author]);
}

function Trouble({ message, offersResend }: Pick<Props, "message" | "offersResend">) {
  return (
    <div className="trouble">
      <Icon name={message.state === "cancelled" ? "info" : "alert"} />
      <span>{troubleOf(message)}</span>
      {offersResend && <Resend message={message} />}
    </div>
  );
}

/** The old message stays: should it have arrived after all, both show. */
function Resend({ message }: { message: Message }) {
  const resend = useResend(message);
  return (
    <>
      <Button
        className="link-button"
        isDisabled={resend.isPending || resend.isSuccess}
        onPress={() => resend.mutate()}
      >
        {resend.isPending ? texts.composer.resending : texts.composer.resend}
      </Button>
      {resend.isError && <span role="alert">{sayError(resend.error)}</span>}
    </>
  );
}

interface DraftProps extends Pick<RowEvents, "name" | "onJump"> {
  draft: Draft;
  quoted: Message | undefined;
}

/** What was typed here and has no row yet. */
export function DraftBubble({ draft, quoted, name, onJump }: DraftProps) {
  const { retry, discard } = useSend(draft.conversationId);
  const state = draft.error === null ? "sending" : "failed";
  return (
    <div className={`message from-human is-${state}`} data-state={state} data-author="human">
      <div className="bubble">
        {draft.replyTo && <Quote quoted={quoted} name={name} onJump={onJump} />}
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
    </div>
  );
}

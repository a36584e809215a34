import { Button } from "react-aria-components";
import type { Message } from "../api/calls.ts";
import { texts } from "../texts.ts";

/** Who wrote a quoted message, in the words of this chat. */
export function authorName({ author }: Message, name: string): string {
  return author === "lead" ? name : texts.authors[author];
}

interface Props {
  /** Undefined: older than what is loaded. */
  quoted: Message | undefined;
  name: string;
  onJump: (key: string) => void;
}

/** What a message answers; a press goes there. */
export function Quote({ quoted, name, onJump }: Props) {
  if (!quoted) return <p className="quote is-away">{texts.chat.quotesEarlier}</p>;
  return (
    <Button className={`quote quote-${quoted.author}`} onPress={() => onJump(quoted.id)}>
      <span className="spoken">{texts.chat.inReplyTo}</span>
      <span className="quote-author">{authorName(quoted, name)}</span>
      <span className="quote-text" dir="auto">
        {quoted.text ?? texts.inbox.noText(quoted.kind)}
      </span>
    </Button>
  );
}

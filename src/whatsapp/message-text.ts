import { member, textOrNull } from "./fields.ts";

/** What a message says, and which of our choices it names. */
export interface Said {
  text: string | null;
  replyId: string | null;
}

const NOTHING: Said = { text: null, replyId: null };

/** The words of a message of a type we understand, or the caption of any other. */
export function readSaid(type: string, message: unknown): Said {
  const content = member(message, type);
  switch (type) {
    case "text":
      return { text: textOrNull(member(content, "body")), replyId: null };
    case "button":
      return {
        text: textOrNull(member(content, "text")),
        replyId: textOrNull(member(content, "payload")),
      };
    case "interactive":
      return readInteractive(content);
    case "order":
      return { text: textOrNull(member(content, "text")) || null, replyId: null };
    default:
      return { text: textOrNull(member(content, "caption")) || null, replyId: null };
  }
}

function readInteractive(content: unknown): Said {
  for (const kind of ["button_reply", "list_reply"]) {
    const reply = member(content, kind);
    if (reply === undefined) continue;
    return {
      text: textOrNull(member(reply, "title")),
      replyId: textOrNull(member(reply, "id")),
    };
  }
  return NOTHING;
}

import { isJsonObject } from "../../lib/json.ts";
import { idOrNull, member, textOrNull, wordsOrNull } from "../fields.ts";
import { type InboundContent, mediaTypes, type ShownContent } from "../inbound-content.ts";
import { readSaid } from "../message-text.ts";
import { readMarks } from "./marks.ts";
import { readReply } from "./replies.ts";
import { readCards, readLocation, readMedia, readOrder } from "./shared.ts";
import { readSystem, readUnsupported } from "./told.ts";

/**
 * What a message says beside its text (whatsapp.md 2.1, 2.2), from one element of `messages[]` or
 * `message_echoes[]`. Undefined when there is no more, or when nobody could make sense of it.
 */
export function readContent(type: string, message: unknown): InboundContent | undefined {
  switch (type) {
    case "reaction":
      return readReaction(member(message, type));
    case "edit":
      return readEdit(member(message, type));
    case "revoke": {
      const wamid = idOrNull(member(member(message, type), "original_message_id"));
      return wamid === null ? undefined : { type, wamid };
    }
    case "system":
      return readSystem(member(message, type));
    case "unsupported":
    case "unknown":
      return readUnsupported(message);
    default:
      return readShown(type, message);
  }
}

function readShown(type: string, message: unknown): ShownContent | undefined {
  const marks = readMarks(message);
  if (type === "text") return Object.keys(marks).length > 0 ? { type, ...marks } : undefined;
  const content = readOwn(type, member(message, type));
  return content && { ...content, ...marks };
}

function readOwn(type: string, own: unknown): ShownContent | undefined {
  const media = mediaTypes.find((known) => known === type);
  if (media !== undefined) return readMedia(media, own);
  switch (type) {
    case "location":
      return readLocation(own);
    case "contacts":
      return readCards(own);
    case "order":
      return readOrder(own);
    case "interactive":
      return readReply(own);
    case "button":
      return readButton(own);
    default:
      return undefined;
  }
}

function readButton(own: unknown): ShownContent | undefined {
  const title = textOrNull(member(own, "text"));
  return title === null
    ? undefined
    : { type: "button", title, payload: wordsOrNull(member(own, "payload")) };
}

/** To remove one, `emoji` is left out or empty. */
function readReaction(own: unknown): InboundContent | undefined {
  const wamid = idOrNull(member(own, "message_id"));
  if (wamid === null) return undefined;
  return { type: "reaction", wamid, emoji: wordsOrNull(member(own, "emoji")) ?? "" };
}

/** Undefined when the new words cannot be read: a person has to look. */
function readEdit(own: unknown): InboundContent | undefined {
  const wamid = idOrNull(member(own, "original_message_id"));
  const message = member(own, "message");
  const kind = idOrNull(member(message, "type"));
  if (wamid === null || kind === null || !isJsonObject(message)) return undefined;
  const { text } = readSaid(kind, message);
  const content = readShown(kind, message);
  if (text === null && content === undefined) return undefined;
  return { type: "edit", wamid, kind, text, ...(content !== undefined && { content }) };
}

import { isJsonObject, storableText } from "../lib/json.ts";
import { readContent } from "./content/read.ts";
import { elements, idOrNull, instantOf, member, textOrNull } from "./fields.ts";
import { readSaid } from "./message-text.ts";
import {
  type EchoItem,
  type GraphErrorItem,
  ITEM_VERSION,
  type MessageItem,
  type NoticeItem,
  type ReceiptItem,
} from "./payload.ts";
import { type Contacts, readIds, readParty } from "./people.ts";
import { storableItem } from "./storable.ts";

const EMPTY_CONTACTS: Contacts = { byId: new Map(), only: undefined };

/** A notice of any JSON value. */
export function noticeItem(field: string, source: unknown): NoticeItem {
  const { value: raw, altered } = storableItem(source);
  return { v: ITEM_VERSION, kind: "notice", field: storableText(field).text, raw, altered };
}

/**
 * One element of `messages[]`. Without an id it cannot be told from its own redelivery, so it is a
 * notice; in a group it was not said to us, so it is one too.
 */
export function messageItem(
  source: unknown,
  contacts: Contacts,
  receivedAt: string,
): MessageItem | NoticeItem {
  const fields = readMessage(source, receivedAt);
  if (fields === undefined) return noticeItem("unreadable", source);
  if (idOrNull(member(fields.raw, "group_id")) !== null)
    return noticeItem("group_messages", source);
  const referral = member(fields.raw, "referral");
  return {
    kind: "message",
    ...fields,
    from: readParty(fields.raw, "from", contacts),
    referral: isJsonObject(referral) ? referral : null,
  };
}

/** One element of `message_echoes[]`. */
export function echoItem(source: unknown, receivedAt: string): EchoItem | NoticeItem {
  const fields = readMessage(source, receivedAt);
  if (fields === undefined) return noticeItem("unreadable", source);
  return { kind: "echo", ...fields, to: readParty(fields.raw, "to", EMPTY_CONTACTS) };
}

/** One element of `statuses[]`. */
export function receiptItem(source: unknown, receivedAt: string): ReceiptItem | NoticeItem {
  const { value: raw, altered } = storableItem(source);
  const wamid = idOrNull(member(raw, "id"));
  const status = idOrNull(member(raw, "status"));
  if (wamid === null || status === null) return noticeItem("unreadable", source);
  const { phone, bsuid } = readIds(
    member(raw, "recipient_id"),
    member(raw, "recipient_user_id"),
    undefined,
  );
  const pricing = member(raw, "pricing");
  return {
    v: ITEM_VERSION,
    kind: "receipt",
    wamid,
    status,
    at: instantOf(member(raw, "timestamp"), receivedAt),
    recipient: { phone, bsuid },
    callbackData: textOrNull(member(raw, "biz_opaque_callback_data")),
    errors: elements(member(raw, "errors")).map(readError),
    pricing: isJsonObject(pricing) ? pricing : null,
    raw,
    altered,
  };
}

function readMessage(source: unknown, receivedAt: string) {
  const { value: raw, altered } = storableItem(source);
  const wamid = idOrNull(member(raw, "id"));
  if (wamid === null) return undefined;
  const type = idOrNull(member(raw, "type")) ?? "unknown";
  const { text, replyId } = readSaid(type, raw);
  const content = readContent(type, raw);
  return {
    v: ITEM_VERSION,
    wamid,
    type,
    text,
    ...(replyId !== null && { replyId }),
    ...(content !== undefined && { content }),
    sentAt: instantOf(member(raw, "timestamp"), receivedAt),
    replyToWamid: idOrNull(member(member(raw, "context"), "id")),
    raw,
    altered,
  } as const;
}

/** `error_data` may be missing, a string, or an object with `details`. */
function readError(error: unknown): GraphErrorItem {
  const code = member(error, "code");
  const errorData = member(error, "error_data");
  return {
    code: typeof code === "number" && Number.isInteger(code) ? code : null,
    title: textOrNull(member(error, "title")),
    message: textOrNull(member(error, "message")),
    details: textOrNull(member(errorData, "details")) ?? textOrNull(errorData),
  };
}

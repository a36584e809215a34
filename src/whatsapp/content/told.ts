import {
  bsuidOrNull,
  elements,
  member,
  numberOrNull,
  phoneOrNull,
  wordsOrNull,
} from "../fields.ts";
import type { InboundContent } from "../inbound-content.ts";

/** What WhatsApp itself tells of a person. Older payloads call the new number `new_wa_id`. */
export function readSystem(own: unknown): InboundContent | undefined {
  const change = wordsOrNull(member(own, "type"));
  const body = wordsOrNull(member(own, "body"));
  if (change === null && body === null) return undefined;
  return {
    type: "system",
    change: change ?? "unknown",
    body,
    phone: phoneOrNull(member(own, "wa_id")) ?? phoneOrNull(member(own, "new_wa_id")),
    bsuid: bsuidOrNull(member(own, "user_id")) ?? bsuidOrNull(member(own, "wa_id")),
    previousPhone: phoneOrNull(member(own, "customer")),
  };
}

/** What WhatsApp could not hand on, with the reason it gives. */
export function readUnsupported(message: unknown): InboundContent {
  const error = elements(member(message, "errors"))[0];
  const errorData = member(error, "error_data");
  return {
    type: "unsupported",
    what: wordsOrNull(member(member(message, "unsupported"), "type")),
    code: numberOrNull(member(error, "code")),
    reason:
      wordsOrNull(member(errorData, "details")) ??
      wordsOrNull(errorData) ??
      wordsOrNull(member(error, "title")) ??
      wordsOrNull(member(error, "message")),
  };
}

import { whoAnswers } from "../../funnel/mailbox.ts";
import { matchOptOut, optOutConfirmation } from "../../funnel/opt-out.ts";
import { newId } from "../../lib/ids.ts";
import type { EditContent, InboundContent } from "../../whatsapp/inbound-content.ts";
import type { ChangeRow, DueChange } from "./parked.ts";
import type { Received } from "./received.ts";
import type { Resolved } from "./resolve.ts";
import type { InboundRow } from "./store.ts";

/** Older messages are history: stored and shown, but an answer now would be strange. */
const STALE_AFTER_MS = 60 * 60_000;

export function toRow(
  { entry, item, party, leadId }: Received,
  ord: number,
  { conversationId, isFormer }: Pick<Resolved, "conversationId" | "isFormer">,
  now: Date,
): InboundRow {
  const isAddress = leadId === null && !isFormer;
  const author = item.kind === "message" ? "lead" : "human";
  const { type: kind, text, content } = item;
  return {
    organization_id: entry.organizationId,
    integration_id: entry.integrationId,
    conversation_id: conversationId,
    id: newId(),
    change_id: null,
    ord,
    author,
    wamid: item.wamid,
    kind,
    text,
    payload: content ?? null,
    raw: item.raw,
    altered: item.altered,
    reply_to_wamid: item.replyToWamid,
    sent_at: item.sentAt,
    ...judge({ author, kind, text, content, sentAt: item.sentAt }, now),
    phone: isAddress ? party.phone : null,
    bsuid: isAddress ? party.bsuid : null,
  };
}

/** The row that gives a message its new words. Said again unchanged, they wake nobody. */
export function toEditRow(due: DueChange, edit: EditContent, ord: number, now: Date): InboundRow {
  const { author, at, targetId } = due;
  const { kind, text, content } = edit;
  const judged = judge({ author, kind, text, content, sentAt: at }, now);
  return {
    organization_id: due.organizationId,
    integration_id: due.integrationId,
    conversation_id: due.conversationId,
    id: targetId,
    change_id: due.id,
    ord,
    author,
    wamid: due.wamid,
    kind,
    text,
    payload: content ?? null,
    raw: null,
    altered: false,
    reply_to_wamid: null,
    sent_at: at,
    ...judged,
    wakes: judged.wakes && due.isHere && text !== due.targetText,
    phone: null,
    bsuid: null,
  };
}

interface Said {
  author: "lead" | "human";
  kind: string;
  text: string | null;
  content: InboundContent | undefined;
  /** ISO 8601. */
  sentAt: string;
}

/** What words do to the mailbox: wake the bot, call a person, stop, or start again. */
function judge({ author, kind, text, content, sentAt }: Said, now: Date) {
  const fromLead = author === "lead";
  const optOut = fromLead && text !== null ? matchOptOut(text) : null;
  const stops = optOut?.kind === "stop";
  const stale = now.getTime() - new Date(sentAt).getTime() > STALE_AFTER_MS;
  const reader = fromLead
    ? whoAnswers({ kind, text, hasContent: content !== undefined })
    : "nobody";
  return {
    wakes: reader === "bot" && !stale && !stops,
    stop_keyword: stops ? optOut.keyword : null,
    starts: optOut?.kind === "start",
    speaks: kind !== "system",
    attention: attentionOf(reader, stale),
    confirmation_id: newId(),
    confirmation: stops && !stale ? optOutConfirmation(optOut.language) : null,
  };
}

function attentionOf(
  reader: ReturnType<typeof whoAnswers>,
  stale: boolean,
): InboundRow["attention"] {
  if (reader === "person") return "unreadable_message";
  return reader === "bot" && stale ? "stale_message" : null;
}

/** Undefined for what is a message itself, also where nobody can tell what it changes. */
export function toChange({ entry, item }: Received, conversationId: string): ChangeRow | undefined {
  const { content } = item;
  if (content?.type !== "reaction" && content?.type !== "edit" && content?.type !== "revoke") {
    return undefined;
  }
  return {
    organization_id: entry.organizationId,
    integration_id: entry.integrationId,
    conversation_id: conversationId,
    id: newId(),
    wamid: item.wamid,
    target_wamid: content.wamid,
    author: item.kind === "message" ? "lead" : "human",
    kind: content.type,
    content,
    raw: item.raw,
    at: item.sentAt,
  };
}

import { isJsonObject } from "../lib/json.ts";
import { idOrNull, member, momentOf } from "./fields.ts";
import { echoItem, messageItem, noticeItem, receiptItem } from "./items.ts";
import type { Item } from "./payload.ts";
import { readContacts } from "./people.ts";

/** Whom an item belongs to: a number, an account, or nobody that can be told. */
export type RoutingKey = { phoneNumberId: string } | { wabaId: string } | null;

export interface RoutedItem {
  key: RoutingKey;
  item: Item;
}

/**
 * Cuts one webhook body into small items, in the order they stand. Takes any JSON and never throws:
 * what is broken or unknown becomes a notice of its own and leaves its neighbours alone.
 * `receivedAt` (ISO 8601) stands in for a timestamp nobody can read.
 */
export function splitWebhook(body: unknown, receivedAt: string): RoutedItem[] {
  const entries = member(body, "entry");
  if (member(body, "object") !== "whatsapp_business_account" || !Array.isArray(entries)) {
    return [{ key: null, item: noticeItem("unknown_object", body) }];
  }
  return entries.flatMap((entry) => splitEntry(entry, receivedAt));
}

function splitEntry(entry: unknown, receivedAt: string): RoutedItem[] {
  const wabaId = idOrNull(member(entry, "id"));
  const key: RoutingKey = wabaId === null ? null : { wabaId };
  const changes = member(entry, "changes");
  if (!Array.isArray(changes)) return [{ key, item: noticeItem("unreadable", entry) }];
  const origin = originOf(entry, wabaId);
  return changes.flatMap((change) =>
    splitChange(change, key, receivedAt).map(({ item, ...routed }) => ({
      ...routed,
      item: item.kind === "notice" ? { ...item, ...origin } : item,
    })),
  );
}

/** What a notice's effect has to know of the entry it stood in. */
function originOf(entry: unknown, account: string | null) {
  const at = momentOf(member(entry, "time"));
  return { ...(account !== null && { account }), ...(at !== null && { at }) };
}

function splitChange(change: unknown, entryKey: RoutingKey, receivedAt: string): RoutedItem[] {
  const field = idOrNull(member(change, "field"));
  const value = member(change, "value");
  const key = routingKey(value) ?? entryKey;
  return itemsOf(field, value, change, receivedAt).map((item) => ({ key, item }));
}

function itemsOf(
  field: string | null,
  value: unknown,
  change: unknown,
  receivedAt: string,
): Item[] {
  if (field === null || !isJsonObject(value)) return [noticeItem("unreadable", change)];
  const items = readKnownField(field, value, receivedAt);
  return items.length > 0 ? items : [noticeItem(field, change)];
}

/** Messages and statuses share a field and may come together: their arrays tell, nothing else. */
function readKnownField(field: string, value: unknown, receivedAt: string): Item[] {
  if (field === "smb_message_echoes") {
    return each(value, "message_echoes", (echo) => echoItem(echo, receivedAt));
  }
  if (field !== "messages") return [];
  const contacts = readContacts(value);
  return [
    ...each(value, "messages", (message) => messageItem(message, contacts, receivedAt)),
    ...each(value, "statuses", (status) => receiptItem(status, receivedAt)),
    ...each(value, "errors", (error) => noticeItem("errors", error)),
    ...each(value, "user_actions", (action) => noticeItem("user_actions", action)),
  ];
}

function each(value: unknown, key: string, read: (element: unknown) => Item): Item[] {
  const list = member(value, key);
  if (list === undefined || list === null) return [];
  return Array.isArray(list) ? list.map(read) : [noticeItem("unreadable", list)];
}

/**
 * The number's id where there is one: the display number may be formatted or differ. Partner events
 * carry a business id in `entry.id` and the account inside.
 */
function routingKey(value: unknown): RoutingKey {
  const phoneNumberId = idOrNull(member(member(value, "metadata"), "phone_number_id"));
  if (phoneNumberId !== null) return { phoneNumberId };
  const wabaId = idOrNull(member(member(value, "waba_info"), "waba_id"));
  return wabaId === null ? null : { wabaId };
}

import { Value } from "@sinclair/typebox/value";
import type { EntryOf } from "../../../streams/messages.ts";
import { AppError } from "../../lib/errors.ts";
import { InboundItem, type Party } from "../../whatsapp/payload.ts";
import { phoneKey } from "../../whatsapp/phone-variants.ts";

/** An entry of `inbound`, checked, with the lead it is from or to. */
export interface Received {
  entry: EntryOf["inbound"];
  item: InboundItem;
  party: Party;
  /** Of WhatsApp's own messages: the lead they are about, found by more than the sender's ids. */
  leadId: string | null;
}

/** Fails with `poison` for what is no message of a known shape. */
export function readEntry(entry: EntryOf["inbound"]): Received {
  if (!Value.Check(InboundItem, entry.item)) {
    const path = Value.Errors(InboundItem, entry.item).First()?.path ?? "";
    throw new AppError("poison", "An inbound entry is no message of a known shape.", { path });
  }
  const item = entry.item;
  return { entry, item, party: partyOf(item), leadId: null };
}

/** Everything the person of an entry may be known by, on their number. */
export function personKeys({ integrationId, item }: EntryOf["inbound"]): string[] {
  if (!Value.Check(InboundItem, item)) return [];
  const { phone, bsuid } = partyOf(item);
  const phones = phone === null ? [] : [phoneKey(phone)];
  return [...phones, ...(bsuid === null ? [] : [bsuid])].map((one) => `${integrationId}/${one}`);
}

function partyOf(item: InboundItem): Party {
  return item.kind === "message" ? item.from : item.to;
}

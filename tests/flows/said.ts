import { newId } from "../../src/lib/ids.ts";
import { echoItem, messageItem } from "../../src/whatsapp/items.ts";
import type { EchoItem, MessageItem } from "../../src/whatsapp/payload.ts";

const nobody = { byId: new Map(), only: undefined };
export interface Writer {
  phone: string | null;
  bsuid: string | null;
}

/** Somebody nobody has seen yet. */
export function newPerson() {
  const digits = `${Math.random()}`.slice(2, 12).padEnd(10, "7");
  return { phone: `1${digits}`, bsuid: `US.${newId()}`, username: null, name: "Ann" };
}

function message(fields: Record<string, unknown>) {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  return { id: `wamid.${newId()}`, timestamp, ...fields };
}

/** A message as Meta writes it, read as the webhook reads it. */
export function said({ phone, bsuid }: Writer, fields: Record<string, unknown>): MessageItem {
  const raw = message({ from: phone, from_user_id: bsuid, ...fields });
  const item = messageItem(raw, nobody, new Date().toISOString());
  if (item.kind !== "message") throw new Error(`No message: ${JSON.stringify(raw)}`);
  return item;
}

/** What a person of the business did in the phone app. */
export function echoed({ phone, bsuid }: Writer, fields: Record<string, unknown>): EchoItem {
  const raw = message({ from: "1555", to: phone, to_user_id: bsuid, ...fields });
  const item = echoItem(raw, new Date().toISOString());
  if (item.kind !== "echo") throw new Error(`No echo: ${JSON.stringify(raw)}`);
  return item;
}

export const words = (body: string) => ({ type: "text", text: { body } });
export const edit = (wamid: string, message: object) => ({
  type: "edit",
  edit: { original_message_id: wamid, message },
});
export const revoke = (wamid: string) => ({
  type: "revoke",
  revoke: { original_message_id: wamid },
});
export const reaction = (wamid: string, emoji?: string) => ({
  type: "reaction",
  reaction: { message_id: wamid, ...(emoji !== undefined && { emoji }) },
});

import { bsuidOrNull, elements, idOrNull, member, phoneOrNull, textOrNull } from "./fields.ts";
import type { Party } from "./payload.ts";
import { storableItem } from "./storable.ts";

interface Ids {
  phone: string | null;
  bsuid: string | null;
  parentBsuid: string | null;
}

interface Contact extends Ids {
  name: string | null;
  username: string | null;
}

/** The people a webhook value names, ready to be asked for by a message's sender. */
export interface Contacts {
  readonly byId: ReadonlyMap<string, Contact>;
  /** The one contact, when there is exactly one. */
  readonly only: Contact | undefined;
}

/** Reads `contacts[]`; whatever is broken or missing in it is left out. */
export function readContacts(value: unknown): Contacts {
  const contacts = elements(member(value, "contacts")).map((contact) =>
    readContact(storableItem(contact).value),
  );
  const byId = new Map<string, Contact>();
  for (const contact of contacts) {
    if (contact.phone !== null) byId.set(contact.phone, contact);
    if (contact.bsuid !== null) byId.set(contact.bsuid, contact);
  }
  return { byId, only: contacts.length === 1 ? contacts[0] : undefined };
}

/** Who a message came from (`from`, `from_user_id`) or went to (`to`, `to_user_id`). */
export function readParty(message: unknown, side: "from" | "to", contacts: Contacts): Party {
  const sender = readIds(
    member(message, side),
    member(message, `${side}_user_id`),
    member(message, `${side}_parent_user_id`),
  );
  const contact = findContact(sender, contacts);
  const parentBsuid = sender.parentBsuid ?? contact?.parentBsuid ?? null;
  return {
    phone: sender.phone ?? contact?.phone ?? null,
    bsuid: sender.bsuid ?? contact?.bsuid ?? null,
    ...(parentBsuid !== null && { parentBsuid }),
    username: contact?.username ?? null,
    name: contact?.name ?? null,
  };
}

/**
 * A phone field may be missing, null or empty for people behind a username, and some senders put
 * the BSUID there: each value is judged by its shape, not by its place.
 */
export function readIds(phoneField: unknown, userId: unknown, parentUserId: unknown): Ids {
  return {
    phone: phoneOrNull(phoneField),
    bsuid: bsuidOrNull(userId) ?? bsuidOrNull(phoneField),
    parentBsuid: bsuidOrNull(parentUserId),
  };
}

function readContact(contact: unknown): Contact {
  const profile = member(contact, "profile");
  const username = idOrNull(member(profile, "username"));
  return {
    ...readIds(
      member(contact, "wa_id"),
      member(contact, "user_id"),
      member(contact, "parent_user_id"),
    ),
    name: textOrNull(member(profile, "name"))?.trim() || null,
    username: username === null ? null : username.replace(/^@/, "") || null,
  };
}

/** By either id; else the only contact there is, unless one of its ids says it is someone else. */
function findContact(sender: Ids, { byId, only }: Contacts): Contact | undefined {
  const known =
    (sender.bsuid === null ? undefined : byId.get(sender.bsuid)) ??
    (sender.phone === null ? undefined : byId.get(sender.phone));
  if (known !== undefined || only === undefined) return known;
  const contradicts =
    (sender.phone !== null && only.phone !== null) ||
    (sender.bsuid !== null && only.bsuid !== null);
  return contradicts ? undefined : only;
}

import type { Identity } from "../deps.ts";
import type { Person } from "../people.ts";

export type JsonObject = Record<string, unknown>;

/** The business number as digits, the way `context.from` names it. */
export function businessDigits(identity: Identity): string {
  return identity.displayPhoneNumber.replace(/\D/g, "");
}

/** One `contacts[]` row. A person without a shared number has no `wa_id` at all. */
export function contactOf(person: Person, bsuid: string): JsonObject {
  const username = person.username === null ? {} : { username: person.username };
  const phone = person.phone === null ? {} : { wa_id: person.phone };
  return { profile: { name: person.name, ...username }, ...phone, user_id: bsuid };
}

/** The `value` of one `messages` change. */
export function changeValue(identity: Identity, content: JsonObject): JsonObject {
  return {
    messaging_product: "whatsapp",
    metadata: {
      display_phone_number: businessDigits(identity),
      phone_number_id: identity.phoneNumberId,
    },
    ...content,
  };
}

/** What one change says, and in which entry it stands. */
interface Item {
  value: JsonObject;
  field?: string;
  entry?: { id: string; time: number };
}

/** One POST body with a change per item; what is said of the account stands in entries of its own. */
export function envelope(identity: Identity, items: readonly Item[]): JsonObject {
  const messages = items.filter(({ entry }) => entry === undefined).map(changeOf);
  const notices = items.flatMap((item) =>
    item.entry ? [{ ...item.entry, changes: [changeOf(item)] }] : [],
  );
  const entry = messages.length > 0 ? [{ id: identity.wabaId, changes: messages }] : [];
  return { object: "whatsapp_business_account", entry: [...entry, ...notices] };
}

function changeOf({ value, field = "messages" }: Item): JsonObject {
  return { value, field };
}

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

/** One POST body with a change per value. All values belong to the identity's account. */
export function envelope(identity: Identity, values: readonly JsonObject[]): JsonObject {
  const changes = values.map((value) => ({ value, field: "messages" }));
  return { object: "whatsapp_business_account", entry: [{ id: identity.wabaId, changes }] };
}

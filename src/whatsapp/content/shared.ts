import { isJsonObject } from "../../lib/json.ts";
import { elements, idOrNull, member, numberOrNull, phoneOrNull, wordsOrNull } from "../fields.ts";
import type { Card, MediaContent, ShownContent } from "../inbound-content.ts";

/** WhatsApp sends up to 257 cards, and catalogues have shorter baskets. */
const MAX_PARTS = 300;
const MAX_LINES_OF_CARD = 20;

/** A file: what is needed to fetch it later, and how it was meant. */
export function readMedia(type: MediaContent["type"], own: unknown): MediaContent | undefined {
  if (!isJsonObject(own)) return undefined;
  return {
    type,
    mediaId: idOrNull(member(own, "id")),
    mimeType: wordsOrNull(member(own, "mime_type")),
    sha256: wordsOrNull(member(own, "sha256")),
    sizeBytes: numberOrNull(member(own, "file_size")),
    caption: wordsOrNull(member(own, "caption")),
    filename: readFilename(member(own, "filename")),
    voice: member(own, "voice") === true,
    animated: member(own, "animated") === true,
  };
}

const MAX_NAME_CHARS = 240;

/** Without folders and control characters, whatever the sender's phone made of it. */
function readFilename(value: unknown): string | null {
  const name = (wordsOrNull(value) ?? "")
    .replace(/^.*[/\\]/su, "")
    .replaceAll(/\p{Cc}/gu, "")
    .trim();
  return name === "" ? null : name.slice(-MAX_NAME_CHARS);
}

export function readLocation(own: unknown): ShownContent | undefined {
  const latitude = numberOrNull(member(own, "latitude"));
  const longitude = numberOrNull(member(own, "longitude"));
  if (latitude === null || longitude === null) return undefined;
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return undefined;
  return {
    type: "location",
    latitude,
    longitude,
    name: wordsOrNull(member(own, "name")),
    address: wordsOrNull(member(own, "address")),
    url: wordsOrNull(member(own, "url")),
  };
}

export function readCards(own: unknown): ShownContent | undefined {
  const cards = elements(own).filter(isJsonObject).slice(0, MAX_PARTS).map(readCard);
  return cards.length === 0 ? undefined : { type: "contacts", cards };
}

function readCard(card: unknown): Card {
  const name = member(card, "name");
  const phones = elements(member(card, "phones")).slice(0, MAX_LINES_OF_CARD);
  return {
    name: wordsOrNull(member(name, "formatted_name")) ?? wordsOrNull(member(name, "first_name")),
    company: wordsOrNull(member(member(card, "org"), "company")),
    phones: phones
      .map((one) => wordsOrNull(member(one, "phone")) ?? wordsOrNull(member(one, "wa_id")))
      .filter((phone) => phone !== null),
    emails: lines(member(card, "emails"), (one) => wordsOrNull(member(one, "email"))),
    addresses: lines(member(card, "addresses"), readAddress),
    urls: lines(member(card, "urls"), (one) => wordsOrNull(member(one, "url"))),
    birthday: wordsOrNull(member(card, "birthday")),
    ownPhone: member(card, "origin") === "contact_request" ? readOwnPhone(phones) : null,
  };
}

/** Whoever taps "share my number" sends one card with their number in it (whatsapp.md 5). */
function readOwnPhone(phones: readonly unknown[]): string | null {
  for (const one of phones) {
    const written = wordsOrNull(member(one, "phone"))?.replace(/[^\d+]/g, "");
    const phone = phoneOrNull(member(one, "wa_id")) ?? phoneOrNull(written);
    if (phone !== null) return phone;
  }
  return null;
}

const addressParts = ["street", "city", "state", "zip", "country"];

function readAddress(address: unknown): string | null {
  const parts = addressParts.map((part) => wordsOrNull(member(address, part)));
  return parts.filter((part) => part !== null).join(", ") || null;
}

function lines(list: unknown, read: (element: unknown) => string | null): string[] {
  return elements(list)
    .slice(0, MAX_LINES_OF_CARD)
    .map(read)
    .filter((line) => line !== null);
}

export function readOrder(own: unknown): ShownContent | undefined {
  const items = elements(member(own, "product_items")).slice(0, MAX_PARTS);
  if (items.length === 0) return undefined;
  return {
    type: "order",
    catalogId: wordsOrNull(member(own, "catalog_id")),
    lines: items.map((item) => ({
      retailerId: wordsOrNull(member(item, "product_retailer_id")),
      quantity: numberOrNull(member(item, "quantity")),
      price: numberOrNull(member(item, "item_price")),
      currency: wordsOrNull(member(item, "currency")),
    })),
  };
}

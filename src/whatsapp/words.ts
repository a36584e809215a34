import type { Card, InboundContent, MediaContent } from "./inbound-content.ts";

export interface Worded {
  /** WhatsApp's type. */
  kind: string;
  /** What a person would read: body, caption, title. */
  text: string | null;
  /** Null: the text is all, or an older release stored the message. */
  content: InboundContent | null;
  isDeleted: boolean;
}

/** A card or basket may be long; what the model reads of it is not. */
const MAX_DESCRIPTION = 2_000;

/**
 * A message as the model reads it: its words, and in square brackets what it is beside them. Never
 * what was deleted.
 */
export function wordsFor({ kind, text, content, isDeleted }: Worded): string {
  if (isDeleted) return "[deleted message]";
  if (content === null) return text ?? `[${kind}]`;
  const parts = [...marksOf(content), ownWords(content, text)];
  return parts.filter((part) => part !== null && part !== "").join(" ");
}

function short(words: string): string {
  return words.length > MAX_DESCRIPTION
    ? `${words.slice(0, MAX_DESCRIPTION).toWellFormed()}…`
    : words;
}

function marksOf(content: InboundContent): string[] {
  if (!("forwarded" in content || "product" in content || "referral" in content)) return [];
  const { forwarded, product, referral } = content;
  return [
    ...(forwarded === undefined
      ? []
      : [forwarded === "often" ? "[forwarded many times]" : "[forwarded]"]),
    ...(referral ? [`[came by an ad or post: ${list([referral.headline, referral.body])}]`] : []),
    ...(product ? [`[asks about product ${product.retailerId ?? "unknown"}]`] : []),
  ];
}

function ownWords(content: InboundContent, text: string | null): string | null {
  switch (content.type) {
    case "text":
    case "button":
    case "button_reply":
      return text;
    case "list_reply":
      return content.description === null ? text : `${text} (${content.description})`;
    case "order":
      return join(orderWords(content), text);
    case "location":
      return `[location: ${list([content.name, content.address, `${content.latitude}, ${content.longitude}`])}]`;
    case "contacts":
      return `[${short(content.cards.map(cardWords).join("; "))}]`;
    case "form_reply":
      return formWords(content);
    case "call_permission":
      return content.response === "accept" ? "[allows calls]" : "[does not want calls]";
    case "system":
      return `[WhatsApp says: ${content.body ?? content.change}]`;
    case "unsupported":
      return `[a message that WhatsApp cannot show here${content.what ? `: ${content.what}` : ""}]`;
    case "reaction":
      return content.emoji === "" ? "[takes a reaction back]" : `[reacts with ${content.emoji}]`;
    case "edit":
      return `[changes an earlier message to: ${content.text ?? content.kind}]`;
    case "revoke":
      return "[deletes an earlier message]";
    default:
      return join(mediaWords(content), text);
  }
}

type Of<T extends InboundContent["type"]> = Extract<InboundContent, { type: T }>;

const mediaNames = {
  image: "photo",
  video: "video",
  audio: "audio file",
  document: "document",
  sticker: "sticker",
} as const;

function mediaWords({ type, voice, animated, filename }: MediaContent): string {
  const name = voice ? "voice message" : mediaNames[type];
  const named = filename === null ? name : `${name} "${filename}"`;
  return `[${animated ? "animated " : ""}${named}, which you cannot open]`;
}

function orderWords({ lines }: Of<"order">): string {
  const items = lines.map(({ quantity, retailerId, price, currency }) => {
    const cost = price === null ? "" : ` at ${price} ${currency ?? ""}`.trimEnd();
    return `${quantity ?? "?"} x ${retailerId ?? "unknown product"}${cost}`;
  });
  return `[order as the lead's app states it: ${short(items.join("; "))}]`;
}

function cardWords({ name, company, phones, emails, addresses, ownPhone }: Card): string {
  if (ownPhone !== null) return `shares their own phone number: +${ownPhone}`;
  return `contact: ${list([name, company, ...phones, ...emails, ...addresses])}`;
}

function formWords({ form, body, answers, answerText }: Of<"form_reply">): string {
  const what = form === "address_message" ? "address" : "form";
  const { flow_token: _ours, ...said } = answers ?? {};
  const fields = Object.entries(said).map(([name, value]) => `${name}: ${plain(value)}`);
  return `[${what} filled in: ${list([...fields, answerText, fields.length === 0 ? body : null])}]`;
}

function plain(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function list(parts: readonly (string | null)[]): string {
  const words = parts.filter((part) => part !== null && part !== "").join(", ");
  return short(words) || "without details";
}

function join(description: string, text: string | null): string {
  return text === null || text === "" ? description : `${description} ${text}`;
}

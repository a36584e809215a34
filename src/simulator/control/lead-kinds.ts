import type { Static } from "@sinclair/typebox";
import { AppError } from "../../lib/errors.ts";
import type { PhoneMessage } from "../phone/contract.ts";
import type { LeadContent } from "../phone/lead.ts";
import type { JsonObject } from "../webhooks/envelope.ts";
import type { MessageBody } from "./schemas.ts";

type Body = Static<typeof MessageBody>;
type Field = keyof Body;
export type LeadKind = NonNullable<Body["type"]>;

interface Kind {
  needs: readonly Field[];
  may?: readonly Field[];
  /** What stands under `type` in the message, and `type` itself where it is another one. */
  message(body: Body): JsonObject;
  /** The bubble on the phone; null: none. */
  shows(body: Body): LeadContent["bubble"];
}

/** Fields that go with every kind. */
const always: readonly Field[] = [
  "persona",
  "from",
  "name",
  "username",
  "phoneNumberId",
  "type",
  "context",
  "clientRef",
];
const withText: readonly Field[] = ["referral", "forwarded"];

const other = (what: string) => (body: Body) => ({
  kind: "other" as const,
  text: body.caption === undefined ? `[${what}]` : `[${what}] ${body.caption}`,
});

function file(type: "image" | "video" | "audio" | "document" | "sticker", may: Field[]): Kind {
  const mimeTypes = {
    image: "image/jpeg",
    video: "video/mp4",
    audio: "audio/ogg; codecs=opus",
    document: "application/pdf",
    sticker: "image/webp",
  };
  return {
    needs: [],
    may: [...may, "mediaId", "mimeType", "sha256", ...withText],
    message: ({ mediaId, mimeType, sha256, caption, filename, voice, animated }) => ({
      type,
      [type]: {
        id: mediaId ?? String(Math.floor(Math.random() * 1e15)),
        mime_type: mimeType ?? mimeTypes[type],
        sha256: sha256 ?? "c2ltdWxhdGVk",
        caption,
        filename,
        voice: type === "audio" ? (voice ?? true) : undefined,
        animated: type === "sticker" ? (animated ?? false) : undefined,
      },
    }),
    shows: other(type),
  };
}

function tap(type: "button_reply" | "list_reply", may: Field[]): Kind {
  return {
    needs: ["id", "title"],
    may,
    message: ({ id, title, description }) => ({
      type: "interactive",
      interactive: { type, [type]: { id, title, description } },
    }),
    shows: ({ title = "" }) => ({ kind: type, text: title }),
  };
}

function form(name: "flow" | "address_message"): Kind {
  return {
    needs: ["answers"],
    message: ({ answers }) => ({
      type: "interactive",
      interactive: {
        type: "nfm_reply",
        nfm_reply: { name, body: "Sent", response_json: JSON.stringify(answers) },
      },
    }),
    shows: other(name),
  };
}

function system(type: string, needs: Field[], may: Field[]): Kind {
  return {
    needs,
    may,
    message: ({ newPhone, newBsuid }) => ({
      type: "system",
      system: { body: "Changed.", type, wa_id: newPhone, user_id: newBsuid },
    }),
    shows: () => null,
  };
}

const kinds: Readonly<Record<LeadKind, Kind>> = {
  text: {
    needs: ["text"],
    may: withText,
    message: ({ text }) => ({ type: "text", text: { body: text } }),
    shows: ({ text = "" }) => ({ kind: "text", text }),
  },
  button_reply: tap("button_reply", []),
  list_reply: tap("list_reply", ["description"]),
  button: {
    needs: ["title"],
    may: ["id"],
    message: ({ title, id }) => ({ type: "button", button: { text: title, payload: id ?? title } }),
    shows: ({ title = "" }) => ({ kind: "button_reply", text: title }),
  },
  image: file("image", ["caption"]),
  video: file("video", ["caption"]),
  audio: file("audio", ["voice"]),
  document: file("document", ["caption", "filename"]),
  sticker: file("sticker", ["animated"]),
  location: {
    needs: ["latitude", "longitude"],
    may: ["placeName", "address", ...withText],
    message: ({ latitude, longitude, placeName, address }) => ({
      type: "location",
      location: { latitude, longitude, name: placeName, address },
    }),
    shows: other("location"),
  },
  contacts: {
    needs: ["cards"],
    may: ["origin", ...withText],
    message: ({ cards = [], origin }) => ({
      type: "contacts",
      contacts: cards.map(({ name, phone }) => ({
        name: { formatted_name: name },
        phones: phone === undefined ? [] : [{ phone: `+${phone}`, wa_id: phone, type: "CELL" }],
        origin,
      })),
    }),
    shows: other("contacts"),
  },
  flow_reply: form("flow"),
  address_reply: form("address_message"),
  call_permission: {
    needs: ["response"],
    message: ({ response }) => ({
      type: "interactive",
      interactive: {
        type: "call_permission_reply",
        call_permission_reply: { response, is_permanent: false },
      },
    }),
    shows: other("call permission"),
  },
  order: {
    needs: ["items"],
    may: ["text"],
    message: ({ items = [], text }) => ({
      type: "order",
      order: {
        catalog_id: "simulated",
        text,
        product_items: items.map(({ retailerId, quantity, price, currency }) => ({
          product_retailer_id: retailerId,
          quantity,
          item_price: price,
          currency,
        })),
      },
    }),
    shows: other("order"),
  },
  reaction: {
    needs: ["messageId"],
    may: ["emoji"],
    message: ({ messageId, emoji }) => ({
      type: "reaction",
      reaction: { message_id: messageId, emoji },
    }),
    shows: () => null,
  },
  edit: {
    needs: ["messageId", "text"],
    message: ({ messageId, text }) => ({
      type: "edit",
      edit: { original_message_id: messageId, message: { type: "text", text: { body: text } } },
    }),
    shows: () => null,
  },
  revoke: {
    needs: ["messageId"],
    message: ({ messageId }) => ({ type: "revoke", revoke: { original_message_id: messageId } }),
    shows: () => null,
  },
  changed_number: system("user_changed_number", ["newPhone"], ["newBsuid"]),
  changed_user_id: system("user_changed_user_id", ["newBsuid"], ["newPhone"]),
  unsupported: {
    needs: [],
    may: ["what"],
    message: ({ what }) => ({
      type: "unsupported",
      unsupported: { type: what },
      errors: [
        {
          code: 131051,
          title: "Message type unknown",
          message: "Message type unknown",
          error_data: { details: "Message type is currently not supported." },
        },
      ],
    }),
    shows: other("unsupported"),
  },
  raw: {
    needs: ["message"],
    message: ({ message = {} }) => message,
    shows: ({ message = {} }) => ({
      kind: "other",
      text: `[${String(message["type"] ?? "message")}]`,
    }),
  },
};

/** What a lead sends, from a control request. Fails with `invalid_input`, naming the field. */
export function leadContent(body: Body): LeadContent {
  const { type = "text" } = body;
  const kind = kinds[type];
  const missing = kind.needs.find((field) => body[field] === undefined);
  if (missing) throw new AppError("invalid_input", `${missing}: a ${type} needs it.`);
  const allowed = new Set<string>([...always, ...kind.needs, ...(kind.may ?? [])]);
  const stray = Object.keys(body).find((field) => !allowed.has(field));
  if (stray) throw new AppError("invalid_input", `${stray}: a ${type} has none.`);
  const { messageId, newPhone, newBsuid } = body;
  const isSystem = type === "changed_number" || type === "changed_user_id";
  return {
    type,
    message: { ...kind.message(body), ...(body.referral && { referral: body.referral }) },
    bubble: kind.shows(body),
    forwarded: body.forwarded ?? false,
    change: messageId === undefined ? null : { wamid: messageId, becomes: changeOf(type, body) },
    becomes: isSystem ? { phone: newPhone ?? null, bsuid: newBsuid ?? null } : null,
  };
}

/** What the phone shows of a message that the lead reacted to, edited or deleted. */
function changeOf(type: LeadKind, { text, emoji }: Body): (shown: PhoneMessage) => PhoneMessage {
  if (type === "edit") return (shown) => ({ ...shown, text: text ?? shown.text });
  if (type === "revoke") return (shown) => ({ ...shown, kind: "other", text: "[deleted]" });
  return ({ reaction: _earlier, ...shown }) => (emoji ? { ...shown, reaction: emoji } : shown);
}

import { AppError } from "../lib/errors.ts";
import { graphTemplate } from "./graph-template.ts";

/** Where a message goes. `phone` is E.164 digits without +; it wins over the BSUID. */
export interface Recipient {
  phone: string | null;
  bsuid: string | null;
}

export interface ReplyButton {
  id: string;
  title: string;
}

export interface ListRow {
  id: string;
  title: string;
  description?: string;
}

/** A file that Meta has (its id), that it fetches by itself, or that is kept here and uploaded to it first. */
export type Media = { id: string } | { link: string } | { fileId: string };

/** Small words above and below a message with buttons. */
interface Frame {
  header?: string;
  footer?: string;
}

/** What fills a template's header; `name`: of a variable that has one. */
export type TemplateHeaderValue =
  | { type: "text"; text: string; name?: string }
  | { type: "image" | "video"; media: Media }
  | { type: "document"; media: Media; filename?: string }
  | { type: "location"; latitude: number; longitude: number; name: string; address: string };

/** What fills a template's button: the end of its address, its code, or what a tap sends back. */
export interface TemplateButtonValue {
  index: number;
  type: "url" | "copy_code" | "quick_reply";
  value: string;
}

/** What can be sent; `content-limits.ts` knows how long each part may be. */
export type OutboundContent =
  | { type: "text"; body: string }
  | ({ type: "buttons"; body: string; buttons: readonly ReplyButton[] } & Frame)
  | ({ type: "list"; body: string; button: string; rows: readonly ListRow[] } & Frame)
  /** One button that opens an address. */
  | ({ type: "url"; body: string; button: string; url: string } & Frame)
  /** A button with which the lead sends where they are. */
  | { type: "location_request"; body: string }
  /** A button with which a lead without a phone number shares theirs. */
  | { type: "contact_request"; body: string }
  | { type: "image" | "video"; media: Media; caption?: string }
  | { type: "document"; media: Media; caption?: string; filename?: string }
  | { type: "audio" | "sticker"; media: Media }
  /**
   * `variables`: what replaces {{1}}, {{2}} … of the approved body, in order. `names`: of a body whose
   * variables have names, those of `variables`.
   */
  | {
      type: "template";
      name: string;
      language: string;
      variables: readonly string[];
      names?: readonly string[];
      header?: TemplateHeaderValue;
      buttons?: readonly TemplateButtonValue[];
    }
  /** To a message of the lead; an empty `emoji` takes an earlier one back. */
  | { type: "reaction"; wamid: string; emoji: string };

export interface OutboundMessage {
  to: Recipient;
  content: OutboundContent;
  /** The message this one quotes. */
  replyToWamid: string | null;
  /** What Meta calls the content's `fileId`; null where it names none. */
  metaMediaId: string | null;
}

/**
 * The body of `POST /{phone number id}/messages`. `callbackData` (≤ 512 characters) comes back with
 * each status. Fails with `invalid_input` for a recipient without any address, or a file that Meta does not
 * have.
 */
export function graphMessage(message: OutboundMessage, callbackData: string): object {
  return {
    messaging_product: "whatsapp",
    recipient_type: "individual",
    ...address(message.to),
    ...(message.replyToWamid !== null && { context: { message_id: message.replyToWamid } }),
    biz_opaque_callback_data: callbackData,
    ...graphContent(message.content, message.metaMediaId),
  };
}

/** With the +: without it Meta puts the business's own country code in front. */
function address({ phone, bsuid }: Recipient): object {
  if (phone !== null) return { to: `+${phone}` };
  if (bsuid !== null) return { recipient: bsuid };
  throw new AppError("invalid_input", "A message needs a phone number or a user id to go to.");
}

function graphContent(content: OutboundContent, metaMediaId: string | null): object {
  switch (content.type) {
    case "text":
      return { type: "text", text: { body: content.body, preview_url: true } };
    case "buttons":
      return interactive("button", content, {
        buttons: content.buttons.map((reply) => ({ type: "reply", reply })),
      });
    case "list":
      return interactive("list", content, {
        button: content.button,
        sections: [{ rows: content.rows }],
      });
    case "url": {
      const parameters = { display_text: content.button, url: content.url };
      return interactive("cta_url", content, { name: "cta_url", parameters });
    }
    case "location_request":
      return interactive("location_request_message", content, { name: "send_location" });
    case "contact_request":
      return interactive("request_contact_info", content, { name: "request_contact_info" });
    case "image":
    case "video":
    case "document":
    case "audio":
    case "sticker": {
      const { type, media, ...words } = content;
      return { type, [type]: { ...graphMedia(media, metaMediaId), ...words } };
    }
    case "template":
      return {
        type: "template",
        template: graphTemplate(content, (media) => graphMedia(media, metaMediaId)),
      };
    case "reaction":
      return {
        type: "reaction",
        reaction: { message_id: content.wamid, emoji: content.emoji },
      };
  }
}

function graphMedia(media: Media, metaMediaId: string | null): { id: string } | { link: string } {
  if (!("fileId" in media)) return media;
  if (metaMediaId !== null) return { id: metaMediaId };
  throw new AppError("invalid_input", "The message's file is not at Meta.");
}

function interactive(
  type: string,
  { body, header, footer }: { body: string } & Frame,
  action: object,
): object {
  return {
    type: "interactive",
    interactive: {
      type,
      ...(header !== undefined && { header: { type: "text", text: header } }),
      body: { text: body },
      ...(footer !== undefined && { footer: { text: footer } }),
      action,
    },
  };
}

import { AppError } from "../lib/errors.ts";

/** Where a message goes. `phone` is E.164 digits without +; it wins over the BSUID. */
export interface Recipient {
  phone: string | null;
  bsuid: string | null;
}

interface ReplyButton {
  /** At most 256 characters. */
  id: string;
  /** At most 20 characters, each title once. */
  title: string;
}

interface ListRow {
  /** At most 200 characters. */
  id: string;
  /** At most 24 characters. */
  title: string;
  /** At most 72 characters. */
  description?: string;
}

export type OutboundContent =
  /** `body`: at most 4,096 characters. */
  | { type: "text"; body: string }
  /** `body`: at most 1,024 characters; one to three buttons. */
  | { type: "buttons"; body: string; buttons: readonly ReplyButton[] }
  /** `body`: at most 4,096, `button` 20 characters; at most ten rows. */
  | { type: "list"; body: string; button: string; rows: readonly ListRow[] }
  /** `variables`: what replaces {{1}}, {{2}} … of the approved body, in order. */
  | { type: "template"; name: string; language: string; variables: readonly string[] }
  /** To a message of the lead; an empty `emoji` takes an earlier one back. */
  | { type: "reaction"; wamid: string; emoji: string };

export interface OutboundMessage {
  to: Recipient;
  content: OutboundContent;
  /** The message this one quotes. */
  replyToWamid: string | null;
}

/**
 * The body of `POST /{phone number id}/messages`. `callbackData` (≤ 512 characters) comes back with
 * each status. Fails with `invalid_input` for a recipient without any address.
 */
export function graphMessage(message: OutboundMessage, callbackData: string): object {
  return {
    messaging_product: "whatsapp",
    recipient_type: "individual",
    ...address(message.to),
    ...(message.replyToWamid !== null && { context: { message_id: message.replyToWamid } }),
    biz_opaque_callback_data: callbackData,
    ...graphContent(message.content),
  };
}

/** With the +: without it Meta puts the business's own country code in front. */
function address({ phone, bsuid }: Recipient): object {
  if (phone !== null) return { to: `+${phone}` };
  if (bsuid !== null) return { recipient: bsuid };
  throw new AppError("invalid_input", "A message needs a phone number or a user id to go to.");
}

function graphContent(content: OutboundContent): object {
  switch (content.type) {
    case "text":
      return { type: "text", text: { body: content.body, preview_url: true } };
    case "buttons":
      return interactive("button", content.body, {
        buttons: content.buttons.map((reply) => ({ type: "reply", reply })),
      });
    case "list":
      return interactive("list", content.body, {
        button: content.button,
        sections: [{ rows: content.rows }],
      });
    case "template":
      return { type: "template", template: template(content) };
    case "reaction":
      return {
        type: "reaction",
        reaction: { message_id: content.wamid, emoji: content.emoji },
      };
  }
}

function template({ name, language, variables }: Extract<OutboundContent, { type: "template" }>) {
  const parameters = variables.map((text) => ({ type: "text", text }));
  return {
    name,
    language: { code: language },
    ...(parameters.length > 0 && { components: [{ type: "body", parameters }] }),
  };
}

function interactive(type: "button" | "list", body: string, action: object): object {
  return { type: "interactive", interactive: { type, body: { text: body }, action } };
}

import type { ListRow, Media, OutboundContent, ReplyButton } from "./message.ts";

/** What WhatsApp would refuse, and in which part of the content. */
export interface ContentFault {
  /** As a request names it: `text`, `buttons[0].title`. */
  field: string;
  message: string;
}

/** Characters and counts that Meta takes (whatsapp.md 7, "Limits"). */
export const LIMITS = {
  text: 4_096,
  interactiveText: 1_024,
  caption: 1_024,
  header: 60,
  footer: 60,
  buttons: 3,
  buttonTitle: 20,
  buttonId: 256,
  rows: 10,
  rowTitle: 24,
  rowId: 200,
  rowDescription: 72,
  address: 2_000,
  filename: 240,
  variable: 1_024,
  emoji: 32,
} as const;

type Check = ContentFault | null;

/** The first limit of WhatsApp's that a message breaks; null: it may be sent. */
export function contentFault(content: OutboundContent): ContentFault | null {
  return first(checks(content));
}

function checks(content: OutboundContent): Check[] {
  switch (content.type) {
    case "text":
      return [words("text", content.body, LIMITS.text)];
    case "buttons":
      return [
        words("text", content.body, LIMITS.interactiveText),
        ...frame(content),
        ...buttons(content.buttons),
      ];
    case "list":
      return [
        words("text", content.body, LIMITS.text),
        words("button", content.button, LIMITS.buttonTitle),
        ...frame(content),
        ...rows(content.rows),
      ];
    case "url":
      return [
        words("text", content.body, LIMITS.interactiveText),
        words("button", content.button, LIMITS.buttonTitle),
        ...frame(content),
        address("url", content.url, /^https?:$/),
      ];
    case "location_request":
    case "contact_request":
      return [words("text", content.body, LIMITS.interactiveText)];
    case "image":
    case "video":
      return [media(content.media), optional("caption", content.caption, LIMITS.caption)];
    case "document":
      return [
        media(content.media),
        optional("caption", content.caption, LIMITS.caption),
        optional("filename", content.filename, LIMITS.filename),
      ];
    case "audio":
    case "sticker":
      return [media(content.media)];
    case "template":
      return content.variables.map((value, at) =>
        words(`variables[${at}]`, value, LIMITS.variable),
      );
    case "reaction":
      return [atMost("emoji", content.emoji, LIMITS.emoji)];
  }
}

function frame({ header, footer }: { header?: string; footer?: string }): Check[] {
  return [optional("header", header, LIMITS.header), optional("footer", footer, LIMITS.footer)];
}

function buttons(given: readonly ReplyButton[]): Check[] {
  return [
    count("buttons", given.length, LIMITS.buttons),
    ...given.flatMap(({ id, title }, at) => [
      words(`buttons[${at}].id`, id, LIMITS.buttonId),
      words(`buttons[${at}].title`, title, LIMITS.buttonTitle),
    ]),
    unique(
      "buttons",
      "title",
      given.map(({ title }) => title),
    ),
    unique(
      "buttons",
      "id",
      given.map(({ id }) => id),
    ),
  ];
}

function rows(given: readonly ListRow[]): Check[] {
  return [
    count("rows", given.length, LIMITS.rows),
    ...given.flatMap(({ id, title, description }, at) => [
      words(`rows[${at}].id`, id, LIMITS.rowId),
      words(`rows[${at}].title`, title, LIMITS.rowTitle),
      optional(`rows[${at}].description`, description, LIMITS.rowDescription),
    ]),
    unique(
      "rows",
      "id",
      given.map(({ id }) => id),
    ),
  ];
}

function media(given: Media): Check {
  if ("fileId" in given) return null;
  return "link" in given ? address("link", given.link, /^https:$/) : words("id", given.id, 200);
}

function address(field: string, value: string, protocol: RegExp): Check {
  const isAddress = URL.canParse(value) && protocol.test(new URL(value).protocol);
  if (!isAddress) return { field, message: "it is no web address that WhatsApp could open" };
  return atMost(field, value, LIMITS.address);
}

function words(field: string, value: string, most: number): Check {
  if (!/\S/.test(value)) return { field, message: "it is empty" };
  return atMost(field, value, most);
}

function optional(field: string, value: string | undefined, most: number): Check {
  return value === undefined ? null : words(field, value, most);
}

function atMost(field: string, value: string, most: number): Check {
  if (value.length <= most) return null;
  return { field, message: `it has ${value.length} characters; WhatsApp takes at most ${most}` };
}

function count(field: string, found: number, most: number): Check {
  if (found >= 1 && found <= most) return null;
  return { field, message: `there are ${found}; WhatsApp takes 1 to ${most}` };
}

function unique(field: string, part: string, values: readonly string[]): Check {
  if (new Set(values).size === values.length) return null;
  return { field, message: `each ${part} may be there only once` };
}

function first(all: readonly Check[]): Check {
  return all.find((check) => check !== null) ?? null;
}

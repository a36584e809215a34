import { describe, expect, test } from "bun:test";
import { contentFault } from "../../src/whatsapp/content-limits.ts";
import { graphMessage, type OutboundContent } from "../../src/whatsapp/message.ts";

const long = (length: number) => "x".repeat(length);
const button = (n: number) => ({ id: `b${n}`, title: `Title ${n}` });
const row = (n: number) => ({ id: `r${n}`, title: `Row ${n}` });
const link = "https://northwind.example/a.jpg";

/** At each limit of whatsapp.md 7 a content that still fits, and the field that breaks one step on. */
const limits: readonly (readonly [OutboundContent, OutboundContent, string])[] = [
  [{ type: "text", body: long(4_096) }, { type: "text", body: long(4_097) }, "text"],
  [{ type: "text", body: "a" }, { type: "text", body: " \n" }, "text"],
  ...[1_024].map(
    (most) =>
      [
        { type: "buttons", body: long(most), buttons: [button(1), button(2), button(3)] },
        { type: "buttons", body: long(most + 1), buttons: [button(1)] },
        "text",
      ] as const,
  ),
  [
    { type: "buttons", body: "a", buttons: [button(1)] },
    { type: "buttons", body: "a", buttons: [1, 2, 3, 4].map(button) },
    "buttons",
  ],
  [
    { type: "buttons", body: "a", buttons: [{ id: long(256), title: long(20) }] },
    { type: "buttons", body: "a", buttons: [{ id: "1", title: long(21) }] },
    "buttons[0].title",
  ],
  [
    { type: "buttons", body: "a", header: long(60), footer: long(60), buttons: [button(1)] },
    { type: "buttons", body: "a", footer: long(61), buttons: [button(1)] },
    "footer",
  ],
  [
    {
      type: "list",
      body: long(4_096),
      button: long(20),
      rows: Array.from({ length: 10 }, (_, n) => row(n)),
    },
    { type: "list", body: "a", button: "b", rows: Array.from({ length: 11 }, (_, n) => row(n)) },
    "rows",
  ],
  [
    {
      type: "list",
      body: "a",
      button: "b",
      rows: [{ id: long(200), title: long(24), description: long(72) }],
    },
    {
      type: "list",
      body: "a",
      button: "b",
      rows: [row(1), { id: "2", title: "t", description: long(73) }],
    },
    "rows[1].description",
  ],
  [
    { type: "list", body: "a", button: "b", rows: [row(1), row(2)] },
    { type: "list", body: "a", button: "b", rows: [row(1), row(1)] },
    "rows",
  ],
  [
    { type: "url", body: long(1_024), button: long(20), url: "https://a.example/" },
    { type: "url", body: "a", button: "b", url: "javascript:alert(1)" },
    "url",
  ],
  [
    { type: "location_request", body: long(1_024) },
    { type: "contact_request", body: long(1_025) },
    "text",
  ],
  [
    { type: "image", media: { link }, caption: long(1_024) },
    { type: "video", media: { id: "1" }, caption: long(1_025) },
    "caption",
  ],
  [
    { type: "document", media: { id: "1" }, filename: "offer.pdf" },
    { type: "document", media: { link: "http://a.example/offer.pdf" } },
    "link",
  ],
  [
    { type: "reaction", wamid: "wamid.1", emoji: "" },
    { type: "reaction", wamid: "wamid.1", emoji: long(33) },
    "emoji",
  ],
  [
    { type: "template", name: "t", language: "en", variables: [long(1_024)] },
    { type: "template", name: "t", language: "en", variables: ["a", long(1_025)] },
    "variables[1]",
  ],
];

describe("WhatsApp's limits", () => {
  test.each(limits)("%#: what fits passes, one more names its field", (fits, breaks, field) => {
    expect(contentFault(fits)).toBeNull();
    expect(contentFault(breaks)).toMatchObject({ field, message: expect.any(String) });
  });
});

describe("what the Graph API is sent", () => {
  const to = { phone: "14155550100", bsuid: null };
  test.each([
    [
      { type: "url", body: "Book", button: "Go", url: link, header: "H", footer: "F" },
      {
        type: "interactive",
        interactive: {
          type: "cta_url",
          header: { type: "text", text: "H" },
          body: { text: "Book" },
          footer: { text: "F" },
          action: { name: "cta_url", parameters: { display_text: "Go", url: link } },
        },
      },
    ],
    [
      { type: "location_request", body: "Where?" },
      {
        interactive: {
          type: "location_request_message",
          body: { text: "Where?" },
          action: { name: "send_location" },
        },
      },
    ],
    [
      { type: "contact_request", body: "Your number?" },
      {
        interactive: {
          type: "request_contact_info",
          body: { text: "Your number?" },
          action: { name: "request_contact_info" },
        },
      },
    ],
    [
      { type: "image", media: { link }, caption: "Roof" },
      { type: "image", image: { link, caption: "Roof" } },
    ],
    [
      { type: "document", media: { id: "7" }, filename: "a.pdf" },
      { type: "document", document: { id: "7", filename: "a.pdf" } },
    ],
    [
      { type: "audio", media: { id: "7" } },
      { type: "audio", audio: { id: "7" } },
    ],
  ] as const)("%j", (content, body) => {
    expect(
      graphMessage({ to, content, replyToWamid: null, metaMediaId: null }, "data"),
    ).toMatchObject(body);
  });
});

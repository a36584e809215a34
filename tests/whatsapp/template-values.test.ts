import { describe, expect, test } from "bun:test";
import { graphTemplate } from "../../src/whatsapp/graph-template.ts";
import type { TemplateComponent } from "../../src/whatsapp/template.ts";
import { buttonValues, headerValue } from "../../src/whatsapp/template-values.ts";

const body: TemplateComponent = { type: "BODY", text: "Hello" };
const header = (format: "IMAGE" | "VIDEO" | "DOCUMENT" | "LOCATION"): TemplateComponent[] => [
  { type: "HEADER", format },
  body,
];
const titled = (text: string): TemplateComponent[] => [
  { type: "HEADER", format: "TEXT", text },
  body,
];
const buttons: TemplateComponent[] = [
  body,
  {
    type: "BUTTONS",
    buttons: [
      { type: "QUICK_REPLY", text: "Yes" },
      { type: "URL", text: "Offer", url: "https://northwind.example/{{1}}" },
      { type: "URL", text: "Home", url: "https://northwind.example" },
      { type: "COPY_CODE", sample: "SUN10" },
      { type: "PHONE_NUMBER", text: "Call", phoneNumber: "+14155550100" },
    ],
  },
];
const media = { fileId: "f" };
const place = { latitude: 1, longitude: 2, name: "Office", address: "1 Road" };

describe("a template's header", () => {
  test.each([
    [titled("For {{1}}"), { text: "Ann" }, { type: "text", text: "Ann" }],
    [titled("For {{who}}"), { text: "Ann" }, { type: "text", text: "Ann", name: "who" }],
    [titled("For you"), undefined, null],
    [[body], undefined, null],
    [header("IMAGE"), { media }, { type: "image", media }],
    [header("VIDEO"), { media, filename: "x" }, { type: "video", media }],
    [header("DOCUMENT"), { media, filename: "x" }, { type: "document", media, filename: "x" }],
    [header("LOCATION"), { location: place }, { type: "location", ...place }],
  ])("%j is filled by %j", (components, given, value) => {
    expect(headerValue(components, given)).toEqual(value as never);
  });

  test.each([
    [titled("For {{1}}"), undefined, "header.text"],
    [titled("For {{1}}"), { media }, "header.text"],
    [titled("For {{1}}"), { text: "x".repeat(61) }, "header.text"],
    [titled("For {{1}}"), { text: " " }, "header.text"],
    [titled("For you"), { text: "Ann" }, "header"],
    [[body], { text: "Ann" }, "header"],
    [header("IMAGE"), undefined, "header"],
    [header("IMAGE"), { text: "Ann" }, "header"],
    [header("LOCATION"), { media }, "header.location"],
  ])("%j is not filled by %j: %s is wrong", (components, given, field) => {
    expect(headerValue(components, given)).toMatchObject({ field });
  });
});

describe("a template's buttons", () => {
  const needed = [
    { index: 3, value: "SUN10" },
    { index: 1, value: "ann" },
  ];

  test("get their values in their own order; a quick reply's may be left out", () => {
    expect(buttonValues(buttons, needed)).toEqual([
      { index: 1, type: "url", value: "ann" },
      { index: 3, type: "copy_code", value: "SUN10" },
    ]);
    expect(buttonValues(buttons, [...needed, { index: 0, value: "yes-1" }])).toContainEqual({
      ...{ index: 0, type: "quick_reply", value: "yes-1" },
    });
  });

  test.each([
    [[], "buttons", "button 1 needs a value"],
    [[{ index: 1, value: "ann" }], "buttons", "button 3 needs a value"],
    [[...needed, { index: 2, value: "x" }], "buttons[2].index", "button 2 takes no value"],
    [[...needed, { index: 4, value: "x" }], "buttons[2].index", "button 4 takes no value"],
    [[...needed, { index: 5, value: "x" }], "buttons[2].index", "the template has no button 5"],
    [[...needed, { index: 1, value: "x" }], "buttons[2].index", "button 1 is there twice"],
    [[{ index: 3, value: "x".repeat(21) }], "buttons[0].value", "at most 20"],
    [[{ index: 1, value: "  " }], "buttons[0].value", "it is empty"],
  ])("%j is refused at %s", (given, field, message) => {
    expect(buttonValues(buttons, given)).toMatchObject({
      field,
      message: expect.stringContaining(message),
    });
  });
});

test("each value travels as Meta wants it", () => {
  const content = {
    type: "template",
    name: "offer",
    ...{ language: "en", variables: ["Ann"], names: ["who"] },
    header: { type: "document", media, filename: "Offer.pdf" },
    buttons: [
      { index: 0, type: "quick_reply", value: "yes-1" },
      { index: 1, type: "url", value: "ann" },
      { index: 3, type: "copy_code", value: "SUN10" },
    ],
  } as const;
  expect(graphTemplate(content, () => ({ id: "77" }))).toEqual({
    name: "offer",
    language: { code: "en" },
    components: [
      {
        type: "header",
        parameters: [{ type: "document", document: { id: "77", filename: "Offer.pdf" } }],
      },
      { type: "body", parameters: [{ type: "text", parameter_name: "who", text: "Ann" }] },
      {
        ...{ type: "button", sub_type: "quick_reply", index: "0" },
        parameters: [{ type: "payload", payload: "yes-1" }],
      },
      {
        ...{ type: "button", sub_type: "url", index: "1" },
        parameters: [{ type: "text", text: "ann" }],
      },
      {
        ...{ type: "button", sub_type: "copy_code", index: "3" },
        parameters: [{ type: "coupon_code", coupon_code: "SUN10" }],
      },
    ],
  });
});

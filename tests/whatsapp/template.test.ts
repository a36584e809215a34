import { describe, expect, test } from "bun:test";
import { type TemplateComponent, templateFault } from "../../src/whatsapp/template.ts";

const body = (text: string, ...samples: string[]): TemplateComponent => ({
  type: "BODY",
  text,
  samples,
});
const hello = body("Hello there");
const link = (url: string, sample?: string): TemplateComponent => ({
  type: "BUTTONS",
  buttons: [{ type: "URL", text: "Go", url, ...(sample !== undefined && { sample }) }],
});
const reply = { type: "QUICK_REPLY", text: "Yes" } as const;
const site = { type: "URL", text: "Site", url: "https://a.example" } as const;
const phone = { type: "PHONE_NUMBER", text: "Call", phoneNumber: "+13035550142" } as const;
const copy = { type: "COPY_CODE", sample: "SUN10" } as const;

describe("what Meta takes", () => {
  test.each<[string, TemplateComponent[]]>([
    ["a body alone", [hello]],
    ["variables that count up, one of them twice", [body("Hi {{1}}, {{2}} or {{1}}.", "Ann", "9")]],
    [
      "all four parts",
      [
        { type: "HEADER", format: "TEXT", text: "For {{1}}", sample: "Ann" },
        hello,
        { type: "FOOTER", text: "Northwind" },
        { type: "BUTTONS", buttons: [reply, reply, site, site, phone, copy] },
      ],
    ],
    ["a picture on top", [{ type: "HEADER", format: "IMAGE" }, hello]],
    ["a link that ends in a variable", [hello, link("https://a.example/{{1}}", "x7")]],
  ])("is %s", (_, components) => {
    expect(templateFault(components)).toBeUndefined();
  });
});

describe("what Meta refuses", () => {
  test.each<[string, TemplateComponent[]]>([
    ["there is no BODY.", [{ type: "FOOTER", text: "Northwind" }]],
    ["there is more than one BODY.", [hello, hello]],
    ["the BODY's variables do not count up from {{1}}.", [body("Hi {{2}}, you", "Ann")]],
    ["the BODY's variables do not count up from {{1}}.", [body("Hi {{0}}, you", "Ann")]],
    ["the BODY's variables are written {{1}}, {{2}} …", [body("Hi {{name}}, you", "Ann")]],
    ["the BODY's variables are written {{1}}, {{2}} …", [body("Hi {{1, you", "Ann")]],
    ["the BODY starts or ends with a variable.", [body("{{1}}, hi", "Ann")]],
    ["the BODY starts or ends with a variable.", [body("Hi {{1}} ", "Ann")]],
    ["two variables of the BODY touch each other.", [body("Hi {{1}} {{2}}!", "Ann", "Lee")]],
    ["the BODY has 1 variables and 0 samples.", [body("Hi {{1}}!")]],
    ["the BODY has 0 variables and 1 samples.", [body("Hi!", "Ann")]],
    [
      "the HEADER can have one variable, {{1}}.",
      [hello, { type: "HEADER", format: "TEXT", text: "{{1}} {{2}}", sample: "x" }],
    ],
    [
      "the HEADER lacks its sample.",
      [hello, { type: "HEADER", format: "TEXT", text: "For {{1}}" }],
    ],
    [
      "the HEADER has an sample but no variable.",
      [hello, { type: "HEADER", format: "TEXT", text: "For you", sample: "Ann" }],
    ],
    ["the FOOTER cannot have variables.", [hello, { type: "FOOTER", text: "{{1}}" }]],
    [
      "there are more than 2 URL buttons.",
      [hello, { type: "BUTTONS", buttons: [site, site, site] }],
    ],
    [
      "there are more than 1 PHONE_NUMBER buttons.",
      [hello, { type: "BUTTONS", buttons: [phone, phone] }],
    ],
    [
      "there are more than 1 COPY_CODE buttons.",
      [hello, { type: "BUTTONS", buttons: [copy, copy] }],
    ],
    [
      "quick replies stand among other buttons: group them.",
      [hello, { type: "BUTTONS", buttons: [reply, site, reply] }],
    ],
    ["a URL button's {{1}} stands at its end.", [hello, link("https://a.example/{{1}}/b", "x")]],
    ["a URL button's url is no address.", [hello, link("https://")]],
    ["the URL button lacks its sample.", [hello, link("https://a.example/{{1}}")]],
  ])("%s", (fault, components) => {
    expect(templateFault(components)).toBe(fault);
  });
});

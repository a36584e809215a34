import { describe, expect, test } from "bun:test";
import { isNamed, type TemplateComponent, variableNames } from "../../src/whatsapp/template.ts";
import { submissionFaults, templateFaults } from "../../src/whatsapp/template-faults.ts";
import { fromGraphComponents, toGraphComponents } from "../../src/whatsapp/template-wire.ts";

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
const header = (text: string, sample?: string): TemplateComponent => ({
  type: "HEADER",
  format: "TEXT",
  text,
  ...(sample !== undefined && { sample }),
});
const reply = { type: "QUICK_REPLY", text: "Yes" } as const;
const site = { type: "URL", text: "Site", url: "https://a.example" } as const;
const phone = { type: "PHONE_NUMBER", text: "Call", phoneNumber: "+13035550142" } as const;
const copy = { type: "COPY_CODE", sample: "SUN10" } as const;
const allParts: TemplateComponent[] = [
  header("For {{1}}", "Ann"),
  hello,
  { type: "FOOTER", text: "Northwind" },
  { type: "BUTTONS", buttons: [reply, reply, site, site, phone, copy] },
];

describe("what Meta takes", () => {
  test.each<[string, TemplateComponent[]]>([
    ["a body alone", [hello]],
    ["variables that count up, one of them twice", [body("Hi {{1}}, {{2}} or {{1}}.", "Ann", "9")]],
    ["variables with names", [body("Hi {{first_name}}, it is {{day}}.", "Ann", "Monday")]],
    ["all four parts", allParts],
    ["a picture on top", [{ type: "HEADER", format: "IMAGE" }, hello]],
    ["a link that ends in a variable", [hello, link("https://a.example/{{1}}", "x7")]],
  ])("is %s", (_, components) => {
    expect(templateFaults(components)).toEqual([]);
  });
});

describe("what Meta refuses is named by its place", () => {
  const buttons = (...list: (typeof site | typeof phone | typeof copy | typeof reply)[]) => [
    hello,
    { type: "BUTTONS", buttons: list } as const,
  ];
  test.each<[string, string, TemplateComponent[]]>([
    ["components", "there is no BODY.", [{ type: "FOOTER", text: "Northwind" }]],
    ["components[1]", "there is more than one BODY.", [hello, hello]],
    ["components[0].text", "variables do not count up from {{1}}.", [body("Hi {{2}}, you", "Ann")]],
    ["components[0].text", "variables do not count up from {{1}}.", [body("Hi {{0}}, you", "Ann")]],
    [
      "components[0].text",
      "variables are numbered or named, not both.",
      [body("Hi {{1}} and {{name}} there", "Ann", "Bo")],
    ],
    [
      "components[0].text",
      "variables are written {{1}}, {{2}} … or {{first_name}}.",
      [body("Hi {{First Name}}, you", "Ann")],
    ],
    [
      "components[0].text",
      "variables are written {{1}}, {{2}} … or {{first_name}}.",
      [body("Hi {{1, you", "Ann")],
    ],
    ["components[0].text", "it starts or ends with a variable.", [body("{{1}}, hi", "Ann")]],
    ["components[0].text", "it starts or ends with a variable.", [body("Hi {{1}} ", "Ann")]],
    ["components[0].text", "two variables touch each other.", [body("Hi {{1}} {{2}}!", "A", "L")]],
    ["components[0].samples", "it has 1 variables and 0 samples.", [body("Hi {{1}}!")]],
    ["components[0].samples", "it has 0 variables and 1 samples.", [body("Hi!", "Ann")]],
    [
      "components[1].text",
      "a HEADER can have one variable, {{1}}.",
      [hello, header("{{1}} {{2}}", "x")],
    ],
    [
      "components[1].text",
      "a HEADER can have one variable, {{name}}.",
      [body("Hi {{name}}, you", "Ann"), header("For {{1}}", "x")],
    ],
    ["components[1].sample", "its variable lacks a sample.", [hello, header("For {{1}}")]],
    ["components[1].sample", "there is a sample but no variable.", [hello, header("For", "Ann")]],
    [
      "components[1].text",
      "a FOOTER cannot have variables.",
      [hello, { type: "FOOTER", text: "{{1}}" }],
    ],
    ["components[1].buttons", "there are more than 2 URL buttons.", buttons(site, site, site)],
    ["components[1].buttons", "there are more than 1 PHONE_NUMBER buttons.", buttons(phone, phone)],
    ["components[1].buttons", "there are more than 1 COPY_CODE buttons.", buttons(copy, copy)],
    [
      "components[1].buttons",
      "quick replies stand among other buttons: group them.",
      buttons(reply, site, reply),
    ],
    [
      "components[1].buttons[0].url",
      "its {{1}} stands at the end.",
      [hello, link("https://a.example/{{1}}/b", "x")],
    ],
    ["components[1].buttons[0].url", "it is no address.", [hello, link("https://")]],
    [
      "components[1].buttons[0].sample",
      "its variable lacks a sample.",
      [hello, link("https://a.example/{{1}}")],
    ],
    [
      "components[0].type",
      "Leadline cannot write this part.",
      [{ type: "OTHER", meta: {} }, hello],
    ],
  ])("%s: %s", (path, message, components) => {
    expect(templateFaults(components)).toEqual([{ path, message }]);
  });

  test("everything at once, so that nobody has to come back for each", () => {
    const faults = templateFaults([body("{{1}}"), { type: "FOOTER", text: "{{1}}" }]);
    expect(faults.map(({ path }) => path)).toEqual(["components[0].text", "components[1].text"]);
  });

  test("a header that needs a file, which only a submission minds", () => {
    const components: TemplateComponent[] = [{ type: "HEADER", format: "IMAGE" }, hello];
    expect(submissionFaults(components)).toMatchObject([{ path: "components[0].sampleFileId" }]);
    const given = { type: "HEADER", format: "IMAGE", sampleFileId: "x" } as const;
    expect(submissionFaults([given, hello])).toEqual([]);
    expect(toGraphComponents([given], "4::h")).toEqual([
      { type: "HEADER", format: "IMAGE", example: { header_handle: ["4::h"] } },
    ]);
    expect(submissionFaults([{ type: "HEADER", format: "LOCATION" }, hello])).toEqual([]);
  });
});

describe("variables", () => {
  test("are each there once, numbers in their order and names in the text's", () => {
    expect(variableNames("{{2}} {{1}} {{2}} {{10}}")).toEqual(["1", "2", "10"]);
    expect(variableNames("{{b}} {{a}} {{b}}")).toEqual(["b", "a"]);
    expect(isNamed([body("Hi {{a}}.")])).toBe(true);
    expect(isNamed([body("Hi {{1}}.")])).toBe(false);
  });
});

describe("on the wire", () => {
  test("parts come back from the Graph API as they went", () => {
    const named = [header("For {{who}}", "Ann"), body("Hi {{who}}, it is {{day}}.", "Ann", "Mon")];
    const linked = [hello, link("https://a.example/{{1}}", "x7")];
    for (const components of [allParts.with(1, { type: "BODY", text: "Hi" }), named, linked]) {
      const wire = JSON.parse(JSON.stringify(toGraphComponents(components, null)));
      expect(fromGraphComponents(wire)).toEqual(
        components.map((one) =>
          one.type === "BODY" && one.samples?.length === 0 ? { type: "BODY", text: one.text } : one,
        ),
      );
    }
  });

  test("examples are written as Meta wants them", () => {
    expect(
      toGraphComponents(
        [body("Hi {{1}}, it is {{2}}.", "Ann", "Mon"), link("https://a.example/{{1}}", "x7")],
        null,
      ),
    ).toEqual([
      {
        type: "BODY",
        text: "Hi {{1}}, it is {{2}}.",
        example: { body_text: [["Ann", "Mon"]] },
      },
      {
        type: "BUTTONS",
        buttons: [
          {
            type: "URL",
            text: "Go",
            url: "https://a.example/{{1}}",
            example: ["https://a.example/x7"],
          },
        ],
      },
    ]);
    expect(toGraphComponents([body("Hi {{who}}.", "Ann")], null)).toMatchObject([
      { example: { body_text_named_params: [{ param_name: "who", example: "Ann" }] } },
    ]);
  });

  test.each([
    ["a carousel", { type: "CAROUSEL", cards: [] }],
    ["a one-time password", { type: "BUTTONS", buttons: [{ type: "OTP", otp_type: "COPY_CODE" }] }],
    ["a header of tomorrow", { type: "HEADER", format: "HOLOGRAM" }],
    ["a body without text", { type: "BODY" }],
  ])("%s is kept verbatim", (_, meta) => {
    expect(fromGraphComponents([meta])).toEqual([{ type: "OTHER", meta }]);
    expect(toGraphComponents(fromGraphComponents([meta]), null)).toEqual([meta]);
  });

  test("what is no list of parts is none", () => {
    expect(fromGraphComponents(null)).toEqual([]);
    expect(fromGraphComponents(["x"])).toEqual([{ type: "OTHER", meta: {} }]);
  });
});

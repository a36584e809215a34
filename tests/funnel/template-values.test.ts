import { describe, expect, test } from "bun:test";
import { type TemplateVariable, templateValues } from "../../src/funnel/template-values.ts";

const facts = {
  lead: {
    name: "Ann Lee",
    company: null,
    fields: { roof: "flat", size: 6, vip: true, blank: " " },
  },
  business: { name: "Northwind" },
};
const from = (source: TemplateVariable["source"]): TemplateVariable[] => [
  { name: "1", source, fallback: "there" },
];

describe("a variable's value", () => {
  test.each<[TemplateVariable["source"], string]>([
    ["lead.name", "Ann Lee"],
    ["lead.company", "there"],
    ["lead.fields.roof", "flat"],
    ["lead.fields.size", "6"],
    ["lead.fields.vip", "there"],
    ["lead.fields.blank", "there"],
    ["lead.fields.nothing", "there"],
    ["lead.fields.toString", "there"],
    ["business.name", "Northwind"],
    ["text", "there"],
  ])("of %s is %s", (source, value) => {
    expect(templateValues(["1"], from(source), facts)).toEqual({ values: [value] });
  });

  test("has neither line breaks nor runs of spaces, which Meta refuses, and is not too long", () => {
    const lead = { ...facts.lead, name: `  Ann\n\t  Lee${" x".repeat(2_000)}` };
    const found = templateValues(["1"], from("lead.name"), { ...facts, lead });
    const [value = ""] = "values" in found ? found.values : [];
    expect(value.startsWith("Ann Lee x")).toBe(true);
    expect(value.length).toBeLessThanOrEqual(1_024);
  });
});

test("values come in the order of the names; what nothing fills is named", () => {
  const variables: TemplateVariable[] = [
    { name: "day", source: "text", fallback: "Monday" },
    { name: "who", source: "lead.name", fallback: "there" },
  ];
  expect(templateValues(["who", "day"], variables, facts)).toEqual({
    values: ["Ann Lee", "Monday"],
  });
  expect(templateValues(["who", "hour"], variables, facts)).toEqual({ missing: ["hour"] });
  expect(templateValues([], [], facts)).toEqual({ values: [] });
});

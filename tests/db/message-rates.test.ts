import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { parseRates } from "../../src/db/seed/message-rates.ts";

const HEADER = "country,category,usd,valid_from,valid_to,source";
const read = (...lines: string[]) => parseRates([HEADER, ...lines].join("\n"));

describe("the operator's table of rates", () => {
  test("is read as the example in docs says, which holds no rate of Meta's", () => {
    const rates = parseRates(readFileSync("docs/message-rates.example.csv", "utf8"));
    expect(rates.length).toBeGreaterThan(3);
    expect(rates[0]).toEqual({
      ...{ country: "XA", category: "utility", usd: "0.001", validFrom: "2026-10-01" },
      ...{ validTo: "2027-01-01", source: "example, not a rate" },
    });
    expect(rates.every(({ country }) => ["XA", "XB", "*"].includes(country))).toBe(true);
  });

  test("names every line that is wrong", () => {
    const wrong = () =>
      read(
        "DE,marketing,0.1,2026-10-01,,Meta",
        "de,marketing,0.1,2026-10-01,,Meta",
        "FR,service,0.1,2026-10-01,,Meta",
        "FR,utility,-1,2026-10-01,,Meta",
        "FR,utility,0.1,2026-02-30,,Meta",
        "FR,utility,0.1,2026-10-01,2026-10-01,Meta",
        "FR,utility,0.1,2026-10-01,,",
      );
    const lines = [
      "3: country",
      "4: category",
      "5: usd",
      "6: valid_from",
      "7: valid_to",
      "8: source",
    ];
    for (const line of lines) expect(wrong).toThrow(`line ${line}`);
  });

  test("has one rate for each day", () => {
    const first = "DE,marketing,0.1,2026-10-01,2027-01-01,Meta";
    expect(read(first, "DE,marketing,0.2,2027-01-01,,Meta")).toHaveLength(2);
    expect(() => read(first, "DE,marketing,0.2,2026-12-31,,Meta")).toThrow("line 3");
    expect(() =>
      read("DE,marketing,0.1,2026-10-01,,Meta", "DE,marketing,0.2,2027-01-01,,Meta"),
    ).toThrow("line 3");
  });

  test("needs its header", () => {
    expect(() => parseRates("DE,marketing,0.1,2026-10-01,,Meta")).toThrow("first line");
  });
});

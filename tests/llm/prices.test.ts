import { describe, expect, test } from "bun:test";
import { providerName } from "../../src/llm/client.ts";
import { modelPrices } from "../../src/llm/prices.ts";

const rowsFor = (model: string) =>
  modelPrices.filter(({ modelPattern }) => new RegExp(modelPattern).test(model));

describe("the seed prices", () => {
  for (const [model, input, cached, output] of [
    ["gpt-4o-mini", "0.15", "0.075", "0.60"],
    ["gpt-4o-mini-2024-07-18", "0.15", "0.075", "0.60"],
    ["gpt-4.1-mini-2025-04-14", "0.40", "0.10", "1.60"],
    ["gpt-5-mini", "0.25", "0.025", "2.00"],
    ["simulated-1", "0.15", "0.075", "0.60"],
    ["simulated-1-2026-10-01", "0.15", "0.075", "0.60"],
  ]) {
    test(`${model} has exactly one row, with its published price`, () => {
      expect(rowsFor(model ?? "")).toMatchObject([
        {
          inputUsdPerMillion: input,
          cachedUsdPerMillion: cached,
          outputUsdPerMillion: output,
        },
      ]);
    });
  }

  for (const model of ["gpt-4x1-mini", "gpt-4o-mini-audio", "my-gpt-4o", "gpt-5-mini-turbo", ""]) {
    test(`"${model}" has no row: an unknown price is unknown, not somebody else's`, () => {
      expect(rowsFor(model)).toEqual([]);
    });
  }

  test("ids are unique, so that seeding again inserts nothing", () => {
    expect(new Set(modelPrices.map(({ id }) => id)).size).toBe(modelPrices.length);
  });

  test("cached input never costs more than input", () => {
    for (const { inputUsdPerMillion, cachedUsdPerMillion } of modelPrices) {
      expect(Number(cachedUsdPerMillion)).toBeLessThanOrEqual(Number(inputUsdPerMillion));
    }
  });
});

test("a provider is named by its host, so that its prices are its own", () => {
  expect(providerName("https://api.openai.com/v1")).toBe("openai");
  expect(providerName("https://eu.api.openai.com/v1")).toBe("openai");
  expect(providerName("http://127.0.0.1:3000/simulator/openai/v1")).toBe("simulator");
  expect(providerName("https://openrouter.example/api/v1")).toBe("openrouter.example");
  expect(providerName("https://api.openai.com.evil.example/v1")).toBe(
    "api.openai.com.evil.example",
  );
});

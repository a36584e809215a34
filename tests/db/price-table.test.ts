import { describe, expect, test } from "bun:test";
import { parsePrices, shippedPrices } from "../../src/db/seed/price-table.ts";
import { providerName } from "../../src/llm/client.ts";

const modelPrices = shippedPrices();

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

  test("cached input never costs more than input", () => {
    for (const { inputUsdPerMillion, cachedUsdPerMillion } of modelPrices) {
      expect(Number(cachedUsdPerMillion)).toBeLessThanOrEqual(Number(inputUsdPerMillion));
    }
  });
});

describe("a table of prices", () => {
  const HEADER =
    "provider,model,tier,min_input,input,cached,cache_write,output,audio,audio_minute,valid_from,valid_to,source";
  const line = "acme,big-1,*,0,1,0.1,1.25,4,,,2026-01-01T00:00:00Z,,a list, read today";
  const read = (...lines: string[]) => parsePrices([HEADER, ...lines].join("\n"));

  test("is read line by line, remarks left out, a name standing for its dated snapshots", () => {
    expect(read("# a remark", "", line)).toEqual([
      {
        provider: "acme",
        modelPattern: "^big-1(-\\d{4}-\\d{2}-\\d{2})?$",
        serviceTier: "*",
        minInputTokens: 0,
        inputUsdPerMillion: "1",
        cachedUsdPerMillion: "0.1",
        cacheWriteUsdPerMillion: "1.25",
        outputUsdPerMillion: "4",
        audioUsdPerMillion: null,
        usdPerAudioMinute: null,
        validFrom: "2026-01-01T00:00:00Z",
        validTo: null,
        source: "a list, read today",
      },
    ]);
    expect(read(line.replace("big-1", "^big-[0-9]$"))).toMatchObject([
      { modelPattern: "^big-[0-9]$" },
    ]);
  });

  for (const [what, wrong, problem] of [
    ["a price with a comma or sign", line.replace("0.1", "-0.1"), "input, cached and output"],
    ["an expression that is not anchored", line.replace("big-1", "^big"), "model is a name"],
    ["a day without its time", line.replace("T00:00:00Z", ""), "valid_from"],
    ["an end before the beginning", line.replace("Z,,", "Z,2025-01-01T00:00:00Z,"), "valid_to"],
    ["no source", line.replace("a list, read today", ""), "source"],
  ] as const) {
    test(`${what} is refused, with its line`, () => {
      expect(() => read(line.replace("big-1", "other"), wrong)).toThrow(`line 3: ${problem}`);
    });
  }

  test("the same price twice is refused: nobody could say which counts", () => {
    expect(() => read(line, line)).toThrow("line 3: the same as line 2");
  });

  test("another header is refused", () => {
    expect(() => parsePrices("provider,model")).toThrow("The first line has to be");
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

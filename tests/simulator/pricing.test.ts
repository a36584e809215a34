import { describe, expect, test } from "bun:test";
import { createPriceMeter, type Priced } from "../../src/simulator/graph/pricing.ts";

const message = (more: Partial<Priced> = {}): Priced => ({
  number: "1",
  at: new Date("2026-11-05T10:00:00Z"),
  ...{ templateCategory: null, inWindow: true, inFreeEntry: false },
  ...more,
});
const before = new Date("2026-09-30T23:59:00Z");

describe("the simulated price", () => {
  test.each([
    ["a service message", {}, "free_customer_service", "service"],
    ["one before October 2026", { at: before }, "free_customer_service", "service"],
    ["a utility template in the window", { templateCategory: "utility" }, "regular", "utility"],
    [
      "such a one before October 2026",
      { templateCategory: "utility", at: before },
      "free_customer_service",
      "utility",
    ],
    [
      "one outside the window, also before",
      { templateCategory: "utility", at: before, inWindow: false },
      "regular",
      "utility",
    ],
    ["marketing", { templateCategory: "marketing" }, "regular", "marketing"],
    [
      "marketing inside of a free entry point",
      { templateCategory: "marketing", inFreeEntry: true },
      "free_entry_point",
      "marketing",
    ],
  ])("of %s", (_, more, type, category) => {
    const price = createPriceMeter()(message(more));
    expect(price).toMatchObject({ type, category, billable: type === "regular" });
  });

  test("is free for a number's first 1,000 of a month, free entry points not counted", () => {
    const priceOf = createPriceMeter();
    for (let no = 0; no < 5; no += 1) priceOf(message({ inFreeEntry: true }));
    const types = Array.from({ length: 1_001 }, () => priceOf(message()).type);
    expect(types.filter((type) => type === "regular")).toHaveLength(1);
    expect(types.at(-1)).toBe("regular");
    expect(priceOf(message({ number: "2" })).type).toBe("free_customer_service");
    expect(priceOf(message({ at: new Date("2026-12-01T00:00:00Z") })).type).toBe(
      "free_customer_service",
    );
  });
});

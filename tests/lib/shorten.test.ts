import { describe, expect, test } from "bun:test";
import { shorten } from "../../src/lib/shorten.ts";
import { seeded } from "../support/seeded.ts";

describe("a text that is too long", () => {
  test("ends with its last whole sentence that fits", () => {
    expect(shorten("One is here. Two is here. Three is far too long.", 30)).toBe(
      "One is here. Two is here.",
    );
  });

  test("is cut between words where no sentence ends in time", () => {
    expect(shorten("a house by the sea with a garden", 20)).toBe("a house by the sea…");
  });

  test("is cut anywhere where it has no words, but never within a character", () => {
    expect(shorten("🏠".repeat(30), 11)).toBe(`${"🏠".repeat(5)}…`);
  });

  test("never has more than what fits, and stays as it is when it does", () => {
    const random = seeded("shorten");
    const parts = ["word", " ", ". ", "🏠", "? ", "\n", "1.5", "…"];
    for (let round = 0; round < 500; round += 1) {
      const text = Array.from({ length: random.below(80) }, () => random.pick(parts)).join("");
      const most = 10 + random.below(60);
      const short = shorten(text, most);
      expect([random.seed, short.length <= most]).toEqual([random.seed, true]);
      if (text.length <= most) expect(short).toBe(text);
    }
  });
});

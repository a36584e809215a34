import { describe, expect, test } from "bun:test";
import { statesAmount } from "../../src/funnel/stated-amount.ts";

describe("an amount is said by", () => {
  test.each([
    ["6900.00", "Home 4 kW system: $6,900 installed."],
    ["6900", "6.900 € mit Montage"],
    ["6900.00", "6 900 zł"],
    ["6900", "CHF 6'900.–"],
    ["150000", "₹1,50,000 only"],
    ["6900", "सिर्फ ₹६९०० में"],
    ["4500", "about 4.5k"],
    ["189.5", "$189.50 a year"],
    ["0.75", "0,75 € each"],
    ["1.5", "KWD 1.500 per piece"],
    ["007", "$7"],
  ])("%s in %p", (amount, text) => {
    expect(statesAmount(text, amount)).toBe(true);
  });
});

describe("an amount is not said by", () => {
  test.each([
    ["6900", "Home 4 kW system: $9,800 installed."],
    ["690", "$6,900"],
    ["6900.50", "$6,900"],
    ["900", "$6,900"],
    ["1.5", "KWD 11.500"],
    ["6900", "Ask us for the price."],
    ["100", "See https://a.example/100"],
  ])("%s in %p", (amount, text) => {
    expect(statesAmount(text, amount)).toBe(false);
  });
});

import { describe, expect, test } from "bun:test";
import { countryOf, feeRule } from "../../src/whatsapp/fees.ts";

const pmp = (category: string, more: object = {}) => ({
  ...{ billable: true, pricing_model: "PMP", type: "regular", category },
  ...more,
});
const BEFORE = "2026-09-30";
const AFTER = "2026-10-01";
const free = { free: true, counts: false, rateCategory: null };

describe("what a status says of the price", () => {
  test.each([
    ["service before October 2026", pmp("service"), BEFORE, free],
    [
      "service from October 2026 on, at the utility rate",
      pmp("service"),
      AFTER,
      { free: false, counts: true, rateCategory: "utility" },
    ],
    [
      "service that Meta calls free: one of the month's",
      pmp("service", { type: "free_customer_service", billable: false }),
      AFTER,
      { free: true, counts: true, rateCategory: null },
    ],
    [
      "utility that Meta calls free",
      pmp("utility", { type: "free_customer_service" }),
      BEFORE,
      free,
    ],
    [
      "utility in the window, from October on",
      pmp("utility"),
      AFTER,
      { free: false, counts: false, rateCategory: "utility" },
    ],
    [
      "marketing at a free entry point",
      pmp("marketing", { type: "free_entry_point" }),
      AFTER,
      free,
    ],
    [
      "service at a free entry point is none of the month's",
      pmp("service", { type: "free_entry_point" }),
      AFTER,
      free,
    ],
    ["a conversation that an ad brought", pmp("referral_conversion"), AFTER, free],
    ["whatever is not billable", pmp("marketing", { billable: false }), AFTER, free],
    [
      "international authentication",
      pmp("authentication-international"),
      AFTER,
      { free: false, counts: false, rateCategory: "authentication_international" },
    ],
    [
      "prices by conversation, which are no more",
      pmp("marketing", { pricing_model: "CBP" }),
      AFTER,
      { free: false, counts: false, rateCategory: null },
    ],
    [
      "nothing that anybody could read",
      {},
      AFTER,
      { free: false, counts: false, rateCategory: null },
    ],
  ])("%s", (_, pricing, day, expected) => {
    expect(feeRule(pricing, day)).toEqual(expected);
  });
});

test.each([
  ["14155550100", null, "US"],
  ["16045550100", null, "CA"],
  ["5511987654321", null, "BR"],
  ["4915112345678", "US.1", "DE"],
  [null, "co.13491208655302741918", "CO"],
  ["999", null, null],
  [null, null, null],
])("the recipient %p with the id %p is in %p", (phone, bsuid, country) => {
  expect(countryOf({ phone, bsuid })).toBe(country);
});

import { describe, expect, test } from "bun:test";
import { phoneKey, phoneVariants } from "../../src/whatsapp/phone-variants.ts";

describe("one number in two spellings", () => {
  test.each([
    ["Brazil's ninth digit", "551187654321", "5511987654321"],
    ["Mexico's 1", "525512345678", "5215512345678"],
    ["Argentina's 9", "541112345678", "5491112345678"],
  ])("%s", (_name, short, long) => {
    expect(phoneVariants(short)).toEqual([short, long]);
    expect(phoneVariants(long)).toEqual([long, short]);
    expect(phoneKey(long)).toBe(phoneKey(short));
  });

  test.each([
    ["a Brazilian landline has no ninth digit", "551132654321"],
    ["nor does a mobile number lose its own", "5511932654321"],
    ["the rest of the world has one spelling", "14155550100"],
    ["a number too short for Mexico", "52551234"],
  ])("%s", (_name, phone) => {
    expect(phoneVariants(phone)).toEqual([phone]);
    expect(phoneKey(phone)).toBe(phone);
  });
});

import { expect, test } from "bun:test";
import { paceBuckets } from "../../src/whatsapp/pace.ts";

test("a message passes its number's 80 a second and its recipient's one in six seconds", () => {
  expect(paceBuckets("i1", "15550001")).toEqual([
    { key: "number:i1", intervalMs: 12.5, burst: 20 },
    { key: "recipient:i1:15550001", intervalMs: 6_000, burst: 45 },
  ]);
});

test("one person's bucket at one number is not the one at another number", () => {
  const keys = ["i1", "i2"].flatMap((id) => paceBuckets(id, "p").map((bucket) => bucket.key));
  expect(new Set(keys).size).toBe(4);
});

import { describe, expect, test } from "bun:test";
import { paceBuckets } from "../../src/whatsapp/pace.ts";
import { gcra } from "../../streams/gcra.ts";
import { seeded } from "../support/seeded.ts";

const number = (sendsPerSecond: number, integrationId = "i1") => ({
  integrationId,
  sendsPerSecond,
});

test("a message passes its number's bucket first, then its recipient's one in six seconds", () => {
  expect(paceBuckets(number(80), "15550001")).toEqual([
    { key: "number:i1", intervalMs: 1_000 / 72, burst: 8 },
    { key: "recipient:i1:15550001", intervalMs: 6_000, burst: 44 },
  ]);
});

test("one person's bucket at one number is not the one at another number", () => {
  const keys = ["i1", "i2"].flatMap((id) =>
    paceBuckets(number(80, id), "p").map((bucket) => bucket.key),
  );
  expect(new Set(keys).size).toBe(4);
});

const TEN_MINUTES_MS = 600_000;
const NOW = 1_795_000_000_000;

interface Send {
  atMs: number;
  person: string;
}

/** Ten minutes of rushes and lulls; half of what is asked for goes to a handful of people. */
function tenMinutes(perSecond: number): { seed: number; passed: Send[] } {
  const random = seeded(`pace ${perSecond}`);
  const arrivals = new Map<string, number>();
  const passed: Send[] = [];
  const step = () => (random.below(40) === 0 ? 3_000 : 2_000 / perSecond + 1);
  for (let atMs = NOW; atMs < NOW + TEN_MINUTES_MS; atMs += random.below(step())) {
    const person = String(random.below(2) === 0 ? random.below(5) : random.below(100_000));
    const buckets = paceBuckets(number(perSecond), person);
    const states = buckets.map((rate) => ({ rate, arrivalUs: arrivals.get(rate.key) ?? 0 }));
    const decision = gcra(states, atMs);
    if (!decision.allowed) continue;
    for (const [at, { key }] of buckets.entries()) arrivals.set(key, decision.arrivalsUs[at] ?? 0);
    passed.push({ atMs, person });
  }
  return { seed: random.seed, passed };
}

describe("invariant 28: over ten minutes of chance, no limit of Meta's is ever passed", () => {
  test.each([20, 80, 1_000])(
    "%d a second for the number, one in 6 s after 45 for a person",
    (perSecond) => {
      const { seed, passed } = tenMinutes(perSecond);
      process.stdout.write(`seed ${seed}\n`);
      expect(passed.length).toBeGreaterThan(TEN_MINUTES_MS / 1_000);
      expect(mostWithin(passed, 1_000)).toBeLessThanOrEqual(perSecond);
      const people = [...Map.groupBy(passed, ({ person }) => person).values()];
      expect(Math.max(...people.map((sends) => sends.length))).toBeGreaterThan(45);
      for (const windowMs of [6_000, 60_000, 300_000]) {
        const most = Math.max(...people.map((sends) => mostWithin(sends, windowMs)));
        expect(most).toBeLessThanOrEqual(45 + windowMs / 6_000);
      }
    },
    30_000,
  );
});

/** The fullest half-open window of that length. */
function mostWithin(sends: readonly { atMs: number }[], windowMs: number): number {
  let [most, first] = [0, 0];
  sends.forEach(({ atMs }, at) => {
    while ((sends[first]?.atMs ?? atMs) <= atMs - windowMs) first += 1;
    most = Math.max(most, at - first + 1);
  });
  return most;
}

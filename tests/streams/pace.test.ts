import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connected, type Producer } from "../../streams/connection.ts";
import { gcra, type Rate } from "../../streams/gcra.ts";
import { createPacer, type PaceDecision } from "../../streams/pace.ts";
import { freshKeyspace, producerTo } from "./support/harness.ts";
import { sharedRedis } from "./support/redis-server.ts";

let redis: Awaited<ReturnType<typeof sharedRedis>>;
let client: Producer;
beforeAll(async () => {
  redis = await sharedRedis();
  client = producerTo(redis.url);
  await connected(client, 2_000);
});
afterAll(async () => {
  client.disconnect();
  await redis.stop();
});

const NOW = 1_795_000_000_000;
const number = { key: "number:1", intervalMs: 12.5, burst: 2 };
const pair = { key: "pair:1", intervalMs: 6_000, burst: 1 };

function pacer() {
  const inner = createPacer({ redis: client, keyspace: freshKeyspace() });
  return (nowMs: number, buckets = [number]) =>
    inner.take({ organizationId: "org-1", buckets, nowMs });
}

describe("invariant 28: pace holds across processes", () => {
  test("lets a burst pass and then one event per interval", async () => {
    const take = pacer();
    expect(await take(NOW)).toEqual({ allowed: true });
    expect(await take(NOW)).toEqual({ allowed: true });
    expect(await take(NOW)).toEqual({ allowed: false, retryAfterMs: 13, slowest: 0 });
    expect(await take(NOW + 12)).toEqual({ allowed: false, retryAfterMs: 1, slowest: 0 });
    expect(await take(NOW + 13)).toEqual({ allowed: true });
  });

  test("remembers for longer than the caller's clock asks: Redis forgets by its own", async () => {
    const keyspace = freshKeyspace();
    const { take } = createPacer({ redis: client, keyspace });
    await take({ organizationId: "org-1", buckets: [number], nowMs: NOW });
    const ttlMs = await client.of(0).pttl(`{${keyspace.prefix}:0}:pace:${number.key}`);
    expect(ttlMs).toBeGreaterThan(30_000);
  });

  test("takes from all buckets or from none", async () => {
    const take = pacer();
    expect(await take(NOW, [number, pair])).toEqual({ allowed: true });
    expect(await take(NOW, [number, pair])).toEqual({
      ...{ allowed: false, retryAfterMs: 6_000, slowest: 1 },
    });
    // The refusal above took nothing from the number's bucket: its second event is still there.
    expect(await take(NOW, [number])).toEqual({ allowed: true });
    expect(await take(NOW, [number])).toMatchObject({ allowed: false });
  });

  test("is not blocked for longer than its window by a clock that ran ahead", async () => {
    const take = pacer();
    await take(NOW + 86_400_000, [pair]);
    const decision = await take(NOW, [pair]);
    expect(decision).toEqual({ allowed: false, retryAfterMs: 6_000, slowest: 0 });
  });

  test("decides as its TypeScript twin does, event by event", async () => {
    const random = seededRandom(42);
    for (let run = 0; run < 8; run += 1) {
      const take = pacer();
      const buckets = Array.from({ length: 1 + random(3) }, (_, index) => ({
        key: `bucket:${index}`,
        intervalMs: (1 + random(400_000)) / 1000,
        burst: 1 + random(6),
      }));
      const twin = twinOf(buckets);
      let nowMs = NOW;
      for (let step = 0; step < 60; step += 1) {
        nowMs += random(120) - (random(10) === 0 ? 100 : 0);
        expect(await take(nowMs, buckets)).toEqual(twin(nowMs));
      }
    }
  });

  test("never lets more pass in any window than burst plus rate", async () => {
    const take = pacer();
    const passedAt: number[] = [];
    for (let nowMs = NOW; nowMs < NOW + 400; nowMs += 2) {
      if ((await take(nowMs)).allowed) passedAt.push(nowMs);
    }
    expect(passedAt.length).toBeGreaterThan(30);
    for (const start of passedAt) {
      const inWindow = passedAt.filter((at) => at >= start && at < start + 100).length;
      expect(inWindow).toBeLessThanOrEqual(number.burst + 100 / number.intervalMs);
    }
  });
});

/** Whole numbers below a bound, the same in every run. */
function seededRandom(start: number): (below: number) => number {
  let seed = start;
  return (below) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed % below;
  };
}

/** The same limits kept in memory by the TypeScript rule. */
function twinOf(buckets: readonly Rate[]): (nowMs: number) => PaceDecision {
  let arrivals = buckets.map(() => 0);
  return (nowMs) => {
    const states = buckets.map((rate, index) => ({ rate, arrivalUs: arrivals[index] ?? 0 }));
    const decision = gcra(states, nowMs);
    if (!decision.allowed) return decision;
    arrivals = decision.arrivalsUs;
    return { allowed: true };
  };
}

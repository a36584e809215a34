import { afterAll, beforeAll, expect, test } from "bun:test";
import { newId } from "../../../src/lib/ids.ts";
import { breakerKeyOf, GROUP, keyOf } from "../../../streams/topology.ts";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";

let rest: RestWorld;
let operator: Awaited<ReturnType<RestWorld["signIn"]>>;
beforeAll(async () => {
  rest = await createRestWorld("queue");
  operator = await rest.signIn("viewer");
  await rest.world.db.rows`insert into operators (user_id) values (${operator.userId})`;
}, 30_000);
afterAll(() => rest.close());

test("operators see ages, tries, rates, what is away and what is wrong; others see nothing", async () => {
  const { keyspace, world } = rest;
  const redis = rest.redis.of(0);
  const key = keyOf(keyspace, 0, "turns");
  await redis.xgroup("CREATE", key, GROUP, "0", "MKSTREAM");
  const now = Date.now();
  for (const ageMs of [3_600_000, 30_000, 5_000])
    await redis.xadd(key, `${now - ageMs}-0`, "d", "");
  await redis.xreadgroup("GROUP", GROUP, "w", "COUNT", 2, "STREAMS", key, ">");
  await redis.hset(`${keyOf(keyspace, 0, "tally")}:${Math.floor(now / 60_000)}`, "turns/done", 9);
  await redis.set(breakerKeyOf(keyspace, 0, "postgres"), now - 90_000);
  await world.db.rows`update integrations set breaker_opened_at = now() - interval '2 minutes'`;
  const alertId = newId();
  await world.db.rows`insert into queue_alerts (rule, stream, id, value, threshold, text)
    values ('no_worker', '', ${alertId}, 21000, 20000, 'Start one.')`;

  const { status, body } = await operator.ask("GET", "/api/v1/queue");
  expect({ status, body }).toMatchObject({ status: 200 });
  expect(body.streams.find(({ stream }: Json) => stream === "turns")).toMatchObject({
    ...{ depth: 3, lag: 1, running: 2, waiting: 0, length: 3, looked: 2 },
    fullness: 3 / 200_000,
    byAge: { under1s: 0, under10s: 0, under60s: 1, older: 1 },
    byTries: { once: 2, twice: 0, threeOrFour: 0, more: 0 },
    perMinute: { done: 9, retried: 0, reclaimed: 0, buried: 0 },
    partitions: [{ partition: 0, depth: 3, lag: 1, pending: 2 }],
  });
  expect(body.workers).toBe(2);
  expect(body.breakers).toMatchObject([
    { dependency: "postgres", count: 1 },
    { dependency: "whatsapp_numbers", count: 1 },
  ]);
  expect(body.breakers[0].openForMs).toBeGreaterThanOrEqual(90_000);
  expect(body.alerts).toMatchObject([
    { alertId, rule: "no_worker", stream: null, state: "raised", value: 21_000 },
  ]);
  const owner = await rest.signIn("owner");
  expect((await owner.ask("GET", "/api/v1/queue")).status).toBe(403);
});

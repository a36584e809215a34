import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import {
  Away,
  add,
  consume,
  freshKeyspace,
  inboundEntry,
  pendingCount,
  pendingRows,
  stopAll,
  turnEntry,
  until,
} from "./support/harness.ts";
import { sharedRedis } from "./support/redis-server.ts";

let redis: Awaited<ReturnType<typeof sharedRedis>>;
beforeAll(async () => {
  redis = await sharedRedis();
});
afterEach(stopAll);
afterAll(() => redis.stop());

/** A dependency that can be switched off, and handlers that fail while it is. */
function switchable() {
  const state = { away: true, probes: 0, calls: 0, tries: [] as number[] };
  const handle = async (deliveries: readonly { tries: number }[]) => {
    state.calls += 1;
    if (state.away) throw new Away("no connection");
    state.tries.push(...deliveries.map(({ tries }) => tries));
  };
  const dependencies = {
    postgres: async () => {
      state.probes += 1;
      if (state.away) throw new Away("no connection");
    },
  };
  return { state, handle, dependencies };
}

test("a dependency that is away spends no try, and its work goes on at once when it is back", async () => {
  const keyspace = freshKeyspace();
  const { state, handle, dependencies } = switchable();
  const breakers: boolean[] = [];
  await consume({
    url: redis.url,
    keyspace,
    dependencies,
    observe: { breaker: (_name, open) => breakers.push(open) },
    handlers: { turns: handle, inbound: handle },
  });
  for (let index = 0; index < 10; index += 1) {
    await add(redis.probe, keyspace, "inbound", inboundEntry(index));
  }
  await until("probed twice", () => state.probes >= 2);
  await add(redis.probe, keyspace, "turns", turnEntry());
  const waiting = await pendingRows(redis.probe, keyspace, "inbound");
  for (const row of waiting) expect(row).toMatchObject({ owner: "~retry", tries: 0 });
  const callsWhileAway = state.calls;
  state.away = false;
  await until("all handled", () => state.tries.length === 11, 3_000);
  expect(callsWhileAway).toBeLessThanOrEqual(2);
  expect(new Set(state.tries)).toEqual(new Set([1]));
  expect(breakers).toEqual([true, false]);
  await until("settled", async () => (await pendingCount(redis.probe, keyspace, "inbound")) === 0);
});

test("while a dependency is away nothing is read, so that other processes may have it", async () => {
  const keyspace = freshKeyspace();
  const { state, handle, dependencies } = switchable();
  await consume({ url: redis.url, keyspace, dependencies, handlers: { turns: handle } });
  await add(redis.probe, keyspace, "turns", turnEntry("trips it"));
  await until("tripped", () => state.probes >= 1);
  for (let index = 0; index < 100; index += 1) {
    await add(redis.probe, keyspace, "turns", turnEntry(`c-${index}`));
  }
  await until("probed again", () => state.probes >= 2);
  // A read that was already blocking may bring what its COUNT allows; nothing after that.
  expect(await pendingCount(redis.probe, keyspace, "turns")).toBeLessThan(40);
  state.away = false;
  await until("all handled", () => state.tries.length === 101);
});

test("a dependency that answers its probe but not its work is left alone longer each time", async () => {
  const keyspace = freshKeyspace();
  let calls = 0;
  const openedAt: number[] = [];
  await consume({
    url: redis.url,
    keyspace,
    observe: {
      breaker: (_name, open) => {
        if (open) openedAt.push(performance.now());
      },
    },
    handlers: {
      turns: async () => {
        calls += 1;
        throw new Away("pool exhausted");
      },
    },
  });
  await add(redis.probe, keyspace, "turns", turnEntry());
  await until("opened four times", () => openedAt.length === 4);
  const [first = 0, second = 0, third = 0, fourth = 0] = openedAt;
  expect(third - second).toBeGreaterThan((second - first) * 1.5);
  expect(fourth - third).toBeGreaterThan((third - second) * 1.5);
  expect(calls).toBe(4);
  expect((await pendingRows(redis.probe, keyspace, "turns"))[0]?.tries).toBeLessThanOrEqual(1);
});

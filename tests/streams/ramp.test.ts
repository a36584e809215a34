import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { FULL_TRUST, nextLimit, Ramp } from "../../streams/ramp.ts";
import {
  Away,
  add,
  consume,
  freshKeyspace,
  inboundEntry,
  pendingCount,
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

describe("the ramp", () => {
  test("trusts one more with each entry that goes well, until it trusts as before", () => {
    expect(nextLimit(1)).toBe(2);
    expect(nextLimit(FULL_TRUST - 2)).toBe(FULL_TRUST - 1);
    expect(nextLimit(FULL_TRUST - 1)).toBeNull();
  });

  test("lets in one, two, four, eight: every round twice the last", async () => {
    const ramp = new Ramp();
    ramp.begin();
    let running: (() => void)[] = [];
    for (let index = 0; index < 100; index += 1) {
      void ramp.enter().then((leave) => running.push(leave));
    }
    const rounds: number[] = [];
    while (rounds.length < 5) {
      await Promise.resolve().then(() => {});
      rounds.push(running.length);
      const round = running;
      running = [];
      for (const leave of round) leave();
    }
    expect(rounds).toEqual([1, 2, 4, 8, 16]);
  });

  test("saying twice that an entry went well makes room for one", async () => {
    const ramp = new Ramp();
    ramp.begin();
    const leave = await ramp.enter();
    leave();
    leave();
    let entered = 0;
    for (let index = 0; index < 10; index += 1) void ramp.enter().then(() => (entered += 1));
    await Bun.sleep(0);
    expect(entered).toBe(2);
  });

  test("when the dependency goes away again all who wait come through, and the old have no say", async () => {
    const ramp = new Ramp();
    ramp.begin();
    const old = await ramp.enter();
    let entered = 0;
    for (let index = 0; index < 10; index += 1) void ramp.enter().then(() => (entered += 1));
    ramp.end();
    await Bun.sleep(0);
    expect(entered).toBe(10);
    ramp.begin();
    old();
    await ramp.enter();
    let more = 0;
    void ramp.enter().then(() => (more += 1));
    await Bun.sleep(0);
    expect(more).toBe(0);
  });

  test("an entry that takes its time counts as gone well after a while", async () => {
    const ramp = new Ramp();
    ramp.begin();
    for (let index = 0; index < 7; index += 1) await ramp.enter();
  });
});

/** A dependency that can be switched off; counts what runs at once after it is back. */
function watched() {
  const state = { away: true, probes: 0, running: 0, done: 0, broken: [] as string[] };
  const handle = async (deliveries: readonly { tries: number }[]) => {
    if (state.away) throw new Away("no connection");
    state.running += deliveries.length;
    // Each that went well has made room for one more; nothing here waits for time to pass.
    if (state.running > state.done + 1 && state.done < FULL_TRUST) {
      state.broken.push(`${state.running} at once after ${state.done}`);
    }
    if (deliveries.some(({ tries }) => tries !== 1)) state.broken.push("a try was spent");
    await Promise.resolve();
    state.running -= deliveries.length;
    state.done += deliveries.length;
  };
  const dependencies = {
    postgres: async () => {
      state.probes += 1;
      if (state.away) throw new Away("no connection");
    },
  };
  return { state, handle, dependencies };
}

for (const stream of ["inbound", "turns", "receipts"] as const) {
  test(`a thousand entries of ${stream} that waited for a dependency go on one, two, four …`, async () => {
    const keyspace = freshKeyspace();
    const { state, handle, dependencies } = watched();
    await consume({
      url: redis.url,
      keyspace,
      dependencies,
      handlers: { [stream]: handle },
    });
    const entry = stream === "turns" ? turnEntry() : inboundEntry();
    await add(redis.probe, keyspace, stream, entry);
    await until("tripped", () => state.probes >= 1);
    const more = redis.probe.pipeline();
    const key = `{${keyspace.prefix}:0}:${stream}`;
    for (let index = 0; index < 999; index += 1) more.xadd(key, "*", "d", JSON.stringify(entry));
    await more.exec();
    state.away = false;
    await until("all handled", () => state.done === 1_000, 20_000);
    expect(state.broken).toEqual([]);
    await until("settled", async () => (await pendingCount(redis.probe, keyspace, stream)) === 0);
  }, 30_000);
}

test("entries that hold on to a dependency do not keep the others waiting", async () => {
  const keyspace = freshKeyspace();
  const { state, dependencies } = watched();
  const held = Promise.withResolvers<void>();
  await consume({
    url: redis.url,
    keyspace,
    dependencies,
    handlers: {
      turns: async () => {
        if (state.away) throw new Away("no connection");
        state.running += 1;
        await held.promise;
      },
    },
  });
  for (let index = 0; index < 12; index += 1) {
    await add(redis.probe, keyspace, "turns", turnEntry(`c-${index}`));
  }
  await until("tripped", () => state.probes >= 1);
  state.away = false;
  await until("all of them run", () => state.running === 12, 10_000);
  held.resolve();
}, 20_000);

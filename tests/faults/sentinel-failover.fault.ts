import { afterAll, beforeAll, describe, setDefaultTimeout, test } from "bun:test";
import type { RedisProcess } from "../support/redis-process.ts";
import { type RedisTrio, startRedisSentinel } from "../support/redis-sentinel.ts";
import { eventually } from "../support/wait.ts";
import { failoverUnderLoad } from "./support/failover.ts";
import { type AnyStack, startStackOn } from "./support/stack.ts";

setDefaultTimeout(120_000);

/** A second and a half on a quiet machine; a vote that was split is repeated after six. */
const TAKE_OVER_MS = 30_000;

describe("invariants 1 and 3: a Redis with Sentinel that loses its master", () => {
  let trio: RedisTrio;
  let stack: AnyStack;
  beforeAll(async () => {
    trio = await startRedisSentinel();
    stack = await startStackOn({
      url: trio.url,
      partitions: 1,
      env: { REDIS_WAIT_REPLICAS: "1" },
      close: trio.stop,
    });
    await stack.startAll(["api", "worker", "worker", "scheduler"]);
  });
  afterAll(() => stack.close());

  test("killed under load: a replica takes over, nothing acknowledged is lost, nothing doubled", async () => {
    let killed: RedisProcess | undefined;
    await failoverUnderLoad(stack, {
      what: "Sentinel: the master killed",
      strike: async () => {
        killed = await trio.master();
        await killed.kill();
      },
      repair: () =>
        eventually(async () => (await trio.master()) !== killed, { timeoutMs: TAKE_OVER_MS }),
    });
  });
});

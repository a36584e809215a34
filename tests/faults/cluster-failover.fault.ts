import { afterAll, beforeAll, describe, setDefaultTimeout, test } from "bun:test";
import { demoIds } from "../../src/db/seed/northwind.ts";
import { partitionOf } from "../../streams/hash.ts";
import { keyOf } from "../../streams/topology.ts";
import { type RedisCluster, startRedisCluster } from "../support/redis-cluster.ts";
import type { RedisProcess } from "../support/redis-process.ts";
import { eventually } from "../support/wait.ts";
import { failoverUnderLoad } from "./support/failover.ts";
import { type AnyStack, startStackOn } from "./support/stack.ts";

setDefaultTimeout(120_000);

const PARTITIONS = 6;
const TAKE_OVER_MS = 30_000;

describe("invariants 1 and 3: a Redis Cluster that loses a master", () => {
  let cluster: RedisCluster;
  let stack: AnyStack;
  beforeAll(async () => {
    cluster = await startRedisCluster();
    stack = await startStackOn({
      url: cluster.url,
      partitions: PARTITIONS,
      env: { REDIS_WAIT_REPLICAS: "1" },
      close: cluster.stop,
    });
    await stack.startAll(["api", "worker", "worker", "scheduler"]);
  });
  afterAll(() => stack.close());

  test("killed under load: its replica takes over, nothing acknowledged is lost, nothing doubled", async () => {
    const partition = partitionOf(demoIds.organization, PARTITIONS);
    const key = keyOf({ prefix: "ll", partitions: PARTITIONS }, partition, "inbound");
    let killed: RedisProcess | undefined;
    await failoverUnderLoad(stack, {
      what: "Cluster: the organization's master killed",
      strike: async () => {
        killed = await cluster.masterOf(key);
        await killed.kill();
      },
      // The new master has no other replica, so WAIT refuses webhooks until the old one is back.
      repair: async () => {
        await eventually(async () => (await cluster.masterOf(key)) !== killed, {
          timeoutMs: TAKE_OVER_MS,
        });
        await killed?.start();
      },
    });
  });
});

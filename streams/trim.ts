import type { Client } from "./connection.ts";
import { listOf, numberOf, pairsOf, textOf } from "./reply.ts";
import { runScript, scripts } from "./scripts.ts";
import {
  aliveKeyOf,
  EVENTS_MAX_AGE_MS,
  EVENTS_MAX_LENGTH,
  GROUP,
  type Keyspace,
  keyOf,
  RETRY_CONSUMER,
  streamNames,
} from "./topology.ts";

interface TrimDeps {
  redis: Client;
  keyspace: Keyspace;
  partition: number;
}

/** Frees what every group is done with in the work streams, and events too old or too many. */
export async function trimPartition(deps: TrimDeps): Promise<void> {
  const { redis, keyspace, partition } = deps;
  for (const stream of streamNames) {
    await runScript(redis, scripts.trim, [keyOf(keyspace, partition, stream)], []);
  }
  // Entry ids carry Redis's clock, so its clock tells their age.
  const [seconds = 0] = await redis.time();
  const oldest = `${seconds * 1000 - EVENTS_MAX_AGE_MS}-0`;
  const events = keyOf(keyspace, partition, "events");
  await redis.xtrim(events, "MINID", "~", oldest);
  await redis.xtrim(events, "MAXLEN", "~", EVENTS_MAX_LENGTH);
}

/** Deletes consumers of processes that are gone, once nothing is pending to them. */
export async function dropDeadConsumers(deps: TrimDeps): Promise<void> {
  const { redis, keyspace, partition } = deps;
  for (const stream of streamNames) {
    const key = keyOf(keyspace, partition, stream);
    for (const row of listOf(await redis.xinfo("CONSUMERS", key, GROUP))) {
      const info = pairsOf(row);
      const name = textOf(info.get("name"));
      if (name === RETRY_CONSUMER || (numberOf(info.get("pending")) ?? 0) > 0) continue;
      await dropConsumer(deps, key, name);
    }
  }
}

/** Deletes one consumer if it is dead and owns nothing, in one step. Resolves with whether it did. */
export async function dropConsumer(
  deps: TrimDeps,
  streamKey: string,
  consumer: string,
): Promise<boolean> {
  const alive = aliveKeyOf(deps.keyspace, deps.partition, consumer);
  const keys = [streamKey, alive];
  return (await runScript(deps.redis, scripts.dropConsumer, keys, [GROUP, consumer])) === 1;
}

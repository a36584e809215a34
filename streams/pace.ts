import type { Producer } from "./connection.ts";
import { messageOf, QueueUnavailableError } from "./errors.ts";
import { type Rate, toMicroseconds } from "./gcra.ts";
import { partitionOf } from "./hash.ts";
import { listOf, numberOf } from "./reply.ts";
import { runScript, scripts } from "./scripts.ts";
import { type Keyspace, keyOf } from "./topology.ts";

export interface Bucket extends Rate {
  /** Unique within the organization's partition, e.g. `number:<id>`. */
  readonly key: string;
}

export interface PaceRequest {
  organizationId: string;
  buckets: readonly Bucket[];
  /** Epoch milliseconds. */
  nowMs: number;
}

export type PaceDecision =
  | { allowed: true }
  /** `slowest`: the place of the bucket that makes the event wait so long. */
  | { allowed: false; retryAfterMs: number; slowest: number };

export interface Pacer {
  /**
   * Takes one event out of all buckets, or out of none.
   * @throws QueueUnavailableError when Redis does not answer; the event must then wait.
   */
  take(request: PaceRequest): Promise<PaceDecision>;
}

/** Limits that hold over all processes, because they live in Redis. */
export function createPacer(deps: { redis: Producer; keyspace: Keyspace }): Pacer {
  return {
    take: async ({ organizationId, buckets, nowMs }) => {
      const partition = partitionOf(organizationId, deps.keyspace.partitions);
      const prefix = keyOf(deps.keyspace, partition, "pace");
      const reply = await runScript(
        deps.redis.of(partition),
        scripts.pace,
        buckets.map((bucket) => `${prefix}:${bucket.key}`),
        [
          toMicroseconds(nowMs),
          ...buckets.flatMap(({ intervalMs, burst }) => [toMicroseconds(intervalMs), burst]),
        ],
      ).catch((error: unknown) => {
        throw new QueueUnavailableError(`The pacer did not answer: ${messageOf(error)}`, error);
      });
      const [waitUs, slowest] = listOf(reply).map(numberOf);
      if (typeof waitUs !== "number" || typeof slowest !== "number") {
        throw new QueueUnavailableError("The pacer answered nonsense.");
      }
      if (waitUs === 0) return { allowed: true };
      return { allowed: false, retryAfterMs: Math.ceil(waitUs / 1000), slowest: slowest - 1 };
    },
  };
}

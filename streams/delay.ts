import type { Client } from "./connection.ts";
import type { Clock, Log } from "./ports.ts";
import { listOf, numberOf } from "./reply.ts";
import { runScript, scripts } from "./scripts.ts";
import { delayableStreams, type Keyspace, keyOf } from "./topology.ts";

const BATCH = 200;
const MAX_ROUNDS = 10;
/** A wake-up for a stream this version does not know is left to a newer process for this long. */
const UNKNOWN_AGAIN_AFTER_MS = 60_000;

export interface MoverDeps {
  redis: Client;
  keyspace: Keyspace;
  partition: number;
  clock: Clock;
  log: Log;
}

/** Moves what is due from the delayed set into its streams. Every process may do so at any time. */
export async function moveDue(deps: MoverDeps): Promise<void> {
  const { redis, keyspace, partition, clock, log } = deps;
  const keys = [
    keyOf(keyspace, partition, "delayed"),
    ...delayableStreams.map((stream) => keyOf(keyspace, partition, stream)),
  ];
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const args = [clock.now().getTime(), BATCH, UNKNOWN_AGAIN_AFTER_MS, ...delayableStreams];
    const [seen, unknown] = listOf(await runScript(redis, scripts.moveDue, keys, args));
    if ((numberOf(unknown) ?? 0) > 0) log.error({ partition }, "wake-up for an unknown stream");
    if ((numberOf(seen) ?? 0) < BATCH) return;
  }
}

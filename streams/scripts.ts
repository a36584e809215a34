import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Client } from "./connection.ts";
import { messageOf } from "./errors.ts";
import { numberOf } from "./reply.ts";

/** Replicas that have not answered by then count as away. A webhook's sender waits for this. */
const REPLICAS_DEADLINE_MS = 1_000;

/** A Lua script of `lua/`; the number in its file name is how many keys it takes (`n` = several). */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

function load(file: string): Script {
  const lua = readFileSync(new URL(`./lua/${file}`, import.meta.url), "utf8");
  return { lua, sha: createHash("sha1").update(lua).digest("hex") };
}

export const scripts = {
  acknowledge: load("acknowledge-1.lua"),
  append: load("append-n.lua"),
  bury: load("bury-2.lua"),
  checkCursor: load("check-cursor-2.lua"),
  dropConsumer: load("drop-consumer-2.lua"),
  handOver: load("hand-over-1.lua"),
  inspect: load("inspect-n.lua"),
  moveDue: load("move-due-n.lua"),
  pace: load("pace-n.lua"),
  publishEvents: load("publish-events-2.lua"),
  take: load("take-1.lua"),
  trim: load("trim-1.lua"),
};

/**
 * Runs a script by its hash, and by its text when the server does not have it yet (first run, or
 * after a restart). Bulk strings in the reply are Buffers.
 */
export async function runScript(
  redis: Client,
  script: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await redis.callBuffer("EVALSHA", script.sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (!messageOf(error).startsWith("NOSCRIPT")) throw error;
    return await redis.callBuffer("EVAL", script.lua, keys.length, ...keys, ...args);
  }
}

/**
 * The same, and then waits until `replicas` have all of it. Both commands leave in one write: on another
 * connection, which a failover may have led to another server, WAIT would vouch for nothing.
 * @throws when fewer have it in time; the script has run all the same.
 */
export async function runScriptOnReplicas(
  redis: Client,
  script: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
  replicas: number,
): Promise<unknown> {
  const run = async (command: string, text: string) => {
    const pipeline = redis.pipeline();
    pipeline.callBuffer(command, text, keys.length, ...keys, ...args);
    pipeline.wait(replicas, REPLICAS_DEADLINE_MS);
    return (await pipeline.exec()) ?? [];
  };
  let [ran, waited] = await run("EVALSHA", script.sha);
  if (messageOf(ran?.[0]).startsWith("NOSCRIPT")) [ran, waited] = await run("EVAL", script.lua);
  const failure = ran?.[0] ?? waited?.[0];
  if (failure) throw failure;
  const reached = numberOf(waited?.[1]) ?? 0;
  if (reached < replicas) throw new Error(`Only ${reached} of ${replicas} replicas have it.`);
  return ran?.[1];
}

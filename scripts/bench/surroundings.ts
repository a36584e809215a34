import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { createInstallation, temporaryFolder } from "./installation.ts";
import { median } from "./measure.ts";

/** What the figures depend on, in words. */
export interface Surroundings {
  machine: string;
  load: string;
  disk: string;
  versions: string;
  durability: string;
}

const FSYNCS = 50;

/** Looks at the machine, and asks the servers themselves how durable they are. */
export async function lookAround(stack: AsyncDisposableStack): Promise<Surroundings> {
  const { db, redis } = await createInstallation(stack, { numbers: 1, quietMs: 0 });
  const setting = async (name: string) =>
    (await db.first<{ setting: string }>`select current_setting(${name}) as setting`)?.setting;
  const [, appendFsync] = await redis.of(0).config("GET", "appendfsync");
  const [, appendOnly] = await redis.of(0).config("GET", "appendonly");
  const redisVersion = /redis_version:(\S+)/.exec(await redis.of(0).info("server"))?.[1];
  const processors = cpus();
  const memoryGib = totalmem() / 1024 ** 3;
  return {
    machine: `${processors.length} × ${processors[0]?.model.trim()}, ${memoryGib.toFixed(1)} GiB, ${type()} ${release()} ${process.arch}`,
    load: `${loadavg()
      .map((load) => load.toFixed(1))
      .join(" ")} (1, 5, 15 minutes) when the bench began`,
    disk: `${fsyncMs(temporaryFolder(stack)).toFixed(2)} ms for one append with fsync where the data lies`,
    versions: `Bun ${Bun.version}, PostgreSQL ${await setting("server_version")}, Redis ${redisVersion}`,
    durability: `Redis appendonly ${appendOnly}, appendfsync ${appendFsync}; Postgres fsync ${await setting("fsync")}, synchronous_commit ${await setting("synchronous_commit")}`,
  };
}

function fsyncMs(dir: string): number {
  const file = openSync(join(dir, "fsync"), "a");
  const page = Buffer.alloc(1_024, 1);
  const tookMs = Array.from({ length: FSYNCS }, () => {
    const startedMs = performance.now();
    writeSync(file, page);
    fsyncSync(file);
    return performance.now() - startedMs;
  });
  closeSync(file);
  return median(tookMs);
}

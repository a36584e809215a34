import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import Redis from "ioredis";
import postgres from "postgres";
import { describeProcess, signalProcess } from "../../src/ops/embedded/process.ts";
import { attachEmbedded, type Embedded, startEmbedded } from "../../src/ops/embedded.ts";
import { silentLog, tempDir } from "../support/servers.ts";
import { eventually } from "../support/wait.ts";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A stopped data folder, copied where a test is not about making one: initdb takes a second. */
let used = "";
beforeAll(async () => {
  used = tempDir("embedded");
  const settings = { dataDir: used, postgres: true, redis: true, durable: false, log: silentLog };
  await (await startEmbedded(settings)).stop();
});
afterAll(() => rm(used, { recursive: true, force: true }));

function folder(): string {
  const dir = tempDir("embedded");
  cleanUps.push(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

function usedFolder(): string {
  const dir = folder();
  Bun.spawnSync(["cp", "-a", `${used}/.`, dir]);
  return dir;
}

async function start(
  dataDir: string,
  wanted: { postgres?: boolean; redis?: boolean } = {},
): Promise<Embedded> {
  const { postgres: pg = false, redis = false } = wanted;
  const one = await startEmbedded({
    dataDir,
    postgres: pg,
    redis,
    durable: false,
    log: silentLog,
  });
  cleanUps.push(() => one.stop());
  return one;
}

async function query(url: string | null, text: string): Promise<unknown[]> {
  const sql = postgres(url ?? "", { max: 1, onnotice: () => undefined });
  try {
    return await sql.unsafe(text);
  } finally {
    await sql.end();
  }
}

async function command(url: string | null, name: string, ...args: string[]): Promise<unknown> {
  const redis = new Redis(url ?? "", { maxRetriesPerRequest: 0, retryStrategy: () => null });
  redis.on("error", () => undefined);
  try {
    return await redis.call(name, ...args);
  } finally {
    redis.disconnect();
  }
}

/** A process of its own that starts the servers of a folder. */
async function parent(dataDir: string, how = "wait") {
  const child = Bun.spawn(
    [process.execPath, "--no-env-file", join(import.meta.dir, "embedded-parent.ts"), dataDir, how],
    { stdout: "pipe", stderr: "ignore" },
  );
  cleanUps.push(() => child.kill("SIGKILL"));
  const first = await child.stdout.getReader().read();
  const said = JSON.parse(new TextDecoder().decode(first.value));
  return { child, ...said } as {
    child: typeof child;
    databaseUrl: string;
    redisUrl: string;
    pids: [number, number];
  };
}

describe("startEmbedded", () => {
  test("keeps data, ports and passwords over a restart", async () => {
    const dataDir = usedFolder();
    const first = await start(dataDir, { postgres: true, redis: true });
    await query(first.databaseUrl, "create table kept as select 42 as answer");
    await command(first.redisUrl, "XADD", "kept", "*", "answer", "42");
    await first.stop();

    const second = await start(dataDir, { postgres: true, redis: true });
    expect(second.databaseUrl).toBe(first.databaseUrl);
    expect(second.redisUrl).toBe(first.redisUrl);
    expect(await query(second.databaseUrl, "select answer from kept")).toEqual([{ answer: 42 }]);
    expect(await command(second.redisUrl, "XLEN", "kept")).toBe(1);
  });

  test("gives Redis a setting that loses nothing, and lets nobody in without the password", async () => {
    const { redisUrl } = await start(folder(), { redis: true });
    for (const [name, value] of Object.entries({
      appendonly: "yes",
      appendfsync: "always",
      "maxmemory-policy": "noeviction",
    })) {
      expect(await command(redisUrl, "CONFIG", "GET", name)).toEqual([name, value]);
    }
    const open = String(redisUrl).replace(/:[^:]+@/, "");
    await expect(command(open, "PING")).rejects.toThrow(/NOAUTH/);
  });

  test("takes another port when the remembered one is taken meanwhile", async () => {
    const dataDir = folder();
    const first = await start(dataDir, { redis: true });
    await first.stop();
    const port = Number(new URL(first.redisUrl ?? "").port);
    const intruder = Bun.listen({ hostname: "127.0.0.1", port, socket: { data: () => undefined } });
    cleanUps.push(() => intruder.stop(true));

    const second = await start(dataDir, { redis: true });
    expect(new URL(second.redisUrl ?? "").port).not.toBe(String(port));
    expect(await command(second.redisUrl, "PING")).toBe("PONG");
  });

  test("keeps what it writes private", async () => {
    const dataDir = folder();
    await start(dataDir, { redis: true });
    for (const name of ["embedded.json", "connection.json", "redis/redis.conf"]) {
      expect(statSync(join(dataDir, name)).mode & 0o777, name).toBe(0o600);
    }
  });

  test("stops the first server when the second cannot start", async () => {
    const dataDir = usedFolder();
    // An AOF of nonsense: Redis refuses to start with it.
    writeFileSync(join(dataDir, "redis", "appendonlydir", "appendonly.aof.manifest"), "nonsense");
    await expect(start(dataDir, { postgres: true, redis: true })).rejects.toThrow(
      /redis-server did not start/,
    );
    const pidFile = join(dataDir, "postgres", "cluster", "postmaster.pid");
    expect(existsSync(pidFile)).toBe(false);
  });
});

describe("the data folder", () => {
  test("belongs to one living Leadline", async () => {
    const dataDir = usedFolder();
    const { child } = await parent(dataDir);
    await expect(start(dataDir, { redis: true })).rejects.toThrow(
      `The data folder ${dataDir} is in use by a running Leadline (pid ${child.pid})`,
    );
    child.kill("SIGKILL");
    await child.exited;
    await start(dataDir, { redis: true });
  });

  test("is not blocked by a lock whose pid now belongs to another process", async () => {
    const dataDir = folder();
    writeFileSync(join(dataDir, "leadline.pid"), JSON.stringify({ pid: 1, startMark: "long ago" }));
    const { redisUrl } = await start(dataDir, { redis: true });
    expect(await command(redisUrl, "PING")).toBe("PONG");
  });

  test("is refused when another Postgres version wrote it", async () => {
    const dataDir = folder();
    const cluster = join(dataDir, "postgres", "cluster");
    mkdirSync(cluster, { recursive: true });
    writeFileSync(join(cluster, "PG_VERSION"), "14\n");
    await expect(start(dataDir, { postgres: true })).rejects.toThrow(
      /was written by Postgres 14; this Leadline brings Postgres 18/,
    );
    expect(readFileSync(join(cluster, "PG_VERSION"), "utf8")).toBe("14\n");
  });

  test("that cannot be made is named", async () => {
    const file = join(folder(), "file");
    writeFileSync(file, "");
    await expect(start(join(file, "data"), { redis: true })).rejects.toThrow(/Set DATA_DIR/);
  });

  test("is where other roles find the servers, as long as they run", async () => {
    const dataDir = folder();
    expect(() => attachEmbedded(dataDir)).toThrow(/Start one with ROLE=all/);
    const { redisUrl, stop } = await start(dataDir, { redis: true });
    expect(attachEmbedded(dataDir)).toEqual({ databaseUrl: null, redisUrl });
    await stop();
    expect(() => attachEmbedded(dataDir)).toThrow(/No Leadline with embedded servers/);
  });

  test.if(process.getuid?.() === 0)("may lie where only root can enter", async () => {
    const closed = folder();
    chmodSync(closed, 0o700);
    chownSync(closed, 0, 0);
    const dataDir = join(closed, "data");
    const { databaseUrl, stop } = await start(dataDir, { postgres: true });
    const [row] = await query(databaseUrl, "show data_directory");
    expect(row).toEqual({ data_directory: expect.stringContaining("/var/lib/leadline/data-") });
    await stop();
    const { data_directory } = row as { data_directory: string };
    await rm(join(data_directory, ".."), { recursive: true });
  });
});

describe("a parent that dies", () => {
  test("by SIGKILL leaves servers that the next start ends and replaces, data intact", async () => {
    const dataDir = usedFolder();
    const first = await parent(dataDir);
    await query(first.databaseUrl, "create table kept as select 42 as answer");
    first.child.kill("SIGKILL");
    await first.child.exited;
    expect(first.pids.map((pid) => describeProcess(pid) !== null)).toEqual([true, true]);

    const second = await start(dataDir, { postgres: true, redis: true });
    expect(first.pids.map(describeProcess)).toEqual([null, null]);
    expect(second.databaseUrl).toBe(first.databaseUrl);
    expect(await query(second.databaseUrl, "select answer from kept")).toEqual([{ answer: 42 }]);
    expect(await command(second.redisUrl, "PING")).toBe("PONG");
  });

  test("together with Postgres does not hinder the next start", async () => {
    const dataDir = usedFolder();
    const first = await parent(dataDir);
    first.child.kill("SIGKILL");
    for (const pid of first.pids) signalProcess(pid, "SIGKILL");
    await first.child.exited;

    const second = await start(dataDir, { postgres: true, redis: true });
    expect(await query(second.databaseUrl, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  test("by an exception takes its servers along", async () => {
    const { child, pids } = await parent(usedFolder(), "throw");
    expect(await child.exited).toBe(1);
    await eventually(() => pids.every((pid) => describeProcess(pid) === null));
  });

  test.if(process.platform === "linux")("by Ctrl-C hears it before its servers do", async () => {
    const { pids } = await parent(usedFolder());
    const session = (pid: number) =>
      Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[3]);
    expect(pids.map(session)).toEqual(pids);
    for (const pid of pids) signalProcess(pid, "SIGINT");
    await eventually(() => pids.every((pid) => describeProcess(pid) === null));
  });
});

import { afterAll } from "bun:test";
import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { Redis, type RedisOptions } from "ioredis";
import { tempDir } from "./servers.ts";
import { eventually } from "./wait.ts";

export interface RedisProcess {
  readonly port: number;
  readonly pid: number;
  /** A plain client for looking and poking; it waits out restarts. */
  readonly probe: Redis;
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Again, on the same port and folder. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

interface RedisSettings {
  /** As in redis.conf, one a line; `port` (or `tls-port %PORT%`) and `dir` are set. */
  config: readonly string[];
  sentinel?: boolean;
  /** How a client gets in. */
  access?: Pick<RedisOptions, "password" | "tls">;
}

/** Ended after the last test of the file, also when a failed one has left them running. */
const running = new Set<RedisProcess>();
afterAll(async () => {
  await Promise.all([...running].map((server) => server.stop()));
});

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === "string") throw new Error("No free port.");
  return address.port;
}

/** A redis-server on loopback with a folder and a configuration of its own, ready to answer. */
export async function startRedisProcess(settings: RedisSettings): Promise<RedisProcess> {
  const port = await freePort();
  const dir = tempDir("redis-ha");
  const file = join(dir, "redis.conf");
  const listening = settings.config.some((line) => line.startsWith("tls-port"))
    ? ["port 0"]
    : [`port ${port}`];
  const lines = ["bind 127.0.0.1", `dir ${dir}`, ...listening, ...settings.config];
  await Bun.write(file, `${lines.join("\n").replaceAll("%PORT%", String(port))}\n`);
  const spawn = () =>
    Bun.spawn(["redis-server", file, ...(settings.sentinel ? ["--sentinel"] : [])], {
      stdout: Bun.file(join(dir, "log")),
      stderr: "ignore",
    });
  let child = spawn();
  const probe = new Redis({
    host: "127.0.0.1",
    port,
    protocol: 2,
    retryStrategy: () => 20,
    maxRetriesPerRequest: null,
    enableReadyCheck: false,
    ...settings.access,
  });
  probe.on("error", () => undefined);
  const answers = () =>
    eventually(async () => (await probe.ping()) === "PONG", { timeoutMs: 10_000 });
  await answers();

  const self: RedisProcess = {
    port,
    probe,
    get pid() {
      return child.pid;
    },
    kill: async (signal = "SIGKILL") => {
      child.kill(signal);
      if (signal === "SIGKILL" || signal === "SIGTERM") await child.exited;
    },
    start: async () => {
      child = spawn();
      await answers();
    },
    stop: async () => {
      running.delete(self);
      probe.disconnect();
      child.kill("SIGKILL");
      await child.exited;
      await rm(dir, { recursive: true, force: true });
    },
  };
  running.add(self);
  return self;
}

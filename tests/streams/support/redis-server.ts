import { afterAll } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";

export interface TestServer {
  readonly port: number;
  readonly url: string;
  readonly pid: number;
  /** A plain client for looking and poking; closed with the server. */
  readonly probe: Redis;
  /** Ends the process; data is kept when it was started with `appendOnly`. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port and folder. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Stopped after the last test of the file, also when a failed one has left it running. */
const running = new Set<TestServer>();
afterAll(async () => {
  await Promise.all([...running].map((server) => server.stop()));
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === "string") throw new Error("No free port.");
  return address.port;
}

/** A redis-server of our own, in a folder of its own. */
export async function startRedis(
  options: { appendOnly?: boolean; extra?: string[] } = {},
): Promise<TestServer> {
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), "leadline-redis-"));
  const probe = new Redis({
    port,
    host: "127.0.0.1",
    lazyConnect: true,
    protocol: 2,
    retryStrategy: () => 20,
    maxRetriesPerRequest: null,
  });
  probe.on("error", () => undefined);

  function spawn() {
    return Bun.spawn(
      [
        "redis-server",
        ...["--port", String(port), "--bind", "127.0.0.1", "--dir", dir, "--save", ""],
        ...["--appendonly", options.appendOnly ? "yes" : "no", "--appendfsync", "always"],
        ...(options.extra ?? []),
      ],
      { stdout: "ignore", stderr: "ignore" },
    );
  }
  let child = spawn();
  await probe.ping();

  const server: TestServer = {
    port,
    url: `redis://127.0.0.1:${port}`,
    probe,
    get pid() {
      return child.pid;
    },
    kill: async (signal = "SIGKILL") => {
      child.kill(signal);
      await child.exited;
    },
    start: async () => {
      child = spawn();
      await probe.ping();
    },
    stop: async () => {
      running.delete(server);
      probe.disconnect();
      child.kill("SIGKILL");
      await child.exited;
      await rm(dir, { recursive: true, force: true });
    },
  };
  running.add(server);
  return server;
}

/** The server for tests that harm nobody: `TEST_REDIS_URL`, or one of our own. */
export async function sharedRedis(): Promise<Pick<TestServer, "url" | "probe" | "stop">> {
  const url = process.env["TEST_REDIS_URL"];
  if (!url) return await startRedis();
  const probe = new Redis(url, { protocol: 2 });
  return {
    url,
    probe,
    stop: async () => {
      await probe.quit();
    },
  };
}

import { rmSync } from "node:fs";
import { join } from "node:path";
import { choosePort } from "../../../src/ops/embedded/port.ts";
import { signalProcess } from "../../../src/ops/embedded/process.ts";
import { type Embedded, startEmbedded } from "../../../src/ops/embedded.ts";
import { silentLog, tempDir } from "../../support/servers.ts";
import { eventually } from "../../support/wait.ts";

/** A Postgres or Redis that a test may stop, freeze and start again at the same address. */
interface OwnServer {
  readonly url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Ends it by a signal, as hard as that is. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** For a Redis that is not running: removes what it had on its disk. */
  forget(): void;
  /** Stops every process of it where it stands: sockets stay open, nothing answers. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}

export async function startOwnServer(kind: "postgres" | "redis"): Promise<OwnServer> {
  const dataDir = tempDir(kind);
  const launch = () =>
    startEmbedded({
      dataDir,
      postgres: kind === "postgres",
      redis: kind === "redis",
      durable: kind === "redis",
      log: silentLog,
    });
  let running: Embedded | null = await launch();
  const url = urlOf(running);
  const signal = (name: NodeJS.Signals) => {
    const pid = running?.servers[kind]?.pid;
    if (pid === undefined) throw new Error(`This ${kind} does not run.`);
    for (const one of [pid, ...childrenOf(pid)]) signalProcess(one, name);
  };
  const self: OwnServer = {
    url,
    start: async () => {
      if (running) return;
      await portIsFree(url);
      running = await launch();
      if (urlOf(running) !== url) throw new Error(`The ${kind} came back at another address.`);
    },
    stop: async () => {
      await running?.stop();
      running = null;
    },
    kill: async (name) => {
      running?.servers[kind]?.signal(name);
      await self.stop();
    },
    forget: () => rmSync(join(dataDir, kind, "appendonlydir"), { recursive: true }),
    freeze: () => signal("SIGSTOP"),
    thaw: () => signal("SIGCONT"),
    close: async () => {
      if (running) self.thaw();
      await self.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return self;
}

/** Somebody who knocks at a closed port of loopback may be given that very port for a moment. */
async function portIsFree(url: string): Promise<void> {
  const port = Number(new URL(url).port);
  await eventually(async () => (await choosePort(port)) === port, { timeoutMs: 15_000 });
}

function urlOf({ databaseUrl, redisUrl }: Embedded): string {
  return databaseUrl ?? redisUrl ?? "";
}

/** Postgres has a process per connection; stopping only the first one would stop no query. */
function childrenOf(pid: number): number[] {
  const listed = Bun.spawnSync(["ps", "-A", "-o", "pid=,ppid="]).stdout.toString();
  return listed
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child, parent]) => (parent === pid && child !== undefined ? [child] : []));
}

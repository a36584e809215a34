import type { ConnectionOptions } from "node:tls";
import { type RedisProcess, startRedisProcess } from "./redis-process.ts";
import { eventually } from "./wait.ts";

const MASTER_NAME = "leadline";
const REPLICAS = 2;
const SENTINELS = 3;
const password = "sentinel-password";
// Shorter, and a busy machine makes them take a living master for dead.
const DOWN_AFTER_MS = 1_500;

export type RedisTrio = Awaited<ReturnType<typeof startRedisSentinel>>;

/** A master with two replicas, watched by three sentinels that fail over after a second. */
export async function startRedisSentinel(
  options: { config?: readonly string[]; tls?: ConnectionOptions } = {},
) {
  const config = [
    "repl-diskless-sync-delay 0",
    "repl-ping-replica-period 1",
    "appendonly yes",
    "appendfsync everysec",
    'save ""',
    `requirepass ${password}`,
    `masterauth ${password}`,
    ...(options.config ?? []),
  ];
  const access = { password, tls: options.tls };
  const first = await startRedisProcess({ config, access });
  const replicas = await Promise.all(
    Array.from({ length: REPLICAS }, () =>
      startRedisProcess({ config: [...config, `replicaof 127.0.0.1 ${first.port}`], access }),
    ),
  );
  await eventually(
    async () => (await first.probe.info("replication")).includes(`connected_slaves:${REPLICAS}`),
    { timeoutMs: 15_000 },
  );
  const sentinels = await Promise.all(
    Array.from({ length: SENTINELS }, () =>
      startRedisProcess({
        sentinel: true,
        config: [...watching(first.port), ...(options.config ?? [])],
        access: { tls: options.tls },
      }),
    ),
  );
  const servers = [first, ...replicas];

  /** Resolves when the sentinels know each other and the master has both its replicas. */
  async function settled(): Promise<void> {
    for (const { probe } of sentinels) {
      await eventually(() => knowsAll(probe), { timeoutMs: 20_000 });
    }
    await eventually(
      async () => {
        const { probe } = await master();
        return (await probe.info("replication")).split("state=online").length === REPLICAS + 1;
      },
      { timeoutMs: 20_000 },
    );
  }

  /** Who is the master by the sentinels' word. */
  async function master(): Promise<RedisProcess> {
    const found = await sentinels[0]?.probe.call(
      "SENTINEL",
      "GET-MASTER-ADDR-BY-NAME",
      MASTER_NAME,
    );
    const port = Array.isArray(found) ? Number(found[1]) : 0;
    const server = servers.find((one) => one.port === port);
    if (!server) throw new Error(`No server of ours on port ${port}.`);
    return server;
  }

  /** Hands the lead over in order; resolves when the sentinels say so. */
  async function failover(): Promise<void> {
    const before = await master();
    await sentinels[0]?.probe.call("SENTINEL", "FAILOVER", MASTER_NAME);
    await eventually(async () => (await master()) !== before, { timeoutMs: 20_000 });
  }

  await settled();
  const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(",");
  return {
    servers,
    sentinels,
    master,
    failover,
    settled,
    url: `redis+sentinel://:${password}@${hosts}/${MASTER_NAME}`,
    stop: () => Promise.all([...servers, ...sentinels].map((server) => server.stop())),
  };
}

function watching(port: number): readonly string[] {
  return [
    `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${port} 2`,
    `sentinel auth-pass ${MASTER_NAME} ${password}`,
    `sentinel down-after-milliseconds ${MASTER_NAME} ${DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${MASTER_NAME} 3000`,
  ];
}

async function knowsAll(probe: RedisProcess["probe"]): Promise<boolean> {
  const state = await probe.call("SENTINEL", "MASTER", MASTER_NAME);
  const facts = Array.isArray(state) ? state.map(String) : [];
  const fact = (name: string) => Number(facts[facts.indexOf(name) + 1]);
  return fact("num-slaves") === REPLICAS && fact("num-other-sentinels") === SENTINELS - 1;
}

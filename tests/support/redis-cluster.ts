import type { ConnectionOptions } from "node:tls";
import { freePort, type RedisProcess, startRedisProcess } from "./redis-process.ts";
import { eventually } from "./wait.ts";

const SLOTS = 16_384;
const MASTERS = 3;
const password = "cluster-password";
// Shorter, and a busy machine makes them take a living master for dead.
const NODE_TIMEOUT_MS = 1_500;

export type RedisCluster = Awaited<ReturnType<typeof startRedisCluster>>;

/** Three masters that share all slots, with one replica each; they fail over after a second. */
export async function startRedisCluster(
  options: { config?: readonly string[]; tls?: ConnectionOptions } = {},
) {
  const config = [
    "cluster-enabled yes",
    `cluster-node-timeout ${NODE_TIMEOUT_MS}`,
    // However long a replica was cut off, in a test it may be promoted.
    "cluster-replica-validity-factor 0",
    "cluster-require-full-coverage no",
    "repl-diskless-sync-delay 0",
    "appendonly yes",
    "appendfsync everysec",
    'save ""',
    `requirepass ${password}`,
    `masterauth ${password}`,
    ...(options.config ?? []),
  ];
  const access = { password, tls: options.tls };
  const busPorts = await Promise.all(Array.from({ length: 2 * MASTERS }, freePort));
  const nodes = await Promise.all(
    busPorts.map((port) =>
      startRedisProcess({ config: [...config, `cluster-port ${port}`], access }),
    ),
  );
  await join(nodes, busPorts);

  /** The living node that holds a key's slot as a master, by its own word. */
  async function masterOf(key: string): Promise<RedisProcess> {
    const [first] = await living();
    const slot = await first?.probe.cluster("KEYSLOT", key);
    for (const node of await living()) {
      const lines = String(await node.probe.cluster("NODES")).split("\n");
      const self = lines.find((line) => line.includes("myself,master"))?.split(" ") ?? [];
      const holds = self.slice(8).some((range) => {
        const [from, to = from] = range.split("-").map(Number);
        return slot !== undefined && from !== undefined && from <= slot && slot <= (to ?? from);
      });
      if (holds) return node;
    }
    throw new Error(`Nobody holds ${key}.`);
  }

  async function replicaOf(master: RedisProcess): Promise<RedisProcess> {
    const followers = await master.probe.info("replication");
    const port = Number(/slave0:ip=[^,]*,port=(\d+)/.exec(followers)?.[1]);
    const replica = nodes.find((node) => node.port === port);
    if (!replica) throw new Error("It has no replica.");
    return replica;
  }

  /** Moves the slot of a key as far as its keys being in two places; resolves with how to end it. */
  async function beginMove(key: string, from: RedisProcess, to: RedisProcess) {
    const slot = await from.probe.cluster("KEYSLOT", key);
    const setSlot = (node: RedisProcess, ...state: string[]) =>
      node.probe.call("CLUSTER", "SETSLOT", slot, ...state);
    const [fromId, toId] = await Promise.all(
      [from, to].map(async ({ probe }) => String(await probe.call("CLUSTER", "MYID"))),
    );
    await setSlot(to, "IMPORTING", fromId ?? "");
    await setSlot(from, "MIGRATING", toId ?? "");
    const keys = (await from.probe.cluster("GETKEYSINSLOT", slot, 100)).map(String);
    const move = (some: readonly string[]) =>
      from.probe.call(
        ...["MIGRATE", "127.0.0.1", String(to.port), "", "0", "5000"],
        ...["AUTH", password, "KEYS", ...some],
      );
    await move(keys.filter((one) => one === key));
    return async () => {
      await move(keys.filter((one) => one !== key));
      await setSlot(to, "NODE", toId ?? "");
      await setSlot(from, "NODE", toId ?? "");
    };
  }

  async function living(): Promise<RedisProcess[]> {
    return nodes.filter(({ probe }) => probe.status === "ready");
  }

  return {
    nodes,
    masterOf,
    replicaOf,
    beginMove,
    /** Resolves when every master has its replica again and all agree. */
    settled: () => settled(nodes),
    url: `redis+cluster://:${password}@${nodes.map(({ port }) => `127.0.0.1:${port}`).join(",")}`,
    stop: () => Promise.all(nodes.map((node) => node.stop())),
  };
}

async function join(nodes: readonly RedisProcess[], busPorts: readonly number[]): Promise<void> {
  const masters = nodes.slice(0, MASTERS);
  const replicas = nodes.slice(MASTERS);
  for (const [index, { probe }] of nodes.entries()) {
    await probe.call("CLUSTER", "SET-CONFIG-EPOCH", index + 1);
  }
  for (const [index, { probe }] of masters.entries()) {
    const from = Math.floor((index * SLOTS) / MASTERS);
    const next = Math.floor(((index + 1) * SLOTS) / MASTERS);
    await probe.call("CLUSTER", "ADDSLOTSRANGE", from, next - 1);
  }
  for (const [index, { port }] of nodes.entries()) {
    const meet = ["MEET", "127.0.0.1", port, busPorts[index] ?? 0];
    if (index > 0) await nodes[0]?.probe.call("CLUSTER", ...meet);
  }
  for (const [index, { probe }] of replicas.entries()) {
    const masterId = String(await masters[index]?.probe.call("CLUSTER", "MYID"));
    const follow = () => probe.call("CLUSTER", "REPLICATE", masterId);
    await eventually(follow, { timeoutMs: 15_000 });
  }
  await settled(nodes);
}

async function settled(nodes: readonly RedisProcess[]): Promise<void> {
  for (const { probe } of nodes) {
    await eventually(() => isSettled(probe, nodes.length), { timeoutMs: 20_000 });
  }
}

async function isSettled(probe: RedisProcess["probe"], nodes: number): Promise<boolean> {
  const [cluster, replication] = await Promise.all([
    probe.cluster("INFO"),
    probe.info("replication"),
  ]);
  const isLinked = replication.includes("role:slave")
    ? replication.includes("master_link_status:up")
    : replication.includes("connected_slaves:1");
  return (
    String(cluster).includes("cluster_state:ok") &&
    String(cluster).includes(`cluster_known_nodes:${nodes}`) &&
    isLinked
  );
}

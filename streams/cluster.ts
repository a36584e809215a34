import { connect as connectTcp } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { AbstractConnector, Redis, type RedisOptions } from "ioredis";
import type { Endpoint } from "./address.ts";
import { messageOf, QueueUnavailableError } from "./errors.ts";
import { listOf, numberOf, textOf } from "./reply.ts";

/** A node that does not tell the layout within this is passed over for the next. */
const ASK_DEADLINE_MS = 1_000;
const ASK_AGAIN_AFTER_MS = 200;
const SLOTS = 16_384;

/** What every node of the cluster is reached with. */
export interface NodeAccess {
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: ConnectionOptions | undefined;
}

interface SlotRange {
  readonly first: number;
  readonly last: number;
  /** The master, then its replicas. */
  readonly nodes: readonly Endpoint[];
}

type Connector = NonNullable<RedisOptions["Connector"]>;

/**
 * Makes an ordinary connection lead to whichever master holds `key`: asked anew for each connection,
 * so that a failover or a moved slot costs one reconnect. Decision 0013 says why not ioredis's Cluster.
 */
export function ownerConnector(
  seeds: readonly Endpoint[],
  access: NodeAccess,
  key: string,
  disconnectTimeoutMs: number,
): Connector {
  return class OwnerConnector extends AbstractConnector {
    readonly #layout = new Layout(seeds, access);

    constructor() {
      super(disconnectTimeoutMs);
    }

    /** A replica would send every command away: look again. */
    override check(info: { role?: string }): boolean {
      return info.role === undefined || info.role === "master";
    }

    override async connect(report: (event: string, error: Error) => void) {
      this.connecting = true;
      const owner = await this.#find(report);
      const { tls } = access;
      this.stream = tls ? connectTls({ ...tls, ...owner }) : connectTcp(owner);
      this.stream.once("error", (error: Error) => {
        this.firstError = error;
      });
      return this.stream;
    }

    /** Never gives up by itself: a connector that fails once is not asked again. */
    async #find(report: (event: string, error: Error) => void): Promise<Endpoint> {
      while (this.connecting) {
        const owner = await this.#layout.ownerOf(key).catch((error: Error) => {
          if (this.connecting) report("error", error);
        });
        if (!this.connecting) break;
        if (owner) return owner;
        await Bun.sleep(ASK_AGAIN_AFTER_MS);
      }
      throw new Error("Connection is closed.");
    }
  };
}

/**
 * How many masters of a cluster hold slots, once all slots are held.
 * @throws QueueUnavailableError when that is not so within `deadlineMs`.
 */
export async function countMasters(
  seeds: readonly Endpoint[],
  access: NodeAccess,
  deadlineMs: number,
): Promise<number> {
  const layout = new Layout(seeds, access);
  const deadlineAt = performance.now() + deadlineMs;
  for (;;) {
    try {
      return mastersIn((await layout.ask()).ranges);
    } catch (error) {
      if (performance.now() > deadlineAt) throw error;
      await Bun.sleep(ASK_AGAIN_AFTER_MS);
    }
  }
}

function mastersIn(ranges: readonly SlotRange[]): number {
  const held = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  if (held < SLOTS) throw new QueueUnavailableError(`${SLOTS - held} slots have no master yet.`);
  return new Set(ranges.flatMap(({ nodes: [master] }) => (master ? [nameOf(master)] : []))).size;
}

/** Who holds which slots, as told by one node after the other: any of them may be behind. */
class Layout {
  readonly #seeds: readonly Endpoint[];
  readonly #access: NodeAccess;
  #nodes: readonly Endpoint[];

  constructor(seeds: readonly Endpoint[], access: NodeAccess) {
    this.#seeds = seeds;
    this.#access = access;
    this.#nodes = seeds;
  }

  async ownerOf(key: string): Promise<Endpoint> {
    const { slot, ranges } = await this.ask(key);
    const owner = ranges.find(({ first, last }) => first <= slot && slot <= last)?.nodes[0];
    if (owner) return owner;
    throw new QueueUnavailableError(`No master of the cluster holds slot ${slot}.`);
  }

  /** Asks one node after the other until one answers; next time it begins with another one. */
  async ask(key = ""): Promise<{ slot: number; ranges: readonly SlotRange[] }> {
    let failure: unknown;
    for (const [tried, node] of this.#nodes.entries()) {
      try {
        const answer = await askNode(node, this.#access, key);
        this.#learn(answer.ranges, [node, ...this.#nodes.slice(0, tried)]);
        return answer;
      } catch (error) {
        failure = new QueueUnavailableError(`${nameOf(node)}: ${messageOf(error)}`, error);
      }
    }
    throw failure;
  }

  /** Keeps the nodes it was given: their names may outlive every address it was told. */
  #learn(ranges: readonly SlotRange[], askLast: readonly Endpoint[]): void {
    const known = [...this.#seeds, ...ranges.flatMap(({ nodes }) => nodes)];
    const byName = new Map(known.map((node) => [nameOf(node), node]));
    const last = askLast.filter((node) => byName.delete(nameOf(node)));
    this.#nodes = [...byName.values(), ...last];
  }
}

async function askNode(node: Endpoint, access: NodeAccess, key: string) {
  const client = new Redis({
    ...access,
    ...node,
    protocol: 2,
    disableClientInfo: true,
    enableReadyCheck: false,
    retryStrategy: () => null,
    connectTimeout: ASK_DEADLINE_MS,
    commandTimeout: ASK_DEADLINE_MS,
  });
  let failure: Error | undefined;
  client.on("error", (error: Error) => {
    failure ??= error;
  });
  try {
    const [slot, slots] = await Promise.all([
      client.cluster("KEYSLOT", key),
      client.cluster("SLOTS"),
    ]);
    return { slot, ranges: listOf(slots).map((row) => rangeOf(row, node)) };
  } catch (error) {
    // "Connection is closed" says less than what closed it.
    throw failure ?? error;
  } finally {
    client.disconnect();
  }
}

/** `[first, last, [host, port, id, …], …]`; a node that does not know its own host leaves it out. */
function rangeOf(row: unknown, asked: Endpoint): SlotRange {
  const [first, last, ...nodes] = listOf(row);
  return {
    first: numberOf(first) ?? -1,
    last: numberOf(last) ?? -1,
    nodes: nodes.map((node) => {
      const [host, port] = listOf(node);
      const known = textOf(host) !== "" && textOf(host) !== "?";
      return { host: known ? textOf(host) : asked.host, port: numberOf(port) ?? asked.port };
    }),
  };
}

function nameOf({ host, port }: Endpoint): string {
  return `${host}:${port}`;
}

import { sleep } from "../../../src/lib/sleep.ts";
import { pendingRowsOf } from "../../../streams/reply.ts";
import { GROUP, keyOf, streamNames } from "../../../streams/topology.ts";
import type { Stack } from "./stack.ts";

const KEYSPACE = { prefix: "ll", partitions: 1 };
const LOOK_EVERY_MS = 50;
const GIVE_UP_AFTER_MS = 60_000;
const MOST = 1_000;

/** What a worker was at: entries of streams that are pending to it, and conversations it leases. */
interface Held {
  owner: string;
  items: Set<string>;
}

/**
 * Measures how long the work of a dead worker lies: from its last moment until each entry that was
 * pending to it belongs to another one or is settled, and each conversation that it leased was
 * claimed by another one. A piece that is never taken counts as infinitely long.
 */
export function measureTakeovers(stack: Stack) {
  const tookMs: number[] = [];
  const watched: Promise<void>[] = [];

  async function held(owner: string): Promise<Held> {
    const perStream = streamNames.map(async (stream) => {
      const key = keyOf(KEYSPACE, 0, stream);
      const rows = pendingRowsOf(await stack.redis.xpending(key, GROUP, "-", "+", MOST, owner));
      return rows.map(({ id }) => `${stream} ${id}`);
    });
    const leases = await stack.db.rows<{ id: string }>`
      select id from conversations where lease_owner = ${owner} and lease_until > now()
        and wake_seq > handled_seq`;
    const items = [...(await Promise.all(perStream)).flat(), ...leases.map(({ id }) => id)];
    return { owner, items: new Set(items) };
  }

  /** Leases that ran out count as held on until somebody else has the conversation. */
  async function stillHeld({ owner, items }: Held): Promise<Set<string>> {
    const now = await held(owner);
    const leased = await stack.db.rows<{ id: string }>`
      select id from conversations where lease_owner = ${owner} and wake_seq > handled_seq`;
    for (const { id } of leased) now.items.add(id);
    return new Set([...items].filter((item) => now.items.has(item)));
  }

  async function follow(taken: Held, diedAtMs: number): Promise<void> {
    let left = taken.items;
    while (left.size > 0) {
      const passedMs = performance.now() - diedAtMs;
      if (passedMs > GIVE_UP_AFTER_MS) break;
      await sleep(LOOK_EVERY_MS);
      const still = await stillHeld({ ...taken, items: left });
      const atMs = performance.now() - diedAtMs;
      tookMs.push(...Array.from({ length: left.size - still.size }, () => atMs));
      left = still;
    }
    tookMs.push(...Array.from(left, () => Number.POSITIVE_INFINITY));
  }

  return {
    /** Of every piece of work that was taken over. */
    tookMs,
    /** To be called when the process stands still (SIGSTOP) and before it is killed. */
    dies: async (pid: number): Promise<void> => {
      const diedAtMs = performance.now();
      const worker = await stack.db.first<{ id: string }>`
        select id from workers where pid = ${pid} order by seen_at desc limit 1`;
      if (worker) watched.push(follow(await held(worker.id), diedAtMs));
    },
    all: () => Promise.all(watched),
  };
}

/** The value below which so large a share of the values lies; 0 of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

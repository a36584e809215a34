import { expect, test } from "bun:test";
import { OrderedQueue } from "../../streams/order.ts";

interface Item {
  no: number;
  keys: string[];
}

/** LEADLINE_SEED=… repeats a run. */
const seed = Number(process.env["LEADLINE_SEED"] ?? crypto.getRandomValues(new Uint32Array(1))[0]);

function randomOf(start: number): (below: number) => number {
  let state = start >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type Batch = ReturnType<OrderedQueue<Item>["take"]>;

/** Nobody else has a key of the batch, and none of its entries overtook an earlier one. */
function expectInOrder(batch: Batch, running: readonly Batch[], lastOf: Map<string, number>): void {
  const busy = new Set(running.flatMap(({ items }) => items.flatMap(({ keys }) => keys)));
  for (const { no, keys } of batch.items) {
    expect(keys.filter((key) => busy.has(key))).toEqual([]);
    for (const key of keys) {
      expect(no).toBeGreaterThanOrEqual(lastOf.get(key) ?? -1);
      lastOf.set(key, no);
    }
  }
}

/** Adds, takes and finishes in any order; returns what was handed out. */
function play(random: (below: number) => number, count: number): number[] {
  const queue = new OrderedQueue<Item>((item) => item.keys);
  const out: number[] = [];
  const running: Batch[] = [];
  const lastOf = new Map<string, number>();
  let added = 0;
  const acts = [
    () => {
      if (added >= count) return;
      queue.add([{ no: added, keys: Array.from({ length: random(3) }, () => `k${random(5)}`) }]);
      added += 1;
    },
    () => {
      if (running.length >= 3) return;
      const batch = queue.take(1 + random(4));
      expectInOrder(batch, running, lastOf);
      out.push(...batch.items.map(({ no }) => no));
      running.push(batch);
    },
    () => running.splice(random(running.length), 1)[0]?.done(),
  ];
  while (out.length < count || running.length > 0) acts[random(3)]?.();
  return out;
}

test(`every entry comes once, and none overtakes one it shares a key with (seed ${seed})`, () => {
  const random = randomOf(seed);
  for (let round = 0; round < 300; round += 1) {
    const out = play(random, 40);
    expect(out.toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: 40 }, (_, no) => no),
    );
  }
});

test("an entry that knows two keys holds back what shares either, and what has none may go", () => {
  const queue = new OrderedQueue<Item>((item) => item.keys);
  const item = (no: number, ...keys: string[]) => ({ no, keys });
  queue.add([item(1, "phone"), item(2, "phone", "bsuid"), item(3, "bsuid"), item(4), item(5, "x")]);
  const first = queue.take(1);
  const second = queue.take(10);
  const numbers = (batch: { items: readonly Item[] }) => batch.items.map(({ no }) => no);
  expect([numbers(first), numbers(second)]).toEqual([[1], [4, 5]]);
  first.done();
  expect(numbers(queue.take(10))).toEqual([2, 3]);
});

import { describe, expect, test } from "bun:test";
import { createPlaces, type Place } from "../../src/lib/places.ts";

/** A room whose visitors stay until the test lets them go. */
function room(total: number, ofOneKey: number) {
  const places = createPlaces({ total, ofOneKey });
  const inside: { name: string; place: Place }[] = [];
  const turnedAway: string[] = [];
  return {
    places,
    turnedAway,
    inside: () => inside.map(({ name }) => name),
    /** The key is the name's first letter. */
    async come(name: string, waitingAtMost = 10, signal = new AbortController().signal) {
      void places.take(name.slice(0, 1), { waitingAtMost, signal }).then((place) => {
        if (place) inside.push({ name, place });
        else turnedAway.push(name);
      });
      await Bun.sleep(0);
    },
    async go(name: string) {
      const at = inside.findIndex((one) => one.name === name);
      inside.splice(at, 1)[0]?.place.release();
      await Bun.sleep(0);
    },
  };
}

describe("places", () => {
  test("no key holds more than its share, and what is free stays for the others", async () => {
    const { come, inside, go } = room(3, 2);
    for (const name of ["a1", "a2", "a3", "b1"]) await come(name);
    expect(inside()).toEqual(["a1", "a2", "b1"]);
    await go("b1");
    expect(inside()).toEqual(["a1", "a2"]);
    await go("a1");
    expect(inside()).toEqual(["a2", "a3"]);
  });

  test("a free place goes to the key that holds the fewest, in the order of coming within it", async () => {
    const { come, inside, go } = room(4, 3);
    for (const name of ["a1", "a2", "a3", "b1"]) await come(name);
    for (const name of ["a4", "b2", "b3", "c1"]) await come(name);
    await go("a1");
    expect(inside()).toEqual(["a2", "a3", "b1", "c1"]);
    await go("a2");
    await go("a3");
    expect(inside()).toEqual(["b1", "c1", "a4", "b2"]);
  });

  test("between equals, to the one that was served longest ago", async () => {
    const { come, inside, go } = room(1, 1);
    await come("x1");
    for (const name of ["a1", "a2", "b1", "b2", "c1"]) await come(name);
    const served = [];
    for (let [next] = inside(); next; [next] = inside()) {
      served.push(next);
      await go(next);
    }
    expect(served).toEqual(["x1", "a1", "b1", "c1", "a2", "b2"]);
  });

  test("turns away who comes after as many as may wait, and counts who is in hand", async () => {
    const { come, inside, turnedAway, go, places } = room(2, 1);
    await come("a1", 0);
    await come("a2", 1);
    await come("a3", 1);
    await come("b1", 0);
    await come("c1", 0);
    expect({ inside: inside(), turnedAway }).toEqual({
      inside: ["a1", "b1"],
      turnedAway: ["a3", "c1"],
    });
    expect(["a", "b", "c"].map(places.inHand)).toEqual([2, 1, 0]);
    await go("a1");
    await go("a2");
    expect(places.inHand("a")).toBe(0);
  });

  test("whose signal aborts while it waits leaves the queue; while it holds a place, the place", async () => {
    const { come, inside, turnedAway, places } = room(1, 1);
    const [holds, waits] = [new AbortController(), new AbortController()];
    await come("a1", 10, holds.signal);
    await come("a2", 10, waits.signal);
    await come("a3");
    waits.abort();
    await Bun.sleep(0);
    expect(turnedAway).toEqual(["a2"]);
    holds.abort();
    await Bun.sleep(0);
    // a1 has not come back, and never may.
    expect(inside()).toEqual(["a1", "a3"]);
    expect(places.inHand("a")).toBe(1);
    await come("a4", 10, AbortSignal.abort());
    expect(turnedAway).toEqual(["a2", "a4"]);
  });

  test("a place is given back once, however often that is said", async () => {
    const { places, come, inside } = room(1, 1);
    const { signal } = new AbortController();
    const place = await places.take("a", { waitingAtMost: 0, signal });
    place?.release();
    place?.release();
    for (const name of ["b1", "c1"]) await come(name);
    expect(inside()).toEqual(["b1"]);
  });

  test("thousands of comings and goings leave nothing behind", async () => {
    const places = createPlaces({ total: 8, ofOneKey: 3 });
    const now = new Map<string, number>();
    const most = { all: 0, one: 0 };
    let served = 0;
    await Promise.all(
      Array.from({ length: 3_000 }, async (_, at) => {
        const key = String(at % 3);
        const place = await places.take(key, { waitingAtMost: 1_000, signal: AbortSignal.any([]) });
        if (!place) return;
        now.set(key, (now.get(key) ?? 0) + 1);
        most.one = Math.max(most.one, now.get(key) ?? 0);
        most.all = Math.max(
          most.all,
          [...now.values()].reduce((sum, count) => sum + count, 0),
        );
        if (at % 5 === 0) await Bun.sleep(0);
        now.set(key, (now.get(key) ?? 1) - 1);
        served += 1;
        place.release();
      }),
    );
    expect({ served, ...most }).toEqual({ served: 3_000, all: 8, one: 3 });
    for (let key = 0; key < 3; key += 1) expect(places.inHand(String(key))).toBe(0);
  });
});

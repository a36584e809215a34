import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { decision } from "../flows/world.ts";
import { createLife } from "./life.ts";
import { playSeeds, type Random, seedsFor } from "./random.ts";
import { createStage, type Stage } from "./stage.ts";

/**
 * One conversation's life, in any order: texts that come twice and late, turns on two workers, processes
 * that die or come back as zombies, sends that nobody knows the end of, statuses in any order, people
 * who take over and give back, stop words. After every step the promises are looked at; in the end
 * everything settles. `LEADLINE_SEEDS` says how many schedules to play.
 */
const SEEDS = Number(process.env["LEADLINE_SEEDS"] ?? 2_000);
/** Played by one test: between tests the runner hears that it goes on. */
const SEEDS_PER_TEST = 100;
const STEPS = 30;

let stage: Stage;
beforeAll(async () => {
  stage = await createStage("simulation");
});
afterAll(() => stage.close());

describe("invariants 8–13, 16, 31: no schedule answers twice, sends after a takeover, regresses or forgets", () => {
  const seeds = seedsFor(SEEDS);
  let posts = 0;
  let zombies = 0;
  for (let start = 0; start < seeds.length; start += SEEDS_PER_TEST) {
    const some = seeds.slice(start, start + SEEDS_PER_TEST);
    test(
      `seeds ${some[0]} to ${some.at(-1)}`,
      async () => {
        await playSeeds(some, async (random, seed) => {
          const life = await createLife(stage, seed);
          for (let step = 0; step < STEPS; step += 1) {
            await act(life, random);
            await life.check();
          }
          await life.settle();
          await life.check();
          await life.checkSettled();
          posts += life.ledger.size;
          zombies += life.zombies();
        });
      },
      5 * 60_000,
    );
  }

  // A simulation in which nothing happens would pass as well; a single schedule may be an idle one.
  test.if(seeds.length > 1)("messages were sent, and zombies came back", () => {
    expect(posts).toBeGreaterThan(0);
    expect(zombies).toBeGreaterThan(0);
  });
});

type Life = Awaited<ReturnType<typeof createLife>>;

const reply = { kind: "reply", decision, text: "An answer." } as const;
const silence = { kind: "no_reply", decision } as const;

/** One thing that can happen next, chosen by the seed. */
async function act(life: Life, random: Random): Promise<void> {
  const thinking = random.pick(stage.thinking);
  const sending = random.pick(stage.sending);
  const acts: (() => Promise<unknown> | undefined)[] = [
    () => life.write("How much is it?"),
    () => life.write("And when?"),
    () => life.writeAgain(random),
    () => (random.chance(25) ? life.stop() : undefined),
    () => (random.chance(25) ? life.write("START") : undefined),
    () => life.turn("w1"),
    () => life.turn("w2"),
    () => thinking?.answer(random.chance(80) ? reply : silence),
    () => thinking?.answer(reply),
    () => (random.chance(30) ? thinking?.answer(new Error("The model fell over.")) : undefined),
    () => life.loseTurns(),
    () => life.deliver("w1"),
    () => life.deliver("w2"),
    () => (sending ? life.end(sending, random) : undefined),
    () => (sending ? life.end(sending, random) : undefined),
    () => life.loseSend(random),
    async () => {
      await life.loseSend(random);
      await stage.sweep();
      await life.deliver(random.chance(50) ? "w1" : "w2");
    },
    () => life.receipt(random),
    () => life.receipt(random),
    () => (random.chance(30) ? life.takeOver() : undefined),
    () => (random.chance(50) ? life.release() : undefined),
    () => stage.sweep(),
    () => life.timePasses(),
  ];
  await random.pick(acts)?.();
}

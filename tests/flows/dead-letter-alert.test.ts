import { describe, expect, test } from "bun:test";
import { deadLetterAlert } from "../../src/flows/dead-letters/alert.ts";
import { countRecentLetters } from "../../src/flows/dead-letters/rate.ts";
import { lettersOf } from "./letters.ts";
import { createWorld } from "./world.ts";

const judge = (lastTenMinutes: number, dayBefore: number) =>
  deadLetterAlert({ stream: "inbound", lastTenMinutes, dayBefore });

describe("the alert about dead letters", () => {
  test.each([
    ["silence", 0, 0, false],
    ["a mishap or five on a quiet day", 5, 0, false],
    ["more than five on a quiet day", 6, 0, true],
    ["a bad day that goes on as it was", 20, 144 * 20, false],
    ["a bad day at three times its mean", 60, 144 * 20, false],
    ["a bad day that gets worse than that", 61, 144 * 20, true],
  ])("%s", (_, lastTenMinutes, dayBefore, raised) => {
    expect(judge(lastTenMinutes, dayBefore).raised).toBe(raised);
  });

  test("says what is usual, and where to look while it is raised", () => {
    expect(judge(12, 288)).toEqual({
      raised: true,
      value: 12,
      threshold: 6,
      text: '12 entries of "inbound" given up in 10 minutes (usually 2.0). See why: bun run dead list --stream inbound --state waiting',
    });
    expect(judge(1, 0).text).toBe(
      '1 entry of "inbound" given up in 10 minutes (none in the day before).',
    );
  });

  test("is fed with the counts of the last ten minutes and of the day before them", async () => {
    const world = await createWorld("letter-rate");
    try {
      const letters = lettersOf(world);
      const agesMinutes = [0, 9, 11, 24 * 60 + 9, 24 * 60 + 11];
      for (const minutes of agesMinutes) {
        const id = await letters.bury("inbound", {});
        await world.db.rows`update dead_letters
          set created_at = now() - ${minutes} * interval '1 minute' where id = ${id}`;
      }
      await letters.bury("turns", {});
      expect(await countRecentLetters(world.db)).toEqual([
        { stream: "inbound", lastTenMinutes: 2, dayBefore: 2 },
        { stream: "turns", lastTenMinutes: 1, dayBefore: 0 },
      ]);
    } finally {
      await world.close();
    }
  }, 30_000);
});

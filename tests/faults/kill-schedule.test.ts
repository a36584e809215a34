import { expect, test } from "bun:test";
import { killSchedule, slotNames } from "./support/kill-schedule.ts";

test("a seed names the same blows again, another seed others", () => {
  expect(killSchedule(200, 7)).toEqual(killSchedule(200, 7));
  expect(killSchedule(200, 7)).not.toEqual(killSchedule(200, 8));
});

test("it holds as many kills as asked for, pauses among them, and spares nobody", () => {
  const blows = killSchedule(200, 7);
  const kills = blows.filter(({ pauseMs }) => pauseMs === null);
  expect(kills).toHaveLength(200);
  expect(blows.length).toBeGreaterThan(200);
  expect(new Set(kills.map(({ slot }) => slot))).toEqual(new Set(slotNames));
});

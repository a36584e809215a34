import { expect, test } from "bun:test";
import { mkdir, readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { removeLeftBehind } from "../../src/storage/incoming.ts";
import { tempDir } from "../support/servers.ts";

const HOUR_S = 3_600;

test("what a crash has left goes after an hour; what may be under way and folders stay", async () => {
  const dir = tempDir("incoming");
  const nowS = Math.floor(Date.now() / 1_000);
  for (const [name, ageS] of [
    ["old", HOUR_S + 1],
    ["fresh", HOUR_S - 60],
  ] as const) {
    await Bun.write(join(dir, name), "half a file");
    await utimes(join(dir, name), nowS, nowS - ageS);
  }
  await mkdir(join(dir, "folder"));
  await utimes(join(dir, "folder"), nowS, nowS - 2 * HOUR_S);
  expect(await removeLeftBehind(dir, nowS * 1_000)).toBe(1);
  expect((await readdir(dir)).toSorted()).toEqual(["folder", "fresh"]);
  expect(await removeLeftBehind(dir, nowS * 1_000)).toBe(0);
});

import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { startEmbedded } from "../src/ops/embedded.ts";
import { createLogger } from "../src/ops/logger.ts";
import { type Bite, broken } from "./bites/bite.ts";
import { flowBites } from "./bites/flows.ts";
import { inboundBites } from "./bites/inbound.ts";
import { streamBites } from "./bites/streams.ts";
import { runBunTest } from "./tests/run-bun-test.ts";

const root = join(import.meta.dir, "..");
const bites = [...streamBites, ...flowBites, ...inboundBites];
const TEST_LIMIT_MS = 30_000;
const SILENT_MS = 2 * 60_000;
/** Of the simulation: what a broken guard does shows soon. */
const SCHEDULES = "200";

/**
 * Breaks each guard in a copy of the tree and expects its test to go red; before that the same test
 * must be green. Words on the command line choose: `check:bites 17` or `check:bites streams/lua`.
 */
async function main(words: readonly string[]): Promise<number> {
  const chosen = bites.filter((bite) => words.every((word) => isAbout(bite, word)));
  const copy = mkdtempSync(join(tmpdir(), "leadline-bites-"));
  const log = createLogger({ level: "warn", role: "tests" });
  await copyTree(copy);
  const servers = await startEmbedded({
    dataDir: mkdtempSync(join(copy, "servers-")),
    postgres: true,
    redis: true,
    durable: false,
    log,
  });
  const env = {
    TEST_DATABASE_URL: servers.databaseUrl ?? "",
    TEST_REDIS_URL: servers.redisUrl ?? "",
    LEADLINE_SEEDS: SCHEDULES,
  };
  let toothless = 0;
  try {
    for (const bite of chosen) {
      const verdict = await check(copy, bite, env);
      if (verdict !== null) toothless += 1;
      console.log(
        `${verdict === null ? "✓" : "✗"} ${String(bite.invariant).padStart(2)}  ${bite.breaks}`,
      );
      if (verdict !== null) console.log(`      ${bite.test}: ${verdict}`);
    }
  } finally {
    await servers.stop();
    rmSync(copy, { recursive: true, force: true });
  }
  console.log(`${chosen.length - toothless} of ${chosen.length} broken guards were noticed.`);
  return toothless === 0 && chosen.length > 0 ? 0 : 1;
}

function isAbout(bite: Bite, word: string): boolean {
  return /^\d+$/.test(word)
    ? bite.invariant === Number(word)
    : `${bite.file} ${bite.test}`.includes(word);
}

/** Every file that git knows or would know; the packages are linked. */
async function copyTree(to: string): Promise<void> {
  const listed = Bun.spawnSync(["git", "ls-files", "-z", "-co", "--exclude-standard"], {
    cwd: root,
  });
  for (const file of listed.stdout.toString().split("\0").filter(Boolean)) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    await cp(join(root, file), join(to, file));
  }
  symlinkSync(join(root, "node_modules"), join(to, "node_modules"));
}

/** Null when the test is green with the guard and red without it; else what was seen. */
async function check(
  copy: string,
  bite: Bite,
  env: Readonly<Record<string, string>>,
): Promise<string | null> {
  const path = join(copy, bite.file);
  const whole = readFileSync(path, "utf8");
  if ((await outcomeOf(copy, bite, env)) !== "green") return "is not green to begin with";
  writeFileSync(path, broken(whole, bite));
  const outcome = await outcomeOf(copy, bite, env);
  writeFileSync(path, whole);
  return outcome === "red" ? null : `is ${outcome} without its guard`;
}

/** `broken`: no test ran to a verdict, so it says nothing about the guard. */
async function outcomeOf(
  cwd: string,
  { test, name }: Bite,
  env: Readonly<Record<string, string>>,
): Promise<"green" | "red" | "broken"> {
  const pattern = name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const { cases, wedged } = await runBunTest({
    args: [test, "-t", pattern, `--timeout=${TEST_LIMIT_MS}`],
    label: test,
    silentMs: SILENT_MS,
    env,
    cwd,
    print: () => {},
  });
  const ran = cases.filter(({ outcome }) => outcome !== "skipped");
  const failed = ran.filter(({ outcome }) => outcome === "failed");
  if (wedged) return "red";
  if (ran.length === 0 || failed.some(({ file }) => file === test)) return "broken";
  return failed.length > 0 ? "red" : "green";
}

process.exit(await main(process.argv.slice(2)));

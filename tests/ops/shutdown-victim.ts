import { sleep } from "../../src/lib/sleep.ts";
import { createCrashPoints } from "../../src/ops/crash-points.ts";
import { createLogger } from "../../src/ops/logger.ts";
import { handleShutdown } from "../../src/ops/shutdown.ts";

// Run as a process: registers stop steps of the kind asked for, says "ready", and waits.
const kind = process.argv[2] ?? "";
const say = (text: string) => process.stdout.write(`${text}\n`);
const shutdown = handleShutdown({ log: createLogger({ level: "info", role: "test" }) });

shutdown.add({
  name: "first",
  graceMs: kind === "hang" ? 50 : 60_000,
  stop: async () => {
    say("step first begins");
    if (kind === "fail") throw new Error("cannot stop");
    if (kind === "hang" || kind === "slow") await sleep(60_000);
    if (kind === "brief") await sleep(100);
    if (kind === "throw-while-stopping") {
      setTimeout(() => {
        throw new Error("late");
      }, 0);
      await sleep(20);
    }
    say("step first ends");
  },
});
shutdown.add({ name: "second", graceMs: 1_000, stop: () => void say("step second") });

setInterval(() => undefined, 60_000);
say("ready");
if (kind === "crash-point") createCrashPoints(["turn:claimed", "turn:thought"])("turn:thought");
if (kind === "other-point") createCrashPoints(["turn:claimed"])("turn:thought");
if (kind === "throw") throw new Error("a bug");
if (kind === "reject") void Promise.reject(new Error("a forgotten promise"));
if (kind === "exit-3") void shutdown.exit(3, "asked");

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { eventually } from "../support/wait.ts";

/** A process with the given stop steps; it has registered them once this resolves. */
async function victim(kind: string) {
  const child = Bun.spawn(
    [process.execPath, "--no-env-file", join(import.meta.dir, "shutdown-victim.ts"), kind],
    { stdout: "pipe", stderr: "pipe" },
  );
  let text = "";
  const reader = child.stdout.getReader();
  const read = async () => {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      text += new TextDecoder().decode(chunk.value);
    }
  };
  const drained = read();
  await eventually(() => text.includes("ready"));
  const ended = async () => {
    await child.exited;
    await drained;
    return { code: child.exitCode, signal: child.signalCode };
  };
  return { kill: (name: NodeJS.Signals) => child.kill(name), said: () => text, ended };
}

describe("shutdown", () => {
  test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "on %s runs the steps in order, code 0",
    async (signal) => {
      const process = await victim("good");
      process.kill(signal);
      expect(await process.ended()).toMatchObject({ code: 0 });
      expect(process.said()).toMatch(/first begins.*first ends.*step second/s);
    },
  );

  test("goes on after a step that fails, and tells by code 1", async () => {
    const process = await victim("fail");
    process.kill("SIGTERM");
    expect(await process.ended()).toMatchObject({ code: 1 });
    expect(process.said()).toContain("step second");
    expect(process.said()).toContain("cannot stop");
  });

  test("cuts off a step at its grace time, and tells by code 1", async () => {
    const process = await victim("hang");
    process.kill("SIGTERM");
    expect(await process.ended()).toMatchObject({ code: 1 });
    expect(process.said()).toContain("step second");
  });

  test("is immediate on a second signal", async () => {
    const process = await victim("slow");
    process.kill("SIGTERM");
    await eventually(() => process.said().includes("step first begins"));
    let code = Number.NaN;
    void process.ended().then((end) => {
      code = end.code ?? -1;
    });
    await eventually(() => {
      process.kill("SIGTERM");
      return !Number.isNaN(code);
    });
    expect(code).toBe(1);
    expect(process.said()).not.toContain("step second");
  });

  test("takes the echo of one Ctrl-C under `bun run` for what it is", async () => {
    const process = await victim("brief");
    process.kill("SIGINT");
    await eventually(() => process.said().includes("step first begins"));
    process.kill("SIGINT");
    expect(await process.ended()).toMatchObject({ code: 0 });
    expect(process.said()).toContain("step second");
  });

  test.each(["throw", "reject"])(
    "follows an error that nobody caught (%s), code 1",
    async (kind) => {
      const process = await victim(kind);
      expect(await process.ended()).toMatchObject({ code: 1 });
      expect(process.said()).toContain("uncaught: this process cannot go on");
      expect(process.said()).toContain("step second");
    },
  );

  test("is finished although an error that nobody caught comes in between", async () => {
    const process = await victim("throw-while-stopping");
    process.kill("SIGTERM");
    expect(await process.ended()).toMatchObject({ code: 1 });
    expect(process.said()).toContain("step second");
  });

  test("keeps the code it was asked for", async () => {
    expect(await (await victim("exit-3")).ended()).toMatchObject({ code: 3 });
  });
});

describe("a crash point", () => {
  test("kills the process when its step is listed", async () => {
    const process = await victim("crash-point");
    expect(await process.ended()).toMatchObject({ signal: "SIGKILL" });
    expect(process.said()).not.toContain("step first");
  });

  test("does nothing at other steps", async () => {
    const process = await victim("other-point");
    process.kill("SIGTERM");
    expect(await process.ended()).toMatchObject({ code: 0 });
  });
});

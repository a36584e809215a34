import { join } from "node:path";

export const root = join(import.meta.dir, "..", "..");

/** Empty when all is well, else what is wrong, as a person should read it. */
export type Verdict = string;

const DEADLINE_MS = 5 * 60_000;

/** Runs a tool of node_modules in this Bun, without a terminal to ask questions in. */
export async function runTool(
  script: string,
  args: readonly string[],
): Promise<{ ok: boolean; output: string }> {
  const child = Bun.spawn([process.execPath, join(root, "node_modules", script), ...args], {
    cwd: root,
    env: { ...process.env, NO_COLOR: "1" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: DEADLINE_MS,
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  await child.exited;
  const ended = `${script} ended with ${child.exitCode ?? child.signalCode}.`;
  return { ok: child.exitCode === 0, output: `${out}${err}`.trim() || ended };
}

/** The tool's own words when it fails. */
export async function checkWith(script: string, args: readonly string[]): Promise<Verdict> {
  const { ok, output } = await runTool(script, args);
  return ok ? "" : output;
}

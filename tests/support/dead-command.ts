import { join } from "node:path";

const ROOT = join(import.meta.dir, "..", "..");

/** Runs `bun run dead …` as a process that sees only this database, as an operator named Olga. */
export async function runDead(databaseUrl: string, args: readonly string[]) {
  const child = Bun.spawn([process.execPath, "--no-env-file", "scripts/dead.ts", ...args], {
    cwd: ROOT,
    env: { PATH: process.env["PATH"] ?? "", DATABASE_URL: databaseUrl, USER: "olga" },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { stdout, stderr, exitCode };
}

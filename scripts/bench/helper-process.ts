import { join } from "node:path";

export interface HelperProcess {
  pid: number;
  url: string;
}

/** Starts a script of this folder as a process of its own; the first line it prints is its address. */
export async function startHelper(
  stack: AsyncDisposableStack,
  script: string,
  config: unknown = {},
): Promise<HelperProcess> {
  const path = join(import.meta.dir, script);
  const child = Bun.spawn([process.execPath, "--no-env-file", path, JSON.stringify(config)], {
    stdout: "pipe",
    stderr: "inherit",
  });
  stack.defer(async () => {
    child.kill("SIGKILL");
    await child.exited;
  });
  const { value } = await child.stdout.getReader().read();
  if (value === undefined) throw new Error(`${script} ended instead of serving.`);
  return { pid: child.pid, url: new TextDecoder().decode(value).trim() };
}

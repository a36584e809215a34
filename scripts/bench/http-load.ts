import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SignedWebhook } from "./lead-messages.ts";

/** What one round of a loader saw. Latencies in milliseconds. */
export interface LoadReport {
  acknowledged: number;
  /** Answers that were not 200, and connections that broke. */
  failed: number;
  seconds: number;
  p50Ms: number;
  p99Ms: number;
}

export interface Loader {
  /** Said beside the figures. */
  name: string;
  connections: number;
  run(url: string, seconds: number): Promise<LoadReport>;
}

const CONNECTIONS = 64;

/**
 * Posts the given webhooks, each signed beforehand, over 64 keep-alive connections, in the order of
 * the list and again from its start. `wrk` where it is installed, else a Bun process of ours that
 * costs more CPU and so shows less of the server.
 */
export function createLoader(dir: string, webhooks: readonly SignedWebhook[]): Loader {
  const file = join(dir, "webhooks.txt");
  writeFileSync(file, webhooks.map(({ signature, body }) => `${signature} ${body}\n`).join(""));
  const wrk = Bun.which("wrk");
  const script = (name: string) => join(import.meta.dir, name);
  const command = (url: string, seconds: number) =>
    wrk === null
      ? [process.execPath, script("bun-loader.ts"), url, String(CONNECTIONS), String(seconds), file]
      : [wrk, "-t1", `-c${CONNECTIONS}`, `-d${seconds}s`, "-s", script("wrk.lua"), url, file];
  return {
    name: wrk === null ? "a Bun process (wrk is not installed)" : "wrk, 1 thread",
    connections: CONNECTIONS,
    run: async (url, seconds) => {
      const child = Bun.spawn(command(url, seconds), {
        stdout: "pipe",
        stderr: "pipe",
        timeout: seconds * 1_000 + 20_000,
      });
      const printed = await new Response(child.stdout).text();
      const report = /^REPORT (.*)$/m.exec(printed)?.[1];
      if (report === undefined) {
        throw new Error(`The loader failed: ${await new Response(child.stderr).text()}${printed}`);
      }
      return JSON.parse(report) as LoadReport;
    },
  };
}

import { readFileSync } from "node:fs";
import { percentile } from "./measure.ts";

/** Where wrk is missing: `bun bun-loader.ts <url> <connections> <seconds> <file>`; prints wrk.lua's line. */
const [url = "", connections = "", seconds = "", file = ""] = process.argv.slice(2);
const webhooks = readFileSync(file, "utf8").trimEnd().split("\n").map(readLine);
const latenciesMs: number[] = [];
let failed = 0;
let next = 0;

const startedMs = performance.now();
const endMs = startedMs + Number(seconds) * 1_000;
await Promise.all(Array.from({ length: Number(connections) }, postUntilEnd));
const report = {
  acknowledged: latenciesMs.length,
  failed,
  seconds: (performance.now() - startedMs) / 1_000,
  p50Ms: percentile(latenciesMs, 50),
  p99Ms: percentile(latenciesMs, 99),
};
console.log(`REPORT ${JSON.stringify(report)}`);

function readLine(line: string) {
  const cut = line.indexOf(" ");
  return {
    body: line.slice(cut + 1),
    headers: { "content-type": "application/json", "x-hub-signature-256": line.slice(0, cut) },
  };
}

async function postUntilEnd(): Promise<void> {
  while (performance.now() < endMs) {
    const webhook = webhooks[next++ % webhooks.length];
    const sentMs = performance.now();
    const status = await fetch(url, { method: "POST", ...webhook }).then(
      async (answer) => {
        await answer.arrayBuffer();
        return answer.status;
      },
      () => 0,
    );
    if (status === 200) latenciesMs.push(performance.now() - sentMs);
    else failed += 1;
  }
}

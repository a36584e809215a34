import { parseArgs } from "node:util";
import { errorMessage } from "../../src/lib/errors.ts";
import { stopProcesses } from "../../tests/support/processes.ts";
import { fairness } from "./fairness.ts";
import { ingestRows } from "./ingest-rows.ts";
import { listEndpoints } from "./list-endpoints.ts";
import { live } from "./live.ts";
import type { Measure, Outcome } from "./measure.ts";
import { memorySoak } from "./memory-soak.ts";
import { repliesSustained, webhookToSendLatency } from "./message-path.ts";
import { queue } from "./queue.ts";
import { facts, jsonLines, table } from "./report.ts";
import { lookAround } from "./surroundings.ts";
import { warmStart } from "./warm-start.ts";
import { webhookRequests } from "./webhook-requests.ts";

const measures: readonly Measure[] = [
  webhookRequests,
  webhookToSendLatency,
  repliesSustained,
  warmStart,
  ingestRows,
  queue,
  fairness,
  live,
  listEndpoints,
  memorySoak,
];

const USAGE = `bun run bench [--json] [--only <name>]
Measures: ${measures.map(({ name }) => name).join(", ")}`;

/** What runs now and must end with us, also when somebody presses Ctrl-C. */
let running = new AsyncDisposableStack();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  // Twice: what was just being started is there by then.
  process.once(
    signal,
    () =>
      void stopAll()
        .then(stopAll)
        .finally(() => process.exit(130)),
  );
}
process.exit(await main());

async function main(): Promise<number> {
  const chosen = choose();
  if (chosen === null) return 1;
  const { json, selected } = chosen;
  // In JSON mode standard output carries figures only.
  const say = json ? console.error : console.log;
  say(facts(await lookAround(running)));
  await stopAll();
  const outcomes: Outcome[] = [];
  let failures = 0;
  for (const measure of selected) {
    say(`\nMeasuring ${measure.name} …`);
    try {
      const outcome = await measure.run(running);
      outcomes.push(outcome);
      if (json) console.log(jsonLines(outcome));
    } catch (error) {
      failures += 1;
      say(`${measure.name} failed: ${errorMessage(error)}`);
    } finally {
      await stopAll();
    }
  }
  if (!json) console.log(`\n${table(outcomes)}`);
  return failures === 0 ? 0 : 1;
}

function choose(): { json: boolean; selected: readonly Measure[] } | null {
  const { values } = parseArgs({
    options: { json: { type: "boolean", default: false }, only: { type: "string" } },
  });
  const selected = measures.filter(({ name, isLong }) =>
    values.only === undefined ? !isLong : values.only === name,
  );
  if (selected.length > 0) return { json: values.json, selected };
  console.error(`There is no measure "${values.only}".\n${USAGE}`);
  return null;
}

async function stopAll(): Promise<void> {
  const ending = running;
  running = new AsyncDisposableStack();
  await stopProcesses();
  await ending.disposeAsync();
}

import { setTimeout as sleep } from "node:timers/promises";
import { errorMessage } from "../src/lib/errors.ts";
import { readArguments, type StreamsArguments, USAGE } from "./streams/arguments.ts";
import { openQueue, type QueueSource } from "./streams/source.ts";
import { painted, tableOf, unpainted } from "./streams/table.ts";

const HOME_AND_CLEAR = "\u001b[H\u001b[J";
const CLEAR_SCREEN = "\u001b[2J";

const asked = readArguments(process.argv.slice(2));
if (asked === null) console.log(USAGE);
else if (typeof asked === "string") {
  console.error(`${asked}\n\n${USAGE}`);
  process.exitCode = 2;
} else await main(asked);

async function main(options: StreamsArguments): Promise<void> {
  const ended = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ended.abort());
  try {
    const source = await openQueue();
    try {
      if (options.once) await show(source, options, "");
      else await follow(source, options, ended.signal);
    } finally {
      await source.close();
    }
  } catch (error) {
    console.error(errorMessage(error));
    process.exitCode = 1;
  }
}

/** Looks until told to stop; a look that fails is told in the table's place, and the next one comes. */
async function follow(source: QueueSource, options: StreamsArguments, ended: AbortSignal) {
  const redraws = Boolean(process.stdout.isTTY) && !options.json;
  if (redraws) process.stdout.write(CLEAR_SCREEN);
  const before = redraws ? HOME_AND_CLEAR : "";
  while (!ended.aborted) {
    await show(source, options, before).catch((error: unknown) =>
      redraws
        ? process.stdout.write(`${before}${errorMessage(error)}\nLooking again …\n`)
        : console.error(errorMessage(error)),
    );
    await sleep(options.everyMs, undefined, { signal: ended }).catch(() => undefined);
  }
}

async function show(source: QueueSource, { json }: StreamsArguments, before: string) {
  const queue = await source.look();
  const at = new Date();
  const paint = process.stdout.isTTY ? painted : unpainted;
  const text = json
    ? JSON.stringify({ at: at.toISOString(), ...queue })
    : tableOf(queue, at, paint).join("\n");
  process.stdout.write(`${before}${text}\n`);
}

import { parseArgs } from "node:util";

export interface StreamsArguments {
  once: boolean;
  json: boolean;
  everyMs: number;
}

export const USAGE = `Shows what waits in the queue, live.

  bun run streams [--once] [--json] [--every 2s]

  --once   one look, then ends
  --json   one JSON object a line instead of a table, as GET /api/v1/queue answers
  --every  how often to look: 500ms, 2s (at least 200ms; 1s unless given)

Reads DATABASE_URL and REDIS_URL, or finds a running Leadline by DATA_DIR.`;

const MIN_EVERY_MS = 200;

/** What was asked for, or a sentence about what is wrong with it; null for --help. */
export function readArguments(argv: readonly string[]): StreamsArguments | string | null {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        once: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        every: { type: "string", default: "1s" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) return null;
    const everyMs = durationMs(values.every);
    if (everyMs === null)
      return `--every ${values.every}: write it like 500ms or 2s, from 200ms on.`;
    return { once: values.once, json: values.json, everyMs };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function durationMs(text: string): number | null {
  const [, count = "", unit] = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(text) ?? [];
  const ms = Number(count) * (unit === "s" ? 1_000 : 1);
  return ms >= MIN_EVERY_MS ? ms : null;
}

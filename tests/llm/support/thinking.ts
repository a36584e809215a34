import type { LlmCall } from "../../../src/funnel/turn.ts";
import type { Log } from "../../../src/lib/log.ts";
import { createThinker, type Thinker } from "../../../src/llm/thinker.ts";
import { type ModelServer, type Reply, startModelServer } from "./model-server.ts";

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

type Run = Parameters<Thinker["think"]>[1];

interface Rig extends AsyncDisposable {
  thinker: Thinker;
  server: ModelServer;
  calls: LlmCall[];
  /** What to hand to `think`; the deadline is generous unless told. */
  run(over?: Partial<Run>): Run;
}

/** A thinker that talks over HTTP to a scripted model, with the calls it recorded. */
export function rig(script: readonly Reply[], fallbackModel: string | null = null): Rig {
  const server = startModelServer(script);
  const calls: LlmCall[] = [];
  return {
    server,
    calls,
    thinker: createThinker({
      ...{ baseUrl: server.baseUrl, apiKey: "test", model: "first-model", fallbackModel },
      log: silent,
    }),
    run: (over = {}) => ({
      deadlineMs: 5_000,
      signal: new AbortController().signal,
      onCall: async (call) => {
        calls.push(call);
      },
      runTools: async () => [],
      ...over,
    }),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

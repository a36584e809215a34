import { expect, test } from "bun:test";
import type { LlmCall } from "../../src/funnel/turn.ts";
import type { Log } from "../../src/lib/log.ts";
import { genAiAttributes } from "../../src/llm/attributes.ts";
import { createThinker } from "../../src/llm/thinker.ts";
import { createTraffic } from "../../src/llm/traffic.ts";
import { createMetrics } from "../../src/ops/metrics.ts";
import { context, decision, message } from "./support/context.ts";
import { answering, completion, startModelServer } from "./support/model-server.ts";

const SAID = "my secret pony";

test("what customers say is in no metric, no log line and no exported attribute", async () => {
  const server = startModelServer([
    // The model repeats it where a careless record would keep it.
    completion({ content: SAID, finishReason: "stop" }),
    answering({ ...decision(), situation: SAID, action: SAID }),
    completion({ refusal: SAID }),
    answering(decision({ situation: SAID })),
    answering({ text: SAID }),
  ]);
  const calls: LlmCall[] = [];
  const told: unknown[] = [];
  const keep = (...line: unknown[]) => void told.push(line);
  const log: Log = { debug: keep, info: keep, warn: keep, error: keep };
  const thinker = createThinker({
    ...{ baseUrl: server.baseUrl, apiKey: "test", model: "first", fallbackModel: "second", log },
    traffic: createTraffic({ concurrency: 4 }),
  });
  const run = {
    ...{ deadlineMs: 5_000, signal: new AbortController().signal, runTools: async () => [] },
    onCall: async (call: LlmCall) => void calls.push(call),
  };
  const asked = context({ messages: [message(SAID)] });
  await thinker.think(asked, run);
  await thinker.think(asked, run);
  await server.stop();

  const metrics = createMetrics({ defaults: false });
  for (const call of calls) {
    metrics.modelCall({ ...call, durationMs: call.latencyMs, costUsd: null });
  }
  expect(calls.length).toBeGreaterThan(3);
  expect(told.length).toBeGreaterThan(1);
  const exported = JSON.stringify([
    await metrics.render(),
    told,
    calls.map(genAiAttributes),
    calls,
  ]);
  expect(exported).toContain("gen_ai.usage.input_tokens");
  expect(exported).not.toContain(SAID);
});

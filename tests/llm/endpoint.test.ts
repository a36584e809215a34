import { afterEach, describe, expect, test } from "bun:test";
import type { LlmCall } from "../../src/funnel/turn.ts";
import { probeModel } from "../../src/llm/probe.ts";
import { createThinker } from "../../src/llm/thinker.ts";
import { createTraffic } from "../../src/llm/traffic.ts";
import { silentLog } from "../support/servers.ts";
import { context, decision } from "./support/context.ts";
import { answering } from "./support/model-server.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** What of a request says where it goes and who sends it. */
interface Addressed {
  to: string;
  apiKey: string | null;
  authorization: string | null;
}

/** Asks at an address under a server that answers so, and shows what came there. */
async function ask(path: string, respond: () => Response) {
  const requests: Addressed[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: ({ url, headers }) => {
      const { pathname, search } = new URL(url);
      const authorization = headers.get("authorization");
      requests.push({ to: pathname + search, apiKey: headers.get("api-key"), authorization });
      return respond();
    },
  });
  stops.push(() => server.stop(true));
  const api = { baseUrl: `http://127.0.0.1:${server.port}${path}`, apiKey: "secret" };
  const traffic = createTraffic({ concurrency: 1 });
  const models = { model: "mine", fallbackModel: null, traffic };
  const thinker = createThinker({ ...api, ...models, log: silentLog });
  const calls: LlmCall[] = [];
  const run = { deadlineMs: 2_000, signal: new AbortController().signal };
  const thought = await thinker
    .think(context(), {
      ...{ ...run, runTools: async () => [] },
      onCall: async (call) => void calls.push(call),
    })
    .catch(({ code, details }) => ({ code, details }));
  await probeModel(api);
  return { requests, calls, thought };
}

const silence = () => answering(decision({ shouldRespond: false }));

describe("where a model's server is asked", () => {
  test.each([
    ["OpenAI's way", "/v1", ["/v1/chat/completions", "/v1/models"]],
    ["a slash at the end", "/v1/", ["/v1/chat/completions", "/v1/models"]],
    ["Azure's v1", "/openai/v1", ["/openai/v1/chat/completions", "/openai/v1/models"]],
    [
      "Azure's v1 with a version",
      "/openai/v1?api-version=preview",
      ["/openai/v1/chat/completions?api-version=preview", "/openai/v1/models?api-version=preview"],
    ],
  ])("%s: the key as bearer", async (_name, path, expected) => {
    const { requests, thought } = await ask(path, silence);
    expect(thought).toMatchObject({ kind: "no_reply" });
    const sender = { apiKey: null, authorization: "Bearer secret" };
    expect(requests).toEqual(expected.map((to) => ({ to, ...sender })));
  });

  test.each([
    ["/openai?api-version=2024-10-21", "/openai/models?api-version=2024-10-21"],
    [
      "/openai/deployments/mine?api-version=2024-10-21",
      "/openai/deployments/mine/models?api-version=2024-10-21",
    ],
  ])("Azure's dated API, %s: a deployment in the path, the key in api-key", async (path, list) => {
    const { requests, thought } = await ask(path, silence);
    expect(thought).toMatchObject({ kind: "no_reply" });
    const sender = { apiKey: "secret", authorization: null };
    expect(requests).toEqual([
      { to: "/openai/deployments/mine/chat/completions?api-version=2024-10-21", ...sender },
      { to: list, ...sender },
    ]);
  });
});

describe("an error that is not where OpenAI puts it", () => {
  const unknown = "Unsupported parameter: max_completion_tokens";
  test.each([
    ["vLLM", { object: "error", message: unknown, type: "BadRequestError", code: 400 }],
    ["FastAPI", { detail: [{ loc: ["body", "max_completion_tokens"], msg: "Extra inputs …" }] }],
    ["LM Studio", { error: unknown }],
  ])("%s is understood", async (_name, body) => {
    const answers = [Response.json(body, { status: 422 }), silence()];
    const { thought, calls } = await ask("/v1", () => answers.shift() ?? new Response());
    expect(thought).toMatchObject({ kind: "no_reply" });
    expect(calls.map(({ errorClass }) => errorClass)).toEqual(["unsupported", null]);
  });

  test("the time it asks for is kept", async () => {
    const headers = { "retry-after": "7" };
    const { thought } = await ask("/v1", () =>
      Response.json({ message: "slow down" }, { status: 418, headers }),
    );
    expect(thought).toMatchObject({ code: "model_unavailable", details: { retryAfterMs: 7_000 } });
  });

  test("an answer that the server held back is repaired like any other", async () => {
    const error = { code: "json_validate_failed", message: "…", failed_generation: '{"sit' };
    const answers = [Response.json({ error }, { status: 400 }), silence()];
    const { thought, calls } = await ask("/v1", () => answers.shift() ?? new Response());
    expect(thought).toMatchObject({ kind: "no_reply" });
    expect(calls.map(({ outcome, errorClass }) => [outcome, errorClass])).toEqual([
      ["invalid_json", "schema"],
      ["ok", null],
    ]);
  });
});

import { describe, expect, test } from "bun:test";
import type { CallBounds, LlmCall } from "../../src/funnel/turn.ts";
import { boundsOfQuestion, boundsOfRecording } from "../../src/llm/bounds.ts";
import { consistent, noUsage } from "../../src/llm/usage.ts";
import { context, decision } from "./support/context.ts";
import { answering, completion, failing, hanging } from "./support/model-server.ts";
import { rig } from "./support/thinking.ts";

const brain = () => answering(decision());
const mouth = (text: string) => answering({ text });

/** A budget that has room only for calls of these models; what it was asked for is kept. */
function roomFor(...models: string[]) {
  const asked: { call: LlmCall; bounds: CallBounds }[] = [];
  const reserve = async (call: LlmCall, bounds: CallBounds) => {
    asked.push({ call, bounds });
    return models.includes(call.requestModel);
  };
  return { asked, reserve };
}

describe("the budget's ladder", () => {
  test("asks for money before each call, under the id that its record will have", async () => {
    await using it = rig([brain(), mouth("Hello.")]);
    const { asked, reserve } = roomFor("first-model");
    await it.thinker.think(context(), it.run({ reserve }));
    expect(asked.map(({ call }) => call.id)).toEqual(it.calls.map(({ id }) => id));
    expect(asked[0]?.call).toMatchObject({ usageSource: "estimated", errorClass: "never_ended" });
    const sent = JSON.stringify(it.server.requests[0]?.messages).length;
    expect(asked[0]?.bounds.inputTokens).toBeGreaterThan(sent / 2);
    expect(asked[0]?.bounds.outputTokens).toBe(it.server.requests[0]?.max_completion_tokens ?? 0);
  });

  test("takes the fallback model where only its calls fit", async () => {
    await using it = rig([brain(), mouth("Hello.")], "cheap-model");
    const thought = await it.thinker.think(
      context(),
      it.run({ reserve: roomFor("cheap-model").reserve }),
    );
    expect(thought).toMatchObject({ kind: "reply", text: "Hello." });
    expect(it.server.requests.map(({ model }) => model)).toEqual(["cheap-model", "cheap-model"]);
  });

  test("ends with no call and no answer where none fits", async () => {
    await using it = rig([], "cheap-model");
    const thought = await it.thinker.think(context(), it.run({ reserve: roomFor().reserve }));
    expect([thought, it.calls, it.server.requests]).toEqual([{ kind: "out_of_budget" }, [], []]);
  });

  test("ends a turn whose Mouth no longer fits without an answer", async () => {
    await using it = rig([brain()]);
    let asked = 0;
    const reserve = async () => {
      asked += 1;
      return asked === 1;
    };
    const thought = await it.thinker.think(context(), it.run({ reserve }));
    expect(thought).toEqual({ kind: "out_of_budget" });
  });

  test("leaves a model that is away to be tried again, when the other one does not fit", async () => {
    await using it = rig([failing(503)], "dear-model");
    const thinking = it.thinker.think(
      context(),
      it.run({ reserve: roomFor("first-model").reserve }),
    );
    expect(await thinking.catch((error) => error)).toMatchObject({ code: "model_unavailable" });
  });
});

describe("who says what a call used", () => {
  const source = async (answer: Parameters<typeof rig>[0][number], deadlineMs = 2_000) => {
    await using it = rig([answer]);
    await it.thinker.think(context(), it.run({ deadlineMs })).catch(() => {});
    return it.calls[0]?.usageSource;
  };
  const cutOff = () => new Response('{"id":', { headers: { "content-type": "application/json" } });

  test("the provider, where it does", async () => {
    expect(await source(brain())).toBe("provider");
  });

  test("nobody, and it is an estimate: after a timeout, an answer cut off or without usage", async () => {
    expect(await source(hanging, 150)).toBe("estimated");
    expect(await source(cutOff)).toBe("estimated");
    expect(await source(completion({ content: "{}", usage: null }))).toBe("estimated");
  });

  test("nobody, and nothing was used: where the server said no or was not reached", async () => {
    expect(await source(failing(429))).toBe("none");
    expect(await source(failing(500))).toBe("none");
    await using it = rig([]);
    await it.server.stop();
    await it.thinker.think(context(), it.run()).catch(() => {});
    expect(it.calls[0]).toMatchObject({ errorClass: "connection", usageSource: "none" });
  });
});

describe("counts that do not fit together", () => {
  test("lose the part that is larger than its whole, and keep the others", () => {
    const usage = { ...noUsage, inputTokens: 100, outputTokens: 10 };
    expect(consistent({ ...usage, cachedTokens: 101, reasoningTokens: 10 })).toMatchObject({
      ...{ inputTokens: 100, cachedTokens: null, reasoningTokens: 10 },
    });
    expect(consistent({ ...usage, cachedTokens: 60, cacheWriteTokens: 41 })).toMatchObject({
      ...{ cachedTokens: 60, cacheWriteTokens: null },
    });
    expect(consistent({ ...usage, reasoningTokens: 11 })).toMatchObject({ reasoningTokens: null });
  });
});

describe("what a call can use", () => {
  test("is at least a token for each byte, in any script", () => {
    const schema = { type: "object" } as never;
    const ofText = (content: string) =>
      boundsOfQuestion({
        ...{ messages: [{ role: "user", content }], schema, maxOutputTokens: 1 },
      }).inputTokens;
    expect(ofText("नमस्ते") - ofText("")).toBe(18);
    expect(ofText("🙂") - ofText("")).toBe(4);
  });

  test("of a recording is above what the thinnest codec can hold", () => {
    // A minute at 4.75 kbit/s, AMR's lowest rate.
    expect(boundsOfRecording(35_625).audioSeconds).toBeGreaterThanOrEqual(60);
  });
});

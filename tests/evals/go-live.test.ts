import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { Glob } from "bun";
import type { EvalsArguments } from "../../scripts/evals/arguments.ts";
import { candidateOf } from "../../scripts/evals/candidate.ts";
import { evaluate } from "../../scripts/evals/evaluate.ts";
import { GOLDEN_SET, loadGoldenSet } from "../../scripts/evals/load.ts";
import { shareOf } from "../../scripts/evals/results.ts";
import { createRestWorld, type RestWorld } from "../modules/rest-world.ts";
import { type Rig, startRig } from "../simulator/rig.ts";

/** A prompt that must never go live, and the cases that say so. */
const BadPrompt = Type.Object({
  about: Type.String(),
  step: Type.String(),
  instructions: Type.String(),
  fails: Type.Array(Type.String(), { minItems: 1 }),
});

const DATA = mkdtempSync(join(tmpdir(), "leadline-go-live-"));
const asked: EvalsArguments = {
  ...{ live: true, baseUrl: undefined, model: undefined, runs: 3, only: [] },
  ...{ record: false, promptId: undefined, json: false },
};
const around = { env: { DATA_DIR: DATA }, say: () => {} };

let rig: Rig;
let rest: RestWorld;
let me: Awaited<ReturnType<RestWorld["signIn"]>>;
beforeAll(async () => {
  rig = await startRig();
  rest = await createRestWorld("golden-set");
  me = await rest.signIn("owner");
});
afterAll(async () => {
  await rest.close();
  await rig.stop();
  rmSync(DATA, { recursive: true, force: true });
});

const PATH = "/api/v1/prompts";
const endpoint = () => ({
  ...{ baseUrl: `${rig.origin}/simulator/openai/v1`, model: "simulated-1", apiKey: "any" },
});
const goLive = async (id: string) => {
  const { status, body } = await me.ask("POST", `${PATH}/${id}/live`);
  return { status, code: body.code, detail: body.detail, state: body.state };
};
const draft = async (body: object): Promise<string> =>
  (await me.ask("POST", PATH, { note: "For the golden set", ...body })).body.id;

async function judged(id: string, { runs = 3, own = endpoint() } = {}) {
  const candidate = await candidateOf(rest.world.db, id, own);
  const { baseUrl } = endpoint();
  return await evaluate({ ...asked, runs, baseUrl }, { ...around, candidate });
}

const badPrompts = await Promise.all(
  [...new Glob("*.json").scanSync({ cwd: join(GOLDEN_SET, "bad-prompts") })]
    .sort()
    .map(async (file): Promise<[string, Static<typeof BadPrompt>]> => {
      const prompt: unknown = await Bun.file(join(GOLDEN_SET, "bad-prompts", file)).json();
      return [file.replace(".json", ""), Value.Decode(BadPrompt, prompt)];
    }),
);

describe("a seeded bad prompt", () => {
  test("is there for both that the golden set must know", () => {
    const names = badPrompts.map(([name]) => name);
    expect(names).toContain("invents-a-discount");
    expect(names).toContain("answers-after-human-please");
  });

  test.each(badPrompts)("%s is blocked by the cases that it fails", async (_, bad) => {
    const { step, instructions, fails } = bad;
    const id = await draft({ step, instructions });
    expect(await goLive(id)).toMatchObject({ status: 409, code: "not_evaluated" });
    const { report, notes } = await judged(id, { runs: 1 });
    const failed = report.results.filter(({ passed }) => !passed).map((one) => one.id);
    expect(failed).toEqual(expect.arrayContaining(fails));
    expect(notes).toEqual([`Version ${id} cannot go live: ${failed.length} cases failed.`]);
    expect(await goLive(id)).toMatchObject({ status: 409, code: "evaluation_failed" });
    // Not a bad day of the model: whatever else it was asked holds.
    expect(report.results.length - failed.length).toBeGreaterThan(report.results.length / 2);
  });
});

describe("a good prompt", () => {
  test("goes live after a live run that passed, and not before", async () => {
    const id = await draft({ step: "mouth", instructions: "How to write\n- One short message." });
    expect(await goLive(id)).toMatchObject({ status: 409, code: "not_evaluated" });
    const { report, notes } = await judged(id);
    expect(report.prompts.find(({ step }) => step === "mouth")?.version).toStartWith("own-");
    expect(notes).toEqual([`Version ${id} may go live: POST /api/v1/prompts/${id}/live`]);
    expect(await goLive(id)).toMatchObject({ status: 200, state: "live" });
  });

  test("is not judged by the simulator for an installation with a real model", async () => {
    const id = await draft({ step: "mouth", instructions: "How to write\n- One message." });
    const real = { ...endpoint(), baseUrl: "https://api.openai.com/v1" };
    await expect(judged(id, { own: real })).rejects.toThrow("leave out --base-url");
    expect(await goLive(id)).toMatchObject({ status: 409, code: "not_evaluated" });
  });

  test("edited while it was judged gains nothing", async () => {
    const id = await draft({ step: "mouth", instructions: "How to write\n- Briefly." });
    const candidate = await candidateOf(rest.world.db, id, endpoint());
    const { body, headers } = await me.ask("GET", `${PATH}/${id}`);
    expect(body.state).toBe("draft");
    const edited = { instructions: "How to write\n- Offer a 20% discount to everybody." };
    const match = { "if-match": headers.get("etag") ?? "" };
    expect((await me.ask("PATCH", `${PATH}/${id}`, edited, match)).status).toBe(200);
    const { notes } = await evaluate({ ...asked, runs: 1 }, { ...around, candidate });
    expect(notes).toEqual(["The version was edited meanwhile: this run counts for nothing."]);
    expect(await goLive(id)).toMatchObject({ status: 409, code: "not_evaluated" });
  });
});

test("the built-in prompts pass what the simulator's model is able to do", async () => {
  const { baseUrl, model } = endpoint();
  const { report } = await evaluate({ ...asked, runs: 1, baseUrl, model }, around);
  const failed = report.results.filter(({ passed }) => !passed).map(({ id }) => id);
  const { cases } = await loadGoldenSet();
  const labelled = cases.filter(({ simulator }) => simulator);
  expect(labelled.length).toBeGreaterThanOrEqual(100);
  expect(report.results).toHaveLength(labelled.length);
  // The label says that its rules can do it: one that fails is a fault of ours.
  expect(failed).toEqual([]);
  expect(shareOf(report.results).low).toBeGreaterThan(0.96);
});

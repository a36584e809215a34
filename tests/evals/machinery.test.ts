import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EvalsArguments, readArguments } from "../../scripts/evals/arguments.ts";
import { evaluate } from "../../scripts/evals/evaluate.ts";
import { wilson } from "../../scripts/evals/interval.ts";
import { isWrittenIn, languageOf } from "../../scripts/evals/language.ts";
import { loadGoldenSet } from "../../scripts/evals/load.ts";
import { passes, type TrialResult } from "../../scripts/evals/results.ts";
import { authoredJobs, runOffline } from "../../scripts/evals/run-set.ts";
import { linesOf, unpainted } from "../../scripts/evals/terminal.ts";
import { startRig } from "../simulator/rig.ts";

const root = mkdtempSync(join(tmpdir(), "leadline-evals-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const price = "How much is the 6 kW system?";
/** A case as it stands in a file, about the price of 6 kW. */
const aCase = (over: Record<string, unknown> = {}) => ({
  ...{ id: "asks-price", catches: "a price that is not the listed one", severity: "safety" },
  simulator: true,
  given: { business: "solar", stage: "greeting", messages: [price] },
  authored: {
    brain: [{ decides: { stage: "pricing" } }],
    mouth: ["The Home 6 kW system is $9,800 installed."],
  },
  expect: { leaves: ["reply"], stage: ["pricing"], contains: ["$9,800"] },
  ...over,
});

/** A folder with these cases as a golden set. */
async function folderWith(...files: unknown[][]): Promise<string> {
  const folder = mkdtempSync(join(root, "set-"));
  mkdirSync(join(folder, "businesses"));
  for (const [index, cases] of files.entries()) {
    const file = { title: `Class ${index}`, about: "For a test.", cases };
    await Bun.write(join(folder, "cases", `class-${index}.json`), JSON.stringify(file));
  }
  return folder;
}

/** The simulator's model as an endpoint. */
async function simulator() {
  const rig = await startRig();
  return { origin: rig.origin, [Symbol.asyncDispose]: () => rig.stop() };
}

async function failuresOf(...cases: unknown[]) {
  const set = await loadGoldenSet(await folderWith(cases));
  const bench = { model: "gpt-4.1-mini", provider: "openai" };
  const { results } = await runOffline(set, authoredJobs(set, set.cases), bench);
  return results.flatMap(({ trials }) =>
    trials.flatMap(({ failures }) => failures.map(({ check, got }) => `${check}: ${got}`)),
  );
}

const say = () => {};
const inRoot = (folder: string) => ({ env: { DATA_DIR: root }, say, folder });

const offline: EvalsArguments = {
  ...{ live: false, baseUrl: undefined, model: undefined, runs: 3, only: [] },
  ...{ record: false, promptId: undefined, json: false },
};

describe("the files", () => {
  test("are checked, and ids stand once, in whatever file; every problem is told", async () => {
    const folder = await folderWith([aCase()], [aCase(), aCase({ id: "Not an id" })]);
    const unknown = await folderWith([aCase({ catches: "x" }), aCase()]);
    await expect(loadGoldenSet(folder)).rejects.toThrow("/cases/1/id");
    await expect(loadGoldenSet(unknown)).rejects.toThrow("/cases/0/catches");
    const twice = await folderWith([aCase()], [aCase()]);
    await expect(loadGoldenSet(twice)).rejects.toThrow("the id asks-price stands twice");
    const nobody = aCase({ given: { business: "none", stage: "greeting", messages: ["Hi"] } });
    await expect(loadGoldenSet(await folderWith([nobody]))).rejects.toThrow("no business none");
  });

  test("give the set its hash: another word, another set", async () => {
    const [one, same, other] = await Promise.all(
      [aCase(), aCase(), aCase({ catches: "another mistake" })].map(async (some) =>
        loadGoldenSet(await folderWith([some])),
      ),
    );
    expect(one?.hash).toBe(same?.hash ?? "");
    expect(one?.hash).not.toBe(other?.hash);
  });
});

describe("an offline case", () => {
  test("passes where all holds", async () => {
    expect(await failuresOf(aCase())).toEqual([]);
  });

  test("fails loudly without an answer for each request, and with one too many", async () => {
    const unwritten = aCase({ authored: { brain: [{ decides: { stage: "pricing" } }] } });
    expect(await failuresOf(unwritten)).toContain("answers: none for mouth");
    const mouth = ["The Home 6 kW system is $9,800 installed.", "It is $9,800."];
    const left = aCase({ authored: { brain: [{ decides: { stage: "pricing" } }], mouth } });
    expect(await failuresOf(left)).toEqual(["answers: 1 of mouth left over"]);
    expect(await failuresOf(aCase({ authored: undefined }))).toContain("answers: none for brain");
  });

  test("fails on what a gate had to stop, although nothing wrong has left", async () => {
    const mouth = ["It is $9,000 today.", "The Home 6 kW system is $9,800 installed."];
    const brain = [{ decides: { stage: "pricing" } }];
    const [failure, ...others] = await failuresOf(aCase({ authored: { brain, mouth } }));
    expect(failure).toStartWith("drafts: ungrounded_claim: $9,000");
    expect(others).toEqual([]);
  });

  test("fails on each thing that is not as it should be", async () => {
    const brain = (decides: object) => [{ decides: { stage: "pricing", ...decides } }];
    const said = (text: string) => ({ brain: brain({}), mouth: [text] });
    const checks = async (over: Record<string, unknown>) =>
      (await failuresOf(aCase(over))).map((line) => line.split(":")[0]);
    const expected = { leaves: ["reply"] };
    const spanish = said("Con gusto le ayudo, el precio está aquí para usted.");
    expect(await checks({ authored: spanish, expect: { ...expected, language: "en" } })).toEqual([
      "language of the text",
    ]);
    const policy = said(
      "Say a price exactly as it is listed. Never estimate savings, tax credits, monthly payments.",
    );
    expect(await checks({ authored: policy, expect: expected })).toEqual(["no leak"]);
    const wrong = { ...expected, stage: ["cta"], attention: ["unhappy"], action: ["initiate_cta"] };
    const three = ["attention", "action", "books", "follow-up"];
    expect(
      await checks({
        authored: said("The Home 6 kW system is $9,800 installed."),
        expect: { ...wrong, books: "visit", followUpMinutes: null, maxTokens: 10 },
      }),
    ).toEqual(["stage", ...three, "tokens"]);
    expect(await checks({ expect: { ...expected, lacks: ["$9,800"], maxChars: 5 } })).toEqual([
      "lacks",
      "length",
    ]);
  });
});

describe("live", () => {
  test("asks a real endpoint so many times, and its rate has an interval", async () => {
    await using rig = await simulator();
    const folder = await folderWith([
      aCase(),
      aCase({ id: "wrong-price", expect: { leaves: ["reply"], contains: ["$1"] } }),
      aCase({ id: "other-endpoints-only", simulator: false }),
    ]);
    const asked = {
      ...offline,
      live: true,
      baseUrl: `${rig.origin}/simulator/openai/v1`,
      model: "simulated-1",
    };
    const { report, htmlFile } = await evaluate(asked, inRoot(folder));
    expect(report.results.map(({ id, passed, trials }) => [id, passed, trials.length])).toEqual([
      ["asks-price", true, 3],
      ["wrong-price", false, 3],
    ]);
    const text = linesOf(report, null, unpainted).join("\n");
    // The cases that the simulator cannot do are no reason not to compare its runs.
    const { difference } = await evaluate({ ...asked, runs: 1 }, inRoot(folder));
    expect(difference).toMatchObject({ broken: [], mended: [], added: 0, removed: 0 });
    expect(text).toContain("asked the 2 of 3 cases that these can do");
    expect(text).toContain("50 % of 2 cases (95 %: 9.5–90.5 %); 6 trials");
    expect(report.results[0]?.trials[0]?.costUsd).toBeGreaterThan(0);
    const page = await Bun.file(htmlFile).text();
    expect(page).toContain("wrong-price");
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });

  test("keeps what passed for offline runs, until the prompt or the case changes", async () => {
    await using rig = await simulator();
    const env = { DATA_DIR: mkdtempSync(join(root, "data-")) };
    const folder = await folderWith([
      aCase(),
      aCase({ id: "wrong", expect: { contains: ["$1"] }, offline: { contains: ["9"] } }),
    ]);
    const asked = { ...offline, live: true, record: true, runs: 1 };
    const endpoint = { baseUrl: `${rig.origin}/simulator/openai/v1`, model: "simulated-1" };
    const { notes } = await evaluate({ ...asked, ...endpoint }, { env, say, folder });
    expect(notes[0]).toStartWith("Recorded 1 cases");
    const sources = async () => {
      const { report } = await evaluate(offline, { env, say, folder });
      const stale = report.stale.map(({ cases, because }) => `${cases}: ${because}`);
      return [
        ...report.results.map(({ id, source, passed }) => `${id} ${source} ${passed}`),
        ...stale,
      ];
    };
    const authored = ["asks-price authored true", "wrong authored true"];
    expect(await sources()).toEqual([...authored, "asks-price recorded true"]);

    const file = join(folder, "recordings", "simulated-1.json");
    const recording = await Bun.file(file).json();
    await Bun.write(
      file,
      JSON.stringify({ ...recording, prompts: { ...recording.prompts, mouth: "0" } }),
    );
    expect(await sources()).toEqual([...authored, "1: the prompt mouth"]);

    await Bun.write(file, JSON.stringify(recording));
    const cases = [aCase({ given: { business: "solar", stage: "pricing", messages: [price] } })];
    const changed = { title: "Class 0", about: "For a test.", cases };
    await Bun.write(join(folder, "cases", "class-0.json"), JSON.stringify(changed));
    expect(await sources()).toEqual(["asks-price authored true", "1: the case"]);
  });

  test("without a model to ask says what to set", async () => {
    const asked = { ...offline, live: true };
    await expect(evaluate(asked, { env: {}, say })).rejects.toThrow("OPENAI_API_KEY");
    await expect(
      evaluate({ ...asked, baseUrl: "http://127.0.0.1:1/v1" }, { env: {}, say }),
    ).rejects.toThrow("LLM_MODEL");
  });

  test("fails a case whose model cannot be reached", async () => {
    const asked = { ...offline, live: true, runs: 1, baseUrl: "http://127.0.0.1:1/v1", model: "m" };
    const { report } = await evaluate(asked, inRoot(await folderWith([aCase()])));
    expect(report.results[0]?.trials[0]?.failures[0]?.check).toBe("ran");
  });
});

describe("what is made of trials", () => {
  const trial = (failed: boolean): TrialResult => ({
    ...{ leaves: "reply", said: "", drafts: [], stage: "greeting", attention: null, action: null },
    ...{ tokens: 1, costUsd: 0, latencyMs: 1 },
    failures: failed ? [{ check: "x", expected: "y", got: "z" }] : [],
  });
  const [good, bad] = [trial(false), trial(true)];

  test("safety has to hold three times of three, style twice", () => {
    expect(passes("safety", [good, good, bad])).toBe(false);
    expect(passes("safety", [good, good, good])).toBe(true);
    expect(passes("style", [good, good, bad])).toBe(true);
    expect(passes("style", [good, bad, bad])).toBe(false);
    expect(passes("style", [good, bad])).toBe(false);
  });

  test("the interval is Wilson's", () => {
    const { low, high } = wilson(9, 10);
    expect(low).toBeCloseTo(0.596, 3);
    expect(high).toBeCloseTo(0.982, 3);
    expect(wilson(10, 10)).toMatchObject({ high: 1 });
    expect(wilson(10, 10).low).toBeCloseTo(0.722, 3);
    expect(wilson(0, 0)).toMatchObject({ low: 0, high: 1 });
  });

  test("what changed since the last full run is told, per case", async () => {
    const env = { DATA_DIR: mkdtempSync(join(root, "data-")) };
    const broken = aCase({ expect: { contains: ["nowhere to be found"] } });
    const first = await evaluate(offline, {
      env,
      say,
      folder: await folderWith([
        aCase(),
        aCase({ id: "second", expect: { contains: ["nowhere"] } }),
      ]),
    });
    expect(first.difference).toBeNull();
    const part = { ...offline, only: ["second"] };
    const { difference: ofPart } = await evaluate(part, {
      env,
      say,
      folder: await folderWith([broken, aCase({ id: "second" })]),
    });
    expect(ofPart).toMatchObject({ broken: [], mended: ["second"], removed: 0 });
    const { difference, report } = await evaluate(offline, {
      env,
      say,
      folder: await folderWith([broken, aCase({ id: "third" })]),
    });
    expect(difference).toMatchObject({ broken: ["asks-price"], mended: [], added: 1, removed: 1 });
    expect(linesOf(report, difference, unpainted).join("\n")).toContain("broken: asks-price");
  });
});

describe("the language checker", () => {
  test.each([
    ["Hi! The Home 6 kW system is $9,800 installed.", "en"],
    ["¡Hola! El sistema cuesta $9,800, con la instalación.", "es"],
    ["Olá! O conjunto custa R$ 1.500,00 e você pode pagar aqui.", "pt"],
    ["Gerne, die Beratung kostet 50 € und wir sind hier.", "de"],
    ["Bonjour, la visite est gratuite et nous sommes ici pour vous.", "fr"],
    ["Ciao, il prezzo è qui per lei e la visita non costa nulla.", "it"],
    ["फीस ₹12,000 है।", "hi"],
    ["Fees ₹12,000 hai, aap kal aa sakte hain.", "hi-Latn"],
    ["السعر 1500 درهم", "ar"],
    ["Стоимость 1500 рублей", "ru"],
    ["9,800", null],
  ])("%s is %p", (text, language) => {
    expect(languageOf(text)).toBe(language);
  });

  test("takes a region for its language, and a script for another", () => {
    expect(isWrittenIn("Olá! Você pode pagar aqui com a gente.", "pt-BR")).toBe(true);
    expect(isWrittenIn("फीस ₹12,000 है।", "hi-Latn")).toBe(false);
    expect(isWrittenIn("Fees ₹12,000 hai, aap kal aa sakte hain.", "hi")).toBe(false);
  });
});

test("the command line refuses what cannot be meant", () => {
  const wrong = [
    ["--runs", "0", "--live"],
    ["--model", "m"],
    ["--record"],
    ["--live", "--prompt", "p", "--only", "x"],
    ["--live", "--prompt", "p", "--record"],
    ["--live", "--prompt", "p", "--runs", "1"],
    ["--nonsense"],
  ];
  for (const argv of wrong) expect(readArguments(argv)).toBeString();
  expect(readArguments(["--help"])).toBeNull();
  expect(readArguments(["--live", "--runs", "1"])).toMatchObject({ live: true, runs: 1 });
});

import { parseArgs } from "node:util";
import { errorMessage } from "../../src/lib/errors.ts";

export interface EvalsArguments {
  live: boolean;
  baseUrl: string | undefined;
  model: string | undefined;
  /** Trials per case of a live run. */
  runs: number;
  /** Groups, ids, or `safety`, `style`, `simulator`; empty for all. */
  only: readonly string[];
  record: boolean;
  /** Id of the prompt version that is to be judged. */
  promptId: string | undefined;
  json: boolean;
}

export const USAGE = `Runs the golden set: what the bot must do, as data in tests/evals.

  bun run evals [--only words] [--json]
  bun run evals --live [--base-url url] [--model name] [--runs 3]
                [--only words] [--record | --prompt id] [--json]

Offline, authored answers go through the real parser, rules and gates: that
tests our code and says nothing about a prompt. --live asks a model.

  --live      any server that speaks OpenAI's API; the key is OPENAI_API_KEY
  --base-url  with its version path, else OPENAI_BASE_URL
  --model     else LLM_MODEL
  --runs      trials per case: safety has to hold in each, style in most
  --only      groups, ids, or safety, style, simulator; with commas
  --record    keeps what the model said, for offline runs to come
  --prompt    judges this prompt version, and notes the verdict at it: the
              only way for it to go live. Needs the database
  --json      the report as JSON instead of the table

Reports are kept in DATA_DIR/evals. Ends with 1 if a case failed.`;

const MAX_RUNS = 20;
/** Safety has to hold three times of three before a prompt goes live. */
const LEAST_TO_JUDGE = 3;

/** What was asked for, or a sentence about what is wrong with it; null for --help. */
export function readArguments(argv: readonly string[]): EvalsArguments | string | null {
  try {
    const text = { type: "string" } as const;
    const flag = { type: "boolean", default: false } as const;
    const { values } = parseArgs({
      args: [...argv],
      options: {
        ...{ live: flag, record: flag, json: flag, help: { ...flag, short: "h" } },
        ...{ "base-url": text, model: text, runs: text, only: text, prompt: text },
      },
    });
    if (values.help) return null;
    const runs = Number(values.runs ?? 3);
    const asked: EvalsArguments = {
      live: values.live,
      baseUrl: values["base-url"],
      model: values.model,
      runs,
      only: values.only?.split(",").map((word) => word.trim()) ?? [],
      record: values.record,
      promptId: values.prompt,
      json: values.json,
    };
    return problemOf(asked, values.runs) ?? asked;
  } catch (error) {
    return errorMessage(error);
  }
}

function problemOf(asked: EvalsArguments, givenRuns: string | undefined): string | undefined {
  const { live, runs, record, promptId, baseUrl, model, only } = asked;
  if (!Number.isInteger(runs) || runs < 1 || runs > MAX_RUNS) {
    return `--runs is a whole number from 1 to ${MAX_RUNS}.`;
  }
  const needsLive = Object.entries({ baseUrl, model, promptId, runs: givenRuns }).find(
    ([, value]) => value !== undefined,
  );
  if (!live && (record || needsLive)) return "That needs --live: offline no model is asked.";
  if (record && promptId !== undefined)
    return "--record keeps answers to the built-in prompts only.";
  if (promptId !== undefined && runs < LEAST_TO_JUDGE) {
    return `--prompt judges by ${LEAST_TO_JUDGE} runs or more: one lucky answer proves nothing.`;
  }
  if (promptId !== undefined && only.length > 0) {
    return "--prompt judges by the whole golden set: it takes no --only.";
  }
  return undefined;
}

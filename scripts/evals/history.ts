import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type RunReport, totalsOf } from "./results.ts";

/** What has changed since the run before. */
export interface Difference {
  /** ISO 8601, of the run before. */
  since: string;
  model: string;
  broken: readonly string[];
  mended: readonly string[];
  added: number;
  removed: number;
  /** Of cost per trial, as a share of before; null where either is unknown. */
  costChange: number | null;
  /** Of tokens per trial. */
  tokenChange: number | null;
  promptsChanged: readonly string[];
}

/** Runs of one kind are compared with each other. */
type Kind = Pick<RunReport, "mode" | "bySimulator">;

/** Where runs are kept: reports that people look at, and the last full run of each mode. */
export function historyIn(folder: string) {
  const last = ({ mode, bySimulator }: Kind) =>
    join(folder, `last-${bySimulator ? "simulated" : mode}.json`);
  return {
    async before(kind: Kind): Promise<RunReport | null> {
      if (!existsSync(last(kind))) return null;
      const report: RunReport = await Bun.file(last(kind)).json();
      return report.v === 1 ? report : null;
    },
    /** A part of the set is no measure for the next run: only full ones are compared with. */
    async keep(report: RunReport, html: string): Promise<{ htmlFile: string; jsonFile: string }> {
      mkdirSync(folder, { recursive: true });
      const stem = `${report.mode}-${report.at.replaceAll(/[:.]/g, "-")}`;
      const files = {
        htmlFile: join(folder, `${stem}.html`),
        jsonFile: join(folder, `${stem}.json`),
      };
      const json = JSON.stringify(report);
      await Promise.all([Bun.write(files.htmlFile, html), Bun.write(files.jsonFile, json)]);
      if (report.isWhole) await Bun.write(last(report), json);
      return files;
    },
  };
}

/** Compares what both runs have had. */
export function differenceOf(before: RunReport, now: RunReport): Difference {
  const key = ({ id, source }: RunReport["results"][number]) => `${id}/${source}`;
  const old = new Map(before.results.map((result) => [key(result), result]));
  const both = now.results.filter((result) => old.has(key(result)));
  const was = (result: RunReport["results"][number]) => old.get(key(result))?.passed ?? false;
  const names = new Set(now.results.map(key));
  return {
    since: before.at,
    model: before.model,
    broken: both.filter((one) => was(one) && !one.passed).map(({ id }) => id),
    mended: both.filter((one) => !was(one) && one.passed).map(({ id }) => id),
    added: now.results.length - both.length,
    removed: now.isWhole ? before.results.filter((one) => !names.has(key(one))).length : 0,
    ...changesOf(before, now),
    promptsChanged: now.prompts
      .filter(({ step, hash }) =>
        before.prompts.some((one) => one.step === step && one.hash !== hash),
      )
      .map(({ step }) => step),
  };
}

/** Per trial, because two runs need not have as many; of cost, per trial that has a price. */
function changesOf(before: RunReport, now: RunReport) {
  const each = ({ results }: RunReport) => {
    const { costUsd, tokens, trials, unpriced } = totalsOf(results);
    return { cost: (costUsd ?? Number.NaN) / (trials - unpriced), tokens: tokens / trials };
  };
  const [then, today] = [each(before), each(now)];
  const change = (old: number, fresh: number) => (fresh / old > 0 ? fresh / old - 1 : null);
  return {
    costChange: change(then.cost, today.cost),
    tokenChange: change(then.tokens, today.tokens),
  };
}

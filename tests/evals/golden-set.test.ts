import { describe, expect, test } from "bun:test";
import { GOLDEN_SET, loadGoldenSet } from "../../scripts/evals/load.ts";
import { loadRecordings, recordedJobs } from "../../scripts/evals/recordings.ts";
import { OFFLINE_MODEL } from "../../scripts/evals/responders.ts";
import { authoredJobs, runOffline } from "../../scripts/evals/run-set.ts";

const set = await loadGoldenSet(GOLDEN_SET);
const bench = { model: OFFLINE_MODEL, provider: "openai" };
const authored = await runOffline(set, authoredJobs(set, set.cases), bench);
const { jobs } = recordedJobs(set, set.cases, await loadRecordings(), authored.prompts);
const recorded = await runOffline(set, jobs, bench);

const results = [...authored.results, ...recorded.results];
for (const [group, some] of Map.groupBy(results, (result) => result.group)) {
  describe(set.groups.get(group)?.title ?? group, () => {
    for (const { id, catches, source, trials } of some) {
      test(`${id} (${source}) catches: ${catches}`, () => {
        expect(trials.flatMap(({ failures }) => failures)).toEqual([]);
      });
    }
  });
}

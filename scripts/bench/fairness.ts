import { type Figure, type Measure, type Outcome, percentile } from "./measure.ts";
import { warmPath } from "./message-path.ts";
import type { Answered } from "./running-path.ts";

const SETTLE_MS = 180_000;

/** A quiet organization's leads, and how much more often the neighbour's write. */
const QUIET_LEADS = 100;
const QUIET_PACE_MS = 200;
const TIMES = 50;

/** What an organization's leads wait while another one has fifty times its traffic. */
export const fairness: Measure = { name: "fairness", run };

async function run(stack: AsyncDisposableStack): Promise<Outcome> {
  const path = await warmPath(stack, { neighbour: true });
  const quiet = path.installation.numbers.slice(-1);
  const hot = path.installation.numbers.slice(0, -1);
  const writeQuietly = async () => {
    const first = path.written;
    await path.write(QUIET_LEADS, { paceMs: QUIET_PACE_MS, to: quiet });
    return first;
  };
  const firstAlone = await writeQuietly();
  await path.settled(SETTLE_MS);

  const firstHot = path.written;
  const flood = path.write(QUIET_LEADS * TIMES, { paceMs: QUIET_PACE_MS / TIMES, to: hot });
  const firstBeside = await writeQuietly();
  await flood;
  await path.settled(SETTLE_MS);

  const alone = waits(await path.answers(firstAlone, QUIET_LEADS));
  const beside = waits(await path.answers(firstBeside, QUIET_LEADS));
  const crowded = waits(await path.answers(firstHot, QUIET_LEADS * TIMES));
  const figure = (name: string, of: readonly number[], percent: number): Figure => ({
    name: `${name}_p${percent}`,
    value: percentile(of, percent),
    unit: "ms",
    baseline: percentile(alone, percent),
    aim: null,
  });
  return {
    figures: [
      figure("fairness_quiet", beside, 50),
      figure("fairness_quiet", beside, 99),
      figure("fairness_hot", crowded, 50),
      figure("fairness_hot", crowded, 99),
    ],
    how: `From the webhook's POST to the send, of ${QUIET_LEADS} leads of one organization, ${1_000 / QUIET_PACE_MS} new ones a second, while another organization gets ${TIMES} times as many on 15 numbers of its own; beside it the same leads' waits without the other. One worker; no debounce.`,
    delivery: await path.checkDelivery(),
  };
}

function waits(answers: readonly Answered[]): number[] {
  return answers.map(({ postedAtMs, sentAtMs }) => sentAtMs - postedAtMs);
}

import { keyOf } from "../../streams/topology.ts";
import { startLeadline } from "../../tests/support/processes.ts";
import { startHelper } from "./helper-process.ts";
import { createLoader, type Loader, type LoadReport } from "./http-load.ts";
import {
  APP_SECRET,
  createInstallation,
  type Installation,
  KEYSPACE,
  temporaryFolder,
} from "./installation.ts";
import { signedWebhook } from "./lead-messages.ts";
import { type Measure, median, type Outcome } from "./measure.ts";

const DISTINCT_WEBHOOKS = 20_000;
const WARM_UP_SECONDS = 2;
const ROUND_SECONDS = 3;
const ROUNDS = 3;

/** Webhook requests a second, with signature and an append that is on disk before the answer. */
export const webhookRequests: Measure = { name: "webhook_requests", run };

async function run(stack: AsyncDisposableStack): Promise<Outcome> {
  const installation = await createInstallation(stack, { numbers: 4, quietMs: 2_000 });
  const loader = createLoader(temporaryFolder(stack), manyWebhooks(installation));
  const bare = await startHelper(stack, "bare-server.ts");
  const api = await startLeadline("api", installation.env);
  stack.defer(() => api.kill("SIGKILL"));
  await api.ready();
  const url = `${api.url}/webhooks/whatsapp`;

  const taken = new Intake(installation, api.url, loader);
  await loader.run(bare.url, WARM_UP_SECONDS);
  await taken.during(() => loader.run(url, WARM_UP_SECONDS));
  const bareRounds: LoadReport[] = [];
  const rounds: LoadReport[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    bareRounds.push(await loader.run(bare.url, ROUND_SECONDS));
    rounds.push(await taken.during(() => loader.run(url, ROUND_SECONDS)));
  }
  const baseline = median(bareRounds.map(perSecond));
  const middle = (pick: (report: LoadReport) => number) => median(rounds.map(pick));
  const ackUnit = { unit: "ms", baseline: null, aim: null };
  return {
    figures: [
      {
        name: "webhook_requests",
        value: middle(perSecond),
        unit: "requests/s",
        baseline,
        aim: "≥ 5,000/s and ≥ 0.25",
      },
      { name: "webhook_ack_p50", value: middle(({ p50Ms }) => p50Ms), ...ackUnit },
      { name: "webhook_ack_p99", value: middle(({ p99Ms }) => p99Ms), ...ackUnit },
    ],
    how: `Loader: ${loader.name}, ${loader.connections} connections, ${DISTINCT_WEBHOOKS} distinct signed webhooks of about 700 bytes. One ROLE=api process; baseline: a bare Bun.serve that reads the body. ${ROUNDS} rounds of ${ROUND_SECONDS} s each, in turn; the middle one counts. Acknowledgement times are those at full load.`,
    delivery: taken.verdict(),
  };
}

function manyWebhooks({ numbers }: Installation) {
  const now = new Date();
  return Array.from({ length: DISTINCT_WEBHOOKS }, (_, lead) => {
    const number = numbers[lead % numbers.length];
    if (number === undefined) throw new Error("The installation has no number.");
    return signedWebhook(APP_SECRET, number, lead, now);
  });
}

function perSecond({ acknowledged, seconds }: LoadReport): number {
  return acknowledged / seconds;
}

/** Compares what the loader was told with what stands in the stream. */
class Intake {
  #acknowledged = 0;
  #appended = 0;
  #unheard = 0;
  readonly #installation: Installation;
  readonly #apiUrl: string;
  readonly #loader: Loader;

  constructor(installation: Installation, apiUrl: string, loader: Loader) {
    this.#installation = installation;
    this.#apiUrl = apiUrl;
    this.#loader = loader;
  }

  async during(round: () => Promise<LoadReport>): Promise<LoadReport> {
    const redis = this.#installation.redis.of(0);
    const key = keyOf(KEYSPACE, 0, "inbound");
    const acceptedBefore = await this.#accepted();
    const report = await round();
    // Requests that were under way when the loader stopped may still be at their append.
    await Bun.sleep(500);
    const appended = await redis.xlen(key);
    const accepted = (await this.#accepted()) - acceptedBefore;
    const unheard = appended - report.acknowledged;
    if (report.failed > 0 || accepted !== appended || unheard < 0) {
      throw new Error(
        `Delivery was not exact: ${report.acknowledged} acknowledged, ${report.failed} failed, ${accepted} answered by the API, ${appended} appended.`,
      );
    }
    if (unheard > this.#loader.connections) {
      throw new Error(`${unheard} more appended than acknowledged: some webhooks came twice.`);
    }
    this.#acknowledged += report.acknowledged;
    this.#appended += appended;
    this.#unheard += unheard;
    await redis.unlink(key);
    return report;
  }

  verdict(): string {
    return `${this.#acknowledged} acknowledged to the loader + ${this.#unheard} under way when it hung up = ${this.#appended} entries in the stream = 200s counted by the API`;
  }

  async #accepted(): Promise<number> {
    const metrics = await (await fetch(`${this.#apiUrl}/metrics`)).text();
    const line = /^\w*webhook_requests_total\{[^}]*outcome="accepted"[^}]*\} (\S+)/m.exec(metrics);
    return Number(line?.[1] ?? 0);
  }
}

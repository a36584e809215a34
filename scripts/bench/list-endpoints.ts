import { type ListCall, listCalls } from "../../tests/modules/contract/list-calls.ts";
import {
  cursorName,
  isPublic,
  listsOf,
  type Operation,
  operationsOf,
} from "../../tests/modules/contract/operations.ts";
import { wordsFor } from "./large-data/words.ts";
import { LARGE, SMALL } from "./large-data.ts";
import { type ListAnswer, type ListOffice, openListOffice } from "./list-office.ts";
import { type Figure, type Measure, type Outcome, percentile, sameCounts } from "./measure.ts";

const CALLS = 200;
/** Each of the API's connections has then prepared the statement, and settled on a plan. */
const WARM_UP_CALLS = 80;
/** A list that is this slow is known well enough. */
const SERIES_MS = 10_000;
const FEWEST_CALLS = 20;
const AIM = 1.5;

/** Every list of the API as its data grows a hundredfold. */
export const listEndpoints: Measure = { name: "list_endpoints", isLong: true, run };

interface Series {
  name: string;
  large: number[];
  small: number[];
  /** On its page. */
  rows: { large: number; small: number };
  /** Calls that answered the same rows as the first on their side. */
  steady: number;
}

async function run(stack: AsyncDisposableStack): Promise<Outcome> {
  const until = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000);
  const startedMs = performance.now();
  const large = await openListOffice(stack, { ...LARGE, seed: 1, until });
  const filledSeconds = Math.round((performance.now() - startedMs) / 1_000);
  const small = await openListOffice(stack, { ...SMALL, seed: 1, until });
  const document = await large.document();
  const series: Series[] = [];
  for (const operation of listsOf(document, operationsOf(document))) {
    if (isPublic(operation)) continue;
    const found = await measureList(large, small, operation, (office) =>
      listCalls(document, operation, wordsFor(office.data, until)),
    );
    series.push(...found);
  }
  return outcomeOf(series, filledSeconds);
}

async function measureList(
  large: ListOffice,
  small: ListOffice,
  operation: Operation,
  callsOf: (office: ListOffice) => ListCall[],
): Promise<Series[]> {
  const [atLarge, atSmall] = [
    await callsIn(large, operation, callsOf),
    await callsIn(small, operation, callsOf),
  ];
  const series: Series[] = [];
  for (const [at, { name, ask }] of atLarge.entries()) {
    const other = atSmall[at];
    // The small data may have no second page.
    if (other?.name !== name) continue;
    await Promise.all([large.signIn(), small.signIn()]);
    const called = `${operation.id}.${name.replaceAll(" ", "_")}`;
    series.push({ name: called, ...(await inTurns(ask, other.ask)) });
  }
  return series;
}

interface Asking {
  name: string;
  ask(): Promise<ListAnswer>;
}

async function callsIn(
  office: ListOffice,
  operation: Operation,
  callsOf: (office: ListOffice) => ListCall[],
): Promise<Asking[]> {
  await office.signIn();
  const address = await office.addressOf(operation);
  const calls = callsOf(office);
  const middle = await office.middleOf(operation, address);
  const pages = middle === null ? [] : [{ [cursorName(operation)]: middle }];
  const all = [...calls, ...pages.map((query) => ({ name: "middle page", query }))];
  return all.map(({ name, query }) => ({ name, ask: () => office.ask(address, query) }));
}

/** One call here, one there: what else the machine does meets both. */
async function inTurns(large: Asking["ask"], small: Asking["ask"]): Promise<Omit<Series, "name">> {
  await repeat(WARM_UP_CALLS, large, small);
  return await repeat(CALLS, large, small);
}

async function repeat(
  count: number,
  large: Asking["ask"],
  small: Asking["ask"],
): Promise<Omit<Series, "name">> {
  const took: Omit<Series, "name"> = {
    large: [],
    small: [],
    rows: { large: 0, small: 0 },
    steady: 0,
  };
  const seen: { large?: string; small?: string } = {};
  const startedMs = performance.now();
  for (let call = 0; call < count; call += 1) {
    if (call >= FEWEST_CALLS && performance.now() - startedMs > SERIES_MS) break;
    for (const [side, ask] of [
      ["large", large],
      ["small", small],
    ] as const) {
      const { tookMs, page } = await ask();
      const ids = page.data.map(({ id }) => id).join();
      seen[side] ??= ids;
      took[side].push(tookMs);
      took.steady += seen[side] === ids ? 1 : 0;
      took.rows[side] = page.data.length;
    }
  }
  return took;
}

function outcomeOf(series: readonly Series[], filledSeconds: number): Outcome {
  const figures = series.flatMap(({ name, large, small, rows }): Figure[] =>
    [50, 99].map((percent) => ({
      name: `${name}.p${percent}`,
      value: percentile(large, percent),
      unit: "ms",
      baseline: percentile(small, percent),
      aim: percent === 99 ? aimFor(rows) : null,
    })),
  );
  const over = series.filter(
    ({ large, small }) => percentile(large, 99) > AIM * percentile(small, 99),
  );
  const empty = series.filter(({ rows }) => rows.large === 0).map(({ name }) => name);
  const calls = series.flatMap(({ large, small }) => [large.length, small.length]);
  return {
    figures: [
      { name: "list_calls_over_aim", value: over.length, unit: "calls", baseline: null, aim: "0" },
      ...figures,
    ],
    how: `Each list of the OpenAPI document with each value of each filter, its first page and one from the middle, over HTTP, one call at a time, in turns against ${LARGE.messages.toLocaleString("en")} messages of ${LARGE.leads.toLocaleString("en")} leads (value; filled in ${filledSeconds} s) and ${SMALL.messages.toLocaleString("en")} of ${SMALL.leads.toLocaleString("en")} (baseline); up to ${CALLS} calls each after ${WARM_UP_CALLS} to warm up, fewer where they take more than ${SERIES_MS / 1_000} s. Nothing was found, as was meant, by ${empty.join(", ") || "none"}.`,
    delivery: sameCounts({
      "calls timed": calls.reduce((sum, count) => sum + count, 0),
      "answers with the rows of the first": series.reduce((sum, { steady }) => sum + steady, 0),
    }),
  };
}

/** A page that is not full in the small data is quicker for that alone. */
function aimFor({ large, small }: Series["rows"]): string {
  const aim = `≤ ${AIM} × baseline`;
  return large === small ? aim : `${aim} (${large} rows, there ${small})`;
}

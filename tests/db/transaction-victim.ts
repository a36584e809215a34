// Run as a process of its own by transaction.test.ts: plain `begin` raises errors nobody can catch.
// argv: database url, JSON scenario. Prints one line of JSON.
import postgres from "postgres";
import { transaction } from "../../src/db/transaction.ts";
import type { Scenario, VictimReport } from "./transaction-scenarios.ts";

const [url = "", json = "{}"] = process.argv.slice(2);
const scenario: Scenario = JSON.parse(json);

interface Statements {
  rows(text: TemplateStringsArray, ...values: number[]): PromiseLike<{ pid: number }[]>;
}
type Begin = (work: (tx: Statements) => Promise<void>) => Promise<unknown>;

const sql = postgres(url, { max: 1, onnotice: () => {} });
const admin = postgres(url, { max: 1, onnotice: () => {} });
const begin: Begin =
  scenario.with === "plain begin"
    ? (work) => sql.begin((tx) => work({ rows: (text, ...values) => tx(text, ...values) }))
    : (work) => transaction(sql, scenario.deadlineMs, work);

const uncaught: string[] = [];
process.on("uncaughtException", (error) => uncaught.push(error.message));
process.on("unhandledRejection", (error) => uncaught.push(String(error)));

await admin`create table if not exists kept (id int)`;
await admin`truncate kept`;
await sql`select 1`;

const waiters: Promise<unknown>[] = [];
const killed = begin(async (tx) => {
  const [backend] = await tx.rows`select pg_backend_pid() as pid`;
  await tx.rows`insert into kept values (1)`;
  for (let left = scenario.waitingQueries; left > 0; left--)
    waiters.push(sql`select pg_sleep(0.1)`);
  if (scenario.waitingTransaction) waiters.push(otherTransaction());
  const kill = () => admin`select pg_terminate_backend(${backend?.pid ?? 0})`.execute();
  if (scenario.kill === "between statements") await kill();
  else {
    setTimeout(kill, 30);
    await Promise.resolve(tx.rows`select pg_sleep(1)`).catch((error: unknown) => {
      if (!scenario.goesOnAfterFailure) throw error;
    });
  }
  await Bun.sleep(scenario.pauseMs);
  await tx.rows`insert into kept values (2)`;
});

/** Writes 10 and 11 around a pause, then gives up: neither may stay. */
async function otherTransaction(): Promise<void> {
  await begin(async (tx) => {
    await tx.rows`insert into kept values (10)`;
    await Bun.sleep(scenario.pauseMs + 100);
    await tx.rows`insert into kept values (11)`;
    throw new Error("given up");
  });
}

const settled = <T>(work: PromiseLike<T>) =>
  Promise.race([
    Promise.resolve(work).then(
      () => "resolved" as const,
      () => "rejected" as const,
    ),
    Bun.sleep(scenario.deadlineMs + 300).then(() => "hangs" as const),
  ]);

const outcome = await settled(killed);
const others = await Promise.all(waiters.map(settled));
await Bun.sleep(scenario.pauseMs + 50);
const report: VictimReport = {
  outcome,
  others,
  poolAfterwards: await settled(sql`select 1`),
  kept: (await admin<{ id: number }[]>`select id from kept order by id`).map((row) => row.id),
  uncaught,
};
process.stdout.write(`${JSON.stringify(report)}\n`);
process.exit(0);

import { readFileSync } from "node:fs";
import { createDb, type Db } from "../src/db/client.ts";
import { rebuildUsage } from "../src/db/queries/llm-usage.ts";
import { repriceCalls } from "../src/db/queries/reprice-llm-calls.ts";
import { parsePrices } from "../src/db/seed/price-table.ts";
import { loadPrices } from "../src/db/seed/prices.ts";
import { AppError } from "../src/lib/errors.ts";
import { withDatabase } from "./with-database.ts";

const USAGE = `Name what to do:
  bun run prices <file.csv>   takes a table of model prices; src/db/seed/model-prices.csv shows how it looks
  bun run prices reprice      prices all calls anew by the table as it is now
  bun run prices rebuild      makes the sums of the usage reports anew from the calls`;

/** Beyond what a request would wait for: a whole ledger is read. */
const DEADLINE_MS = 10 * 60_000;

const [, , what] = process.argv;

await withDatabase(async ({ url }) => {
  if (what === undefined) throw new AppError("invalid_input", USAGE);
  const db = createDb({
    ...{ url, maxConnections: 1, name: "leadline-prices", queryDeadlineMs: DEADLINE_MS },
  });
  try {
    console.log(await run(db, what));
  } finally {
    await db.close();
  }
});

async function run(db: Db, wanted: string): Promise<string> {
  if (wanted === "reprice")
    return `${await repriceCalls(db)} calls have another cost or price now.`;
  if (wanted === "rebuild") {
    await rebuildUsage(db);
    return "The sums are made anew.";
  }
  const { added, replaced } = await loadPrices(db, parsePrices(readFileSync(wanted, "utf8")));
  return `${added} prices are new, ${replaced} of them in the place of wrong ones. Calls keep their cost until: bun run prices reprice`;
}

import { readFileSync } from "node:fs";
import { createDb } from "../src/db/client.ts";
import { parseRates, replaceRates } from "../src/db/seed/message-rates.ts";
import { AppError } from "../src/lib/errors.ts";
import { withDatabase } from "./with-database.ts";

const [, , path] = process.argv;

await withDatabase(async ({ url }) => {
  if (path === undefined) {
    throw new AppError(
      "invalid_input",
      "Name the table of rates: bun run fees <file.csv>. docs/message-rates.example.csv shows how it looks.",
    );
  }
  const rates = parseRates(readFileSync(path, "utf8"));
  const db = createDb({ url, maxConnections: 1, name: "leadline-fees" });
  try {
    const { priced } = await replaceRates(db, rates);
    console.log(`${rates.length} rates. ${priced} messages whose fee was unknown have one now.`);
  } finally {
    await db.close();
  }
});

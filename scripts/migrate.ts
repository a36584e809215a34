import { migrate } from "../src/db/migrate.ts";
import { spokenLog, withDatabase } from "./with-database.ts";

await withDatabase(async ({ url }) => {
  const { applied, alreadyUpToDate } = await migrate({ url, log: spokenLog });
  const count = applied.length === 1 ? "1 migration" : `${applied.length} migrations`;
  console.log(
    alreadyUpToDate
      ? "Nothing to do: the database is up to date."
      : `The database is up to date: ${count} applied.`,
  );
});

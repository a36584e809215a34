import { consume } from "./harness.ts";

/** Ends its process with 7 as soon as it is handed an entry of `turns`. */
const [url = "", prefix = ""] = process.argv.slice(2);
await consume({
  url,
  keyspace: { prefix, partitions: 1 },
  handlers: { turns: async () => process.exit(7) },
});

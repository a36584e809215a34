import { consume } from "./harness.ts";

/** Takes entries of `inbound` and never finishes one; ended from outside. */
const [url = "", prefix = ""] = process.argv.slice(2);
await consume({
  url,
  keyspace: { prefix, partitions: 1 },
  handlers: { inbound: () => new Promise(() => undefined) },
});

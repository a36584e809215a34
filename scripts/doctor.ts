import { parseArgs } from "node:util";
import { loadConfig } from "../src/config.ts";
import { createDb } from "../src/db/client.ts";
import { errorMessage } from "../src/lib/errors.ts";
import type { Check } from "../src/modules/numbers/check.ts";
import { examine } from "../src/modules/numbers/doctor.ts";
import { createLogger } from "../src/ops/logger.ts";
import { surroundings } from "../src/roles/boot.ts";
import { createGraphAccount } from "../src/whatsapp/account.ts";
import { tableOf } from "./doctor/table.ts";

const USAGE = `Looks at everything that WhatsApp needs to work here, and says what to do about what does not.

  bun run doctor [--json]

  --json   a list of {check, about, state, text, fix} instead of a table

Runs with the environment of the API, beside a running Leadline. Changes nothing. Ends with 1 if
anything failed; what only wants a look does not count.`;

/** Of each question to Meta. */
const META_DEADLINE_MS = 8_000;

const asked = readAsked();
if (asked === null) console.log(USAGE);
else if (typeof asked === "string") {
  console.error(`${asked}\n\n${USAGE}`);
  process.exitCode = 2;
} else await main(asked.json);

function readAsked(): { json: boolean } | string | null {
  try {
    const options = {
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    } as const;
    const { values } = parseArgs({ options });
    return values.help ? null : { json: values.json };
  } catch (error) {
    return errorMessage(error);
  }
}

async function main(json: boolean): Promise<void> {
  try {
    const checks = await look();
    const text = json
      ? JSON.stringify(checks, null, 2)
      : tableOf(checks, Boolean(process.stdout.isTTY) && !process.env["NO_COLOR"]).join("\n");
    console.log(text);
    if (checks.some(({ state }) => state === "fail")) process.exitCode = 1;
  } catch (error) {
    console.error(errorMessage(error));
    process.exitCode = 1;
  }
}

async function look(): Promise<Check[]> {
  // As the API is configured; it is the API's address and secrets that are looked at.
  const config = loadConfig(process.env, { role: "api" });
  const log = createLogger({ level: "silent", role: "doctor" });
  const { databaseUrl, box, appSecrets } = await surroundings(config, log);
  const { graphUrl, graphVersion } = config.whatsapp;
  const db = createDb({ url: databaseUrl, maxConnections: 2, name: "leadline-doctor" });
  try {
    return await examine({
      ...{ db, box, appSecrets, graphUrl, graphVersion },
      publicUrl: config.http.publicUrl,
      meta: createGraphAccount({ graphUrl, version: graphVersion, deadlineMs: META_DEADLINE_MS }),
    });
  } finally {
    await db.close(1_000);
  }
}

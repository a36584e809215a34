import type { Config } from "../src/config.ts";
import { createDb } from "../src/db/client.ts";
import { resealAll } from "../src/db/reseal.ts";
import { AppError } from "../src/lib/errors.ts";
import { createSecretBox } from "../src/lib/secret-box.ts";
import { devSecrets } from "../src/ops/dev-secrets.ts";
import { spokenLog, withDatabase } from "./with-database.ts";

await withDatabase(async ({ url, config }) => {
  const box = createSecretBox(keysOf(config));
  const db = createDb({ url, maxConnections: 1, name: "leadline-rotate" });
  try {
    const report = await resealAll({ db, box, log: spokenLog });
    const { resealed, upToDate, changed, unreadable } = report;
    console.log(
      `Stored secrets: ${resealed} sealed with the newest key, ${upToDate} were already, ${changed} changed meanwhile, ${unreadable} cannot be opened.`,
    );
    if (unreadable + changed > 0) process.exitCode = 1;
    console.log(
      unreadable + changed > 0
        ? "Keep the older keys. Put missing ones at the end of ENCRYPTION_KEYS and run this again."
        : "The older keys of ENCRYPTION_KEYS can go, once every running process knows the newest.",
    );
  } finally {
    await db.close();
  }
});

/** Sealing with a generated key what was meant for another would lock every process out. */
function keysOf({ security, production, dataDir }: Config): readonly string[] {
  if (security.encryptionKeys.length > 0) return security.encryptionKeys;
  if (production || process.env["ENCRYPTION_KEYS"]) {
    throw new AppError(
      "invalid_config",
      "ENCRYPTION_KEYS is missing or wrong: set it as for the other roles, the newest key first.",
    );
  }
  return [devSecrets(dataDir).encryptionKey];
}

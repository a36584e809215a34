import type { Config } from "../src/config.ts";
import { createDb, type Db } from "../src/db/client.ts";
import { migrate } from "../src/db/migrate.ts";
import { seedDemo } from "../src/db/seed/demo.ts";
import { demoNumber, demoOrganization, demoOwner } from "../src/db/seed/northwind.ts";
import { shippedPrices } from "../src/db/seed/price-table.ts";
import { seedPrices } from "../src/db/seed/prices.ts";
import { createSecretBox } from "../src/lib/secret-box.ts";
import { devSecrets } from "../src/ops/dev-secrets.ts";
import { spokenLog, withDatabase } from "./with-database.ts";

await withDatabase(async ({ url, config }) => {
  await migrate({ url, log: spokenLog });
  const db = createDb({ url, maxConnections: 1, name: "leadline-seed" });
  try {
    const added = await seedPrices(db, shippedPrices());
    console.log(added === 0 ? "Model prices: all there." : `Model prices: ${added} added.`);
    console.log(await seedDemoBesideSimulator(db, config));
  } finally {
    await db.close();
  }
});

/** Anybody may read the demo's password, so it exists only where the simulator does. */
async function seedDemoBesideSimulator(db: Db, config: Config): Promise<string> {
  const { name } = demoOrganization;
  if (!config.simulator.enabled) {
    return `Demo organization: left out, because the simulator is off. ${name} has a password that everybody knows.`;
  }
  const { encryptionKeys } = config.security;
  const keys =
    encryptionKeys.length > 0 ? encryptionKeys : [devSecrets(config.dataDir).encryptionKey];
  const box = createSecretBox(keys);
  const { created } = await seedDemo({ db, box, number: demoNumber });
  return created
    ? `Demo organization: ${name} made. Sign in as ${demoOwner.email} with ${demoOwner.password}.`
    : `Demo organization: ${name} is there already, left as it is.`;
}

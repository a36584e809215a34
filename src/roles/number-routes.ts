import { repeat } from "../../streams/repeat.ts";
import { type IntegrationRow, listActiveIntegrations } from "../db/queries/integrations.ts";
import type { WebhookApp, WebhookNumber, WebhookRoutes } from "../modules/webhook/routing.ts";
import type { Core } from "./core.ts";

/** How old the picture of the connected numbers may be. While Postgres is away the last one stays. */
const REFRESH_PAUSE_MS = 2_000;

interface Picture {
  numbers: ReadonlyMap<string, WebhookNumber>;
  accounts: ReadonlyMap<string, WebhookNumber>;
  apps: ReadonlyMap<string, WebhookApp>;
}

/** Where a sealed secret of an organization's own Meta app is kept, for `seal` and `open`. */
const secretContext = (column: "app_secret" | "verify_token", integrationId: string) =>
  `integrations.${column}:${integrationId}`;

/** All connected numbers in memory, so that the webhook asks no database. Resolves once it has them. */
export async function createNumberRoutes(core: Core) {
  let picture = draw(core, await listActiveIntegrations(core.db));
  const refreshing = repeat("number routes", REFRESH_PAUSE_MS, core.log, async () => {
    picture = draw(core, await listActiveIntegrations(core.db));
  });
  const routes: WebhookRoutes = {
    byPhoneNumberId: (id) => picture.numbers.get(id),
    byWabaId: (id) => picture.accounts.get(id),
    byKey: (key) => picture.apps.get(key),
  };
  return { routes, stop: refreshing.stop };
}

function draw(core: Core, rows: readonly IntegrationRow[]): Picture {
  const numbers = new Map<string, WebhookNumber>();
  const accounts = new Map<string, WebhookNumber>();
  const apps = new Map<string, WebhookApp>();
  for (const row of rows) {
    const number: WebhookNumber = {
      organizationId: row.organizationId,
      integrationId: row.id,
      app: row.webhookKey === null ? "platform" : "own",
    };
    numbers.set(row.phoneNumberId, number);
    accounts.set(row.wabaId, number);
    if (row.webhookKey !== null) apps.set(row.webhookKey, ownApp(core, row));
  }
  return { numbers, accounts, apps };
}

function ownApp({ box }: Core, row: IntegrationRow): WebhookApp {
  const open = (sealed: string | null, column: "app_secret" | "verify_token") =>
    sealed === null ? [] : [box.open(sealed, secretContext(column, row.id))];
  return {
    organizationId: row.organizationId,
    appSecrets: open(row.appSecretBox, "app_secret"),
    verifyTokens: open(row.verifyTokenBox, "verify_token"),
  };
}

import { repeat } from "../../streams/repeat.ts";
import { type IntegrationRow, listRoutedIntegrations } from "../db/queries/integrations.ts";
import { appSecretContext, verifyTokenContext } from "../lib/secret-box.ts";
import type {
  AppOwner,
  WebhookApp,
  WebhookNumber,
  WebhookRoutes,
} from "../modules/webhook/routing.ts";
import type { Core } from "./core.ts";

/** How old the picture of the connected numbers may be. While Postgres is away the last one stays. */
const REFRESH_PAUSE_MS = 2_000;

interface Picture {
  numbers: ReadonlyMap<string, WebhookNumber>;
  accounts: ReadonlyMap<string, readonly WebhookNumber[]>;
  apps: ReadonlyMap<string, WebhookApp>;
}

type RoutesCore = Pick<Core, "db" | "box" | "log">;

/** All connected numbers in memory, so that the webhook asks no database. Resolves once it has them. */
export async function createNumberRoutes(core: RoutesCore) {
  let picture = draw(core, await listRoutedIntegrations(core.db));
  const refreshing = repeat("number routes", REFRESH_PAUSE_MS, core.log, async () => {
    picture = draw(core, await listRoutedIntegrations(core.db));
  });
  const routes: WebhookRoutes = {
    byPhoneNumberId: (id) => picture.numbers.get(id),
    byWabaId: (id) => picture.accounts.get(id) ?? [],
    byKey: (key) => picture.apps.get(key),
  };
  return { routes, stop: refreshing.stop };
}

function draw(core: RoutesCore, rows: readonly IntegrationRow[]): Picture {
  const numbers = new Map<string, WebhookNumber>();
  const accounts = new Map<string, WebhookNumber[]>();
  for (const row of rows.filter(({ active }) => active)) {
    const app: AppOwner = row.webhookKey === null ? "platform" : "own";
    const { organizationId } = row;
    const number = { organizationId, integrationId: row.id, app };
    numbers.set(row.phoneNumberId, number);
    const known = accounts.get(row.wabaId) ?? [];
    const isThere = known.some((one) => one.organizationId === organizationId && one.app === app);
    accounts.set(row.wabaId, isThere ? known : [...known, number]);
  }
  return { numbers, accounts, apps: ownApps(core, rows) };
}

/**
 * By key, what the organization's own apps sign with. A Meta app has one callback address for all its
 * numbers, so any of their keys stands for all of them: whichever was rotated or disconnected.
 */
function ownApps(core: RoutesCore, rows: readonly IntegrationRow[]): Map<string, WebhookApp> {
  const owners = Map.groupBy(
    rows.filter(({ webhookKey }) => webhookKey !== null),
    ({ organizationId }) => organizationId,
  );
  const apps = new Map<string, WebhookApp>();
  for (const [organizationId, own] of owners) {
    const secrets = own.map((row) => secretsOf(core, row));
    const app = {
      organizationId,
      appSecrets: [...new Set(secrets.flatMap(({ appSecrets }) => appSecrets))],
      verifyTokens: [...new Set(secrets.flatMap(({ verifyTokens }) => verifyTokens))],
    };
    for (const { webhookKey } of own) if (webhookKey !== null) apps.set(webhookKey, app);
  }
  return apps;
}

function secretsOf({ box }: RoutesCore, row: IntegrationRow): Omit<WebhookApp, "organizationId"> {
  const open = (sealed: readonly (string | null)[], context: string) =>
    sealed.flatMap((one) => (one === null ? [] : [box.open(one, context)]));
  return {
    appSecrets: open([row.appSecretBox, row.oldAppSecretBox], appSecretContext(row.id)),
    verifyTokens: open([row.verifyTokenBox], verifyTokenContext(row.id)),
  };
}

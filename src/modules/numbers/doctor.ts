import type { Db } from "../../db/client.ts";
import { AppError, errorMessage } from "../../lib/errors.ts";
import { accessTokenContext, appSecretContext, type SecretBox } from "../../lib/secret-box.ts";
import type { GraphAccount } from "../../whatsapp/account.ts";
import { type Check, fault, ok } from "./check.ts";
import { checkCallback, checkClock, checkVersion, checkWebhooks } from "./installation-checks.ts";
import { numberChecks } from "./number-checks.ts";
import { lookAtStatus } from "./status.ts";

export interface DoctorDeps {
  db: Db;
  box: SecretBox;
  meta: GraphAccount;
  graphUrl: string;
  graphVersion: string;
  publicUrl: string;
  /** Of the platform's Meta app, newest first. */
  appSecrets: readonly string[];
}

interface ConnectedNumber {
  organizationId: string;
  id: string;
  displayPhoneNumber: string;
  accessTokenBox: string;
  webhookKey: string | null;
  appSecretBox: string | null;
}

/** More numbers than this are looked at on their own status page. */
const MAX_NUMBERS = 50;

/** Looks at everything that WhatsApp needs to work here; nothing is changed. Never fails for what it finds. */
export async function examine(deps: DoctorDeps): Promise<Check[]> {
  const numbers = await deps.db.rows<ConnectedNumber>`
    select organization_id, id, display_phone_number, access_token_box, webhook_key, app_secret_box
    from integrations where active order by created_at, id limit ${MAX_NUMBERS}`;
  const checks = [checkVersion(deps.graphVersion, new Date()), await checkClock(deps.graphUrl)];
  checks.push(...(await checkPlatform(deps, numbers)));
  for (const number of numbers) {
    const about = number.displayPhoneNumber;
    const status = await lookAtStatus(deps, number.organizationId, number.id);
    checks.push(...numberChecks(about, status));
    if (number.webhookKey !== null) checks.push(...(await checkOwnApp(deps, number)));
  }
  if (numbers.length > 0) return checks;
  const fix = "Connect one under Settings, WhatsApp (POST /api/v1/settings/whatsapp).";
  return [...checks, fault("warn", "numbers", "No number is connected.", fix)];
}

/** The address and secret that all numbers without an app of their own share. */
async function checkPlatform(
  deps: DoctorDeps,
  numbers: readonly ConnectedNumber[],
): Promise<Check[]> {
  const [appSecret] = deps.appSecrets;
  const url = `${deps.publicUrl}/webhooks/whatsapp`;
  if (appSecret === undefined) {
    const fix = "Set WHATSAPP_APP_SECRETS to the secret of the Meta app.";
    return [fault("fail", "callback", "There is no app secret.", fix)];
  }
  const app = { url, appSecret, about: null };
  const callback = await checkCallback(app);
  const number = numbers.find(({ webhookKey }) => webhookKey === null);
  return number ? [callback, await checkApp(deps, number, app)] : [callback];
}

async function checkOwnApp(deps: DoctorDeps, number: ConnectedNumber): Promise<Check[]> {
  const about = number.displayPhoneNumber;
  try {
    const appSecret = deps.box.open(number.appSecretBox ?? "", appSecretContext(number.id));
    const url = `${deps.publicUrl}/webhooks/whatsapp/${number.webhookKey}`;
    const app = { url, appSecret, about };
    return [await checkCallback(app), await checkApp(deps, number, app)];
  } catch (error) {
    const fix = "Rotate the app secret of the number in, or put its key back into ENCRYPTION_KEYS.";
    return [fault("fail", "callback", errorMessage(error), fix, about)];
  }
}

interface App {
  url: string;
  appSecret: string;
  about: string | null;
}

/** What Meta says of the app, asked with its secret: a wrong one is refused. */
async function checkApp(
  { box, meta }: DoctorDeps,
  number: ConnectedNumber,
  { url, appSecret, about }: App,
): Promise<Check> {
  const name = "webhook fields";
  try {
    const token = box.open(number.accessTokenBox, accessTokenContext(number.id));
    const { appId } = await meta.readToken(token);
    if (appId === null) return ok(name, "Meta does not tell this token's app", about);
    return checkWebhooks(await meta.webhooks(appId, appSecret), url, about);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const isRefused = error.details["refused"] === "token";
    const text = isRefused ? "Meta does not take the app secret." : error.message;
    const fix = isRefused
      ? "Copy the app secret from the Meta app's basic settings; see the number's token, too."
      : "Look again in a few minutes; see the number's token.";
    return fault(isRefused ? "fail" : "warn", name, text, fix, about);
  }
}

import type { Db } from "../client.ts";

export interface IntegrationRow {
  organizationId: string;
  id: string;
  phoneNumberId: string;
  wabaId: string;
  webhookKey: string | null;
  appSecretBox: string | null;
  /** The secret before, as long as it still verifies. */
  oldAppSecretBox: string | null;
  verifyTokenBox: string | null;
}

/** Every active number of the instance; what the webhook's cache is made from. */
export function listActiveIntegrations(db: Db): Promise<IntegrationRow[]> {
  return db.rows<IntegrationRow>`
    select organization_id, id, phone_number_id, waba_id, webhook_key, app_secret_box,
      case when old_app_secret_until > now() then old_app_secret_box end as old_app_secret_box,
      verify_token_box
    from integrations where active`;
}

/** A webhook of these numbers was taken in just now. */
export async function recordIngress(db: Db, integrationIds: readonly string[]): Promise<void> {
  await db.rows`
    update integrations set last_ingress_at = now()
    where id = any(${[...integrationIds]}::uuid[])`;
}

import type { Db } from "../client.ts";

export interface IntegrationRow {
  organizationId: string;
  id: string;
  active: boolean;
  phoneNumberId: string;
  wabaId: string;
  webhookKey: string | null;
  appSecretBox: string | null;
  /** The secret before, as long as it still verifies. */
  oldAppSecretBox: string | null;
  verifyTokenBox: string | null;
}

/**
 * What the webhook's cache is made from: every active number of the instance, and disconnected ones
 * whose path may still be the callback of the Meta app by which another number gets its webhooks.
 */
export function listRoutedIntegrations(db: Db): Promise<IntegrationRow[]> {
  return db.rows<IntegrationRow>`
    select i.organization_id, i.id, i.active, i.phone_number_id, i.waba_id, i.webhook_key,
      i.app_secret_box, i.verify_token_box,
      case when i.old_app_secret_until > now() then i.old_app_secret_box end as old_app_secret_box
    from integrations i
    where i.active or i.webhook_key is not null and exists (
      select 1 from integrations o where o.organization_id = i.organization_id
        and o.active and o.webhook_key is not null)`;
}

/** A webhook of these numbers was taken in just now. */
export async function recordIngress(db: Db, integrationIds: readonly string[]): Promise<void> {
  await db.rows`
    update integrations set last_ingress_at = now()
    where id = any(${[...integrationIds]}::uuid[])`;
}

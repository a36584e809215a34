import { Value } from "@sinclair/typebox/value";
import type { EntryOf } from "../../streams/messages.ts";
import type { Db } from "../db/client.ts";
import { AppError } from "../lib/errors.ts";
import { newId } from "../lib/ids.ts";
import { NoticeItem } from "../whatsapp/payload.ts";

export interface Notice {
  organizationId: string | null;
  integrationId: string | null;
  field: string;
  /** Storable in jsonb. */
  raw: unknown;
}

/** Handler of `notices`: keeps each webhook item that is no message, raw and once. */
export function createNoticeHandler(deps: {
  db: Db;
}): (deliveries: readonly { entry: EntryOf["notices"] }[]) => Promise<void> {
  return async (deliveries) => {
    const notices = deliveries.map(({ entry }) => {
      if (!Value.Check(NoticeItem, entry.item)) {
        throw new AppError("poison", "A notice entry is of no known shape.");
      }
      return { ...entry, field: entry.item.field, raw: entry.item.raw };
    });
    await keepNotices(deps.db, notices);
  };
}

/** Stores notices; the same raw item twice is one row. */
export async function keepNotices(db: Db, notices: readonly Notice[]): Promise<void> {
  const rows = notices.map(({ organizationId, integrationId, field, raw }) => ({
    id: newId(),
    organization_id: organizationId,
    integration_id: integrationId,
    field,
    raw: raw ?? null,
    digest: new Bun.CryptoHasher("sha256")
      .update(JSON.stringify([organizationId, integrationId, field, raw ?? null]))
      .digest("hex"),
  }));
  await db.rows`
    insert into notices (id, organization_id, integration_id, field, raw, digest)
    select id, organization_id, integration_id, field, coalesce(raw, 'null'), digest
    from jsonb_to_recordset(${db.json(rows)}) as x(id uuid, organization_id uuid,
      integration_id uuid, field text, raw jsonb, digest text)
    on conflict do nothing`;
}

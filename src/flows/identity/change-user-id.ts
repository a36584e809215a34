import type { Db } from "../../db/client.ts";
import type { LiveEvent } from "../../lib/events.ts";
import { readUserIdUpdates, type UserIdUpdate } from "../../whatsapp/user-id-update.ts";
import { newestBsuid, recordMove, type Scope } from "./bsuid-moves.ts";
import { learnIdentity } from "./learn.ts";

/** A notice of the field `user_id_update`, of one number or of a whole account. */
export interface UserIdNotice {
  organizationId: string;
  integrationId: string | null;
  wabaId: string | null;
  /** As `notices` keeps it. */
  raw: unknown;
}

/**
 * Moves leads to their new BSUIDs; the earlier ones stay as what they were once known by. Told twice, or
 * an older change after a newer one, the lead ends up with the newest id. Where the new id is
 * another lead's already, people are asked whether the two are one.
 */
export async function applyUserIdUpdates(
  db: Db,
  notices: readonly UserIdNotice[],
): Promise<LiveEvent[]> {
  const events: LiveEvent[] = [];
  for (const notice of notices) {
    const updates = readUserIdUpdates(notice.raw);
    if (updates.length === 0) continue;
    for (const scope of await portfoliosOf(db, notice)) {
      for (const update of updates) {
        const at = { organizationId: notice.organizationId, scope };
        events.push(...(await moveBsuid(db, at, update)));
      }
    }
  }
  return events;
}

/** The move is remembered even when nobody has the old id yet. */
async function moveBsuid(
  db: Db,
  at: Scope,
  { previous, current, phone }: UserIdUpdate,
): Promise<LiveEvent[]> {
  await recordMove(db, at, { previous, current });
  const holder = await db.first<{ leadId: string }>`
    select lead_id from lead_identities
    where organization_id = ${at.organizationId} and kind = 'bsuid' and scope = ${at.scope}
      and value = ${previous} and ended_at is null`;
  const bsuid = await newestBsuid(db, at, previous);
  if (!holder || bsuid === previous) return [];
  const fact = { ...at, leadId: holder.leadId, takesPhone: false };
  const moved = await learnIdentity(db, { ...fact, phone: null, bsuid, replaces: true });
  if (phone === null || bsuid !== current) return moved;
  const phoned = await learnIdentity(db, { ...fact, phone, bsuid: null, replaces: false });
  return [...moved, ...phoned];
}

async function portfoliosOf(
  db: Db,
  { organizationId, integrationId, wabaId }: UserIdNotice,
): Promise<string[]> {
  const rows = await db.rows<{ portfolioId: string }>`
    select distinct portfolio_id from integrations
    where organization_id = ${organizationId}
      and (${integrationId}::uuid is null or id = ${integrationId}::uuid)
      and (${wabaId}::text is null or waba_id = ${wabaId}::text)`;
  return rows.map((row) => row.portfolioId);
}

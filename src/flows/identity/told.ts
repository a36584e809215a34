import type { Db } from "../../db/client.ts";
import type { LiveEvent } from "../../lib/events.ts";
import type { SystemContent } from "../../whatsapp/inbound-content.ts";
import type { Party } from "../../whatsapp/payload.ts";
import { newestBsuid, recordMove } from "./bsuid-moves.ts";
import { findHolder } from "./holder.ts";
import { learnIdentity } from "./learn.ts";

/** A message of one number that says something about who a lead is. */
export interface Told {
  organizationId: string;
  integrationId: string;
  wamid: string;
}

const moves: ReadonlySet<string> = new Set(["user_changed_number", "user_changed_user_id"]);

/**
 * Applies what a `system` message says about its sender's number and id; which lead that is, or null
 * for people who never wrote. Some payloads come under the old ids, some under the new ones.
 */
export async function applySystemMessage(
  db: Db,
  told: Told,
  from: Party,
  content: SystemContent,
): Promise<{ leadId: string | null; events: LiveEvent[] }> {
  const { organizationId } = told;
  const scope = await portfolioOf(db, told);
  const before = {
    phone: content.previousPhone ?? (from.phone === content.phone ? null : from.phone),
    bsuid: from.bsuid === content.bsuid ? null : from.bsuid,
  };
  const named = { organizationId, scope };
  const holder = await findHolder(db, { ...named, ...before });
  const leadId = holder ?? (await findHolder(db, { ...named, ...afterOf(from, content) }));
  if (holder === null || !moves.has(content.change) || (await isStored(db, told))) {
    return { leadId, events: [] };
  }
  const at = { organizationId, scope };
  const { phone, bsuid: current } = content;
  if (before.bsuid !== null && current !== null) {
    await recordMove(db, at, { previous: before.bsuid, current });
  }
  const bsuid = current === null ? null : await newestBsuid(db, at, current);
  const fact = { ...at, leadId: holder, phone, bsuid, takesPhone: false, replaces: true };
  return { leadId, events: await learnIdentity(db, fact) };
}

function afterOf(from: Party, { phone, bsuid }: SystemContent) {
  return { phone: phone ?? from.phone, bsuid: bsuid ?? from.bsuid };
}

/** The number that a lead shared when asked for it: theirs, unless another lead has it already. */
export async function learnSharedPhone(
  db: Db,
  told: Told,
  leadId: string,
  phone: string,
): Promise<LiveEvent[]> {
  if (await isStored(db, told)) return [];
  const { organizationId } = told;
  const scope = await portfolioOf(db, told);
  const fact = { organizationId, scope, leadId, phone, bsuid: null };
  return await learnIdentity(db, { ...fact, replaces: false, takesPhone: false });
}

/** WhatsApp named both the lead's BSUID and a phone that another lead had: it is this one's now. */
export async function learnShownPhone(
  db: Db,
  where: Pick<Told, "organizationId" | "integrationId">,
  leadId: string,
  phone: string,
): Promise<LiveEvent[]> {
  const { organizationId } = where;
  const scope = await portfolioOf(db, where);
  const fact = { organizationId, scope, leadId, phone, bsuid: null };
  return await learnIdentity(db, { ...fact, replaces: false, takesPhone: true });
}

/** What was told once is not applied again: people may have decided otherwise since. */
async function isStored(db: Db, { integrationId, wamid }: Told): Promise<boolean> {
  const row = await db.first`
    select 1 from messages where integration_id = ${integrationId} and wamid = ${wamid}`;
  return row !== undefined;
}

async function portfolioOf(
  db: Db,
  { organizationId, integrationId }: Pick<Told, "organizationId" | "integrationId">,
): Promise<string> {
  const row = await db.first<{ portfolioId: string }>`
    select portfolio_id from integrations
    where organization_id = ${organizationId} and id = ${integrationId}`;
  return row?.portfolioId ?? "";
}

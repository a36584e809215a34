import type { Db } from "../../db/client.ts";
import { isBots, isUnanswered } from "../../db/queries/claimable.ts";
import { utc } from "../../db/queries/public-state.ts";
import { AppError } from "../../lib/errors.ts";
import { phoneVariants } from "../../whatsapp/phone-variants.ts";
import type { Mutate } from "../mutate.ts";
import { auditCall, type Caller, internalActor } from "./calls.ts";
import type {
  EnqueuedTurn,
  InternalLead,
  InternalNumber,
  LeadQuery,
  NumberQuery,
} from "./model.ts";

const MAX_CONVERSATIONS = 20;

const CONVERSATIONS = `(
  select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'integrationId', c.integration_id,
      'mode', c.mode, 'stage', c.stage, 'optedOutAt', ${utc("c.opted_out_at")},
      'lastMessageAt', ${utc("c.last_message_at")}) order by c.last_message_at desc nulls last), '[]')
  from (
    select * from conversations
    where organization_id = l.organization_id and lead_id = l.id
    order by last_message_at desc nulls last limit ${MAX_CONVERSATIONS}
  ) c)`;

/** The lead who has the phone number now. Fails with `not_found`; either way the log keeps it. */
export async function findLead(
  db: Db,
  caller: Caller,
  { organizationId, phone }: LeadQuery,
): Promise<InternalLead> {
  const digits = phone.replace("+", "");
  const lead = await db.first<InternalLead>`
    select l.id, l.name, ${db.fragment(CONVERSATIONS)} as conversations
    from lead_identities i
    join leads l on l.organization_id = i.organization_id and l.id = i.lead_id
    where i.organization_id = ${organizationId} and i.kind = 'phone' and i.scope = ''
      and i.value = any(${phoneVariants(digits)}::text[]) and i.ended_at is null
    order by i.value = ${digits} desc limit 1`;
  const after = { phone: `…${digits.slice(-4)}`, found: lead !== undefined };
  const resourceId = lead?.id ?? "none";
  await auditCall(db, caller, { action: "lead.looked_up", resourceId, after }, organizationId);
  if (!lead) throw new AppError("not_found", "No lead has this number.");
  return lead;
}

/** Who has the WhatsApp number connected, or else had it last. Fails as `findLead`. */
export async function findNumber(
  db: Db,
  caller: Caller,
  { phoneNumberId }: NumberQuery,
): Promise<InternalNumber> {
  const number = await db.first<InternalNumber>`
    select organization_id, id as integration_id, waba_id, display_phone_number, active
    from integrations where phone_number_id = ${phoneNumberId}
    order by active desc, created_at desc limit 1`;
  const after = { phoneNumberId, found: number !== undefined };
  const resourceId = number?.integrationId ?? "none";
  const whose = number?.organizationId;
  await auditCall(db, caller, { action: "number.looked_up", resourceId, after }, whose);
  if (!number) throw new AppError("not_found", "There is no such number.");
  return number;
}

/** Which conversation the bot shall look at, and the client's key for repeats. */
export interface Waking {
  organizationId: string;
  conversationId: string;
  key: string | undefined;
}

/**
 * Wakes the bot for a conversation. The turn's own claim decides whether there is anything to do, so
 * this can double nothing. Fails as `findLead`.
 */
export async function enqueueTurn(
  { db, mutate }: { db: Db; mutate: Mutate },
  caller: Caller,
  { organizationId, conversationId, key }: Waking,
): Promise<EnqueuedTurn> {
  const found = await db.first<{ isWaiting: boolean }>`
    select ${db.fragment(isBots("c"))} and ${db.fragment(isUnanswered("c"))} as is_waiting
    from conversations c where organization_id = ${organizationId} and id = ${conversationId}`;
  if (!found) {
    const missed = { action: "turn.missed", resourceId: conversationId } as const;
    await auditCall(db, caller, missed, organizationId);
    throw new AppError("not_found", "There is no such conversation.", { conversationId });
  }
  return await mutate(
    internalActor(caller, organizationId),
    async (change) => {
      const entry = { v: 1, organizationId, conversationId, cause: "message" } as const;
      change.wake({ stream: "turns", entry });
      change.audit({ action: "turn.enqueued", resourceId: conversationId, after: found });
      return { conversationId, ...found };
    },
    { key, request: ["turn", conversationId] },
  );
}

import type { Db } from "../client.ts";
import type { Transaction } from "../transaction.ts";

/** Which CTA, and whose own times do not count. */
export interface TimesOf {
  organizationId: string;
  ctaId: string;
  exceptConversationId?: string;
}

/**
 * When appointments of a CTA begin that are settled, or held for a reply that is being written; those of
 * `exceptConversationId` left out, because it may take its own time anew.
 */
export async function takenTimes(
  db: Pick<Db | Transaction, "rows">,
  subject: TimesOf,
  { from, until }: { from: Date; until: Date },
): Promise<Date[]> {
  const { organizationId, ctaId, exceptConversationId = null } = subject;
  const rows = await db.rows<{ startsAt: Date }>`
    select b.scheduled_at as starts_at from bookings b
    where b.organization_id = ${organizationId} and b.cta_id = ${ctaId}
      and b.status in ('initiated', 'confirmed')
      and b.scheduled_at between ${from} and ${until}
      and b.conversation_id is distinct from ${exceptConversationId}::uuid
    union all
    select h.starts_at from booking_holds h
    where h.organization_id = ${organizationId} and h.cta_id = ${ctaId} and h.held_until > now()
      and h.starts_at between ${from} and ${until}
      and h.conversation_id is distinct from ${exceptConversationId}::uuid`;
  return rows.map(({ startsAt }) => startsAt);
}

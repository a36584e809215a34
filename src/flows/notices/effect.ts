import type { Db } from "../../db/client.ts";
import type { LiveEvent } from "../../lib/events.ts";
import { readDisplayDigits } from "../../whatsapp/notices/number-notices.ts";

/** One notice of an organization, as its effect sees it. */
export interface NoticeFacts {
  organizationId: string;
  /** Null: it came for the account. */
  integrationId: string | null;
  /** The WhatsApp Business account; null in entries that do not say. */
  wabaId: string | null;
  field: string;
  value: unknown;
  /** ISO 8601: when it happened, else when it arrived. */
  at: string;
  /** Tells this notice from every other one. */
  digest: string;
}

/**
 * What follows from a notice of one field; answers the live events of its commits. It may run again after
 * a crash, late and out of order: it judges by `at` and changes nothing twice. A value it cannot read
 * has no effect: the notice is kept all the same.
 */
export type NoticeEffect = (db: Db, notice: NoticeFacts) => Promise<LiveEvent[]>;

export interface ConcernedNumber {
  id: string;
  displayPhoneNumber: string;
}

/**
 * The connected numbers that a notice is about: the one it came for or shows, else all of the account. A
 * notice that names no account is about all numbers, if they are of one account.
 */
export async function concernedNumbers(db: Db, notice: NoticeFacts): Promise<ConcernedNumber[]> {
  const { organizationId, integrationId, wabaId, value } = notice;
  const digits = readDisplayDigits(value);
  return await db.rows<ConcernedNumber>`
    select i.id, i.display_phone_number from integrations i
    where i.organization_id = ${organizationId} and i.active
      and i.waba_id = coalesce(${wabaId}, (
        select min(o.waba_id) from integrations o
        where o.organization_id = i.organization_id and o.active
        having count(distinct o.waba_id) = 1))
      and (${integrationId}::uuid is null or i.id = ${integrationId})
      and (${digits}::text is null
        or regexp_replace(i.display_phone_number, '\\D', '', 'g') = ${digits})
    order by i.id`;
}

import type { Db } from "../../db/client.ts";
import { raiseAlerts } from "../../db/queries/alerts.ts";
import type { LiveEvent } from "../../lib/events.ts";
import type { Tidings } from "../../whatsapp/notices/tidings.ts";
import { concernedNumbers, type NoticeEffect, type NoticeFacts } from "./effect.ts";

/** Tells an organization's people of a notice, once; `integrationId`: the number it is about. */
export async function tell(
  db: Db,
  { organizationId, digest, ...notice }: NoticeFacts,
  tidings: Tidings,
  integrationId = notice.integrationId,
): Promise<LiveEvent[]> {
  const about = { organizationId, integrationId, digest: `notice/${digest}` };
  return await raiseAlerts(db, [{ ...about, ...tidings }]);
}

/** The effect of a field from which nothing else follows. */
export function tells(read: (value: unknown) => Tidings): NoticeEffect {
  return async (db, notice) => {
    const numbers = await concernedNumbers(db, notice);
    const [only] = numbers;
    return await tell(db, notice, read(notice.value), numbers.length === 1 ? only?.id : undefined);
  };
}

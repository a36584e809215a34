import { decideMarketing } from "../../db/queries/marketing-stop.ts";
import { readUserPreferences } from "../../whatsapp/notices/user-preferences.ts";
import { concernedNumbers, type NoticeEffect } from "./effect.ts";

/** `user_preferences`: who stopped marketing gets none any more, until they want it again. */
export const userPreferences: NoticeEffect = async (db, notice) => {
  const { organizationId } = notice;
  const words = readUserPreferences(notice.value, notice.at);
  const numbers = await concernedNumbers(db, notice);
  const found = await db.rows<{ leadId: string; stop: boolean; at: string }>`
    select i.lead_id, w.stop, w.at
    from jsonb_to_recordset(${db.json(words)}) as w(phone text, bsuid text, stop boolean, at text)
    join lead_identities i on i.organization_id = ${organizationId} and i.ended_at is null
      and (i.kind = 'phone' and i.scope = '' and i.value = w.phone
        or i.kind = 'bsuid' and i.value = w.bsuid and i.scope in (
          select n.portfolio_id from integrations n where n.organization_id = ${organizationId}
            and n.id = any(${numbers.map(({ id }) => id)}::uuid[])))`;
  return await decideMarketing(
    db,
    found.map((one) => ({ organizationId, source: "preference" as const, ...one })),
  );
};

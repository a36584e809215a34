import type { Db } from "../../db/client.ts";
import { resumeNumbers, stopNumbers } from "../../db/queries/alerts.ts";
import type { LiveEvent } from "../../lib/events.ts";
import { type AccountNotice, readAccountUpdate } from "../../whatsapp/notices/account-update.ts";
import { concernedNumbers, type NoticeEffect, type NoticeFacts } from "./effect.ts";
import { tell } from "./tell.ts";

/** A restriction whose end Meta does not say: its longest lasts 30 days. */
const LONGEST_HOLD = "30 days";

/** `account_update`: stops the account's numbers, frees them, or only tells. */
export const accountUpdate: NoticeEffect = async (db, notice) => {
  const told = readAccountUpdate(notice.value);
  if (told === null) return [];
  const { event, severity, text } = told;
  const events = told.effect.kind === "none" ? [] : await apply(db, notice, told);
  const kind = `account_${event.toLowerCase()}`.slice(0, 100);
  return [...events, ...(await tell(db, notice, { kind, severity, text }))];
};

async function apply(
  db: Db,
  notice: NoticeFacts,
  { effect, text }: AccountNotice,
): Promise<LiveEvent[]> {
  const { organizationId } = notice;
  const until = effect.kind === "hold_templates" ? (effect.until ?? LONGEST_HOLD) : null;
  const ids = await takeNews(db, notice, effect.kind, until);
  const numbers = ids.map((integrationId) => ({ organizationId, integrationId }));
  if (effect.kind === "resume") return await resumeNumbers(db, numbers);
  if (effect.kind !== "stop") return [];
  return await stopNumbers(
    db,
    numbers.map((number) => ({ ...number, reason: effect.reason, text })),
  );
}

/** The numbers to which nothing newer of the account is known; what it says of templates is kept. */
async function takeNews(
  db: Db,
  notice: NoticeFacts,
  kind: "stop" | "resume" | "hold_templates" | "none",
  until: string | null,
): Promise<string[]> {
  const ids = (await concernedNumbers(db, notice)).map(({ id }) => id);
  const heldUntil =
    until === LONGEST_HOLD
      ? db.part`${notice.at}::timestamptz + ${LONGEST_HOLD}::interval`
      : db.part`${until}::timestamptz`;
  const rows = await db.rows<{ id: string }>`
    update integrations set account_told_at = ${notice.at}::timestamptz,
      templates_held_until = case when ${kind} = 'stop' then templates_held_until
        else ${heldUntil} end
    where organization_id = ${notice.organizationId} and id = any(${ids}::uuid[])
      and coalesce(account_told_at, '-infinity') <= ${notice.at}::timestamptz
    returning id`;
  return rows.map(({ id }) => id);
}

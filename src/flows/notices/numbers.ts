import type { Db } from "../../db/client.ts";
import type { LiveEvent } from "../../lib/events.ts";
import {
  readMessagingLimit,
  readNumberName,
  readNumberQuality,
} from "../../whatsapp/notices/number-notices.ts";
import { readTemplateQuality } from "../../whatsapp/notices/template-notices.ts";
import { concernedNumbers, type NoticeEffect, type NoticeFacts } from "./effect.ts";
import { tell } from "./tell.ts";
import { templateQuality } from "./templates.ts";

/** What Meta gives with THROUGHPUT_UPGRADE (whatsapp.md 7). */
const UPGRADED_SENDS_PER_SECOND = 1_000;

/** `phone_number_quality_update`: throughput and messaging limit follow. */
export const numberQuality: NoticeEffect = async (db, notice) => {
  if (readTemplateQuality(notice.value) !== null) return await templateQuality(db, notice);
  const told = readNumberQuality(notice.value);
  if (told === null) return [];
  const numbers = await concernedNumbers(db, notice);
  if (told.event === "THROUGHPUT_UPGRADE") {
    await db.rows`
      update integrations set sends_per_second = ${UPGRADED_SENDS_PER_SECOND},
        version = version + 1
      where organization_id = ${notice.organizationId}
        and id = any(${numbers.map(({ id }) => id)}::uuid[])
        and sends_per_second < ${UPGRADED_SENDS_PER_SECOND}`;
  }
  await keepLimit(db, notice, told.limit);
  const bad = told.event === "FLAGGED" || told.event === "DOWNGRADE";
  const [only] = numbers;
  const shown = numbers.length === 1 && only ? only.displayPhoneNumber : "The account's numbers";
  const text = `${shown}: ${told.event}${limitText(told.limit)}.${bad ? " Write only to people who asked for it." : ""}`;
  const severity = bad ? "warning" : "info";
  return await tell(db, notice, { kind: "number_quality", severity, text }, only?.id ?? null);
};

/** `business_capability_update`: how many people may be written to first, over all numbers. */
export const businessCapability: NoticeEffect = async (db, notice) => {
  const limit = readMessagingLimit(notice.value);
  await keepLimit(db, notice, limit);
  const text = `What the account may do at WhatsApp has changed${limitText(limit)}.`;
  return await tell(db, notice, { kind: "business_capability", severity: "info", text });
};

/** `phone_number_name_update`: leads see the new name once it is approved. */
export const numberName: NoticeEffect = async (db, notice) => {
  const told = readNumberName(notice.value);
  if (told === null) return [];
  const { decision, name, reason } = told;
  const numbers = await concernedNumbers(db, notice);
  if (decision === "APPROVED" && name !== null) {
    await db.rows`
      update integrations set verified_name = ${name}, version = version + 1
      where organization_id = ${notice.organizationId}
        and id = any(${numbers.map(({ id }) => id)}::uuid[])
        and verified_name is distinct from ${name}`;
  }
  const good = decision === "APPROVED" || decision === "PENDING";
  const text = `The name ${name ?? "that was asked for"} is ${decision}${reason === null ? "" : `: ${reason}`}.${good ? "" : " Ask for another one in WhatsApp Manager."}`;
  const severity = good ? "info" : "warning";
  return await tell(db, notice, { kind: "number_name", severity, text }, numbers[0]?.id ?? null);
};

/** Keeps the limit that Meta told last; the business portfolio's numbers share it. */
async function keepLimit(
  db: Db,
  notice: NoticeFacts,
  limit: number | null | undefined,
): Promise<LiveEvent[]> {
  if (limit === undefined) return [];
  const ids = (await concernedNumbers(db, { ...notice, value: null })).map(({ id }) => id);
  await db.rows`
    update integrations set messaging_limit = ${limit}, messaging_limit_at = ${notice.at}::timestamptz,
      version = version + (messaging_limit is distinct from ${limit})::int
    where organization_id = ${notice.organizationId} and portfolio_id in (
        select p.portfolio_id from integrations p where p.organization_id = ${notice.organizationId}
          and p.id = any(${ids}::uuid[]))
      and coalesce(messaging_limit_at, '-infinity') <= ${notice.at}::timestamptz`;
  return [];
}

function limitText(limit: number | null | undefined): string {
  if (limit === undefined) return "";
  const people = limit === null ? "any number of people" : `${limit} people`;
  return `; chats can be opened with ${people} in 24 hours`;
}

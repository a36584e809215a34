import { Value } from "@sinclair/typebox/value";
import type { EntryOf } from "../../streams/messages.ts";
import type { Db } from "../db/client.ts";
import { AppError } from "../lib/errors.ts";
import { newId } from "../lib/ids.ts";
import type { Log } from "../lib/log.ts";
import { idOrNull, member } from "../whatsapp/fields.ts";
import { NoticeItem } from "../whatsapp/payload.ts";
import type { Announcer } from "./announce.ts";
import { applyNotices } from "./notices/apply.ts";
import type { NoticeFacts } from "./notices/effect.ts";
import { noticeEffect } from "./notices/effects.ts";

export interface Notice {
  organizationId: string | null;
  integrationId: string | null;
  field: string;
  /** Storable in jsonb. */
  raw: unknown;
  /** Of the entry it stood in, where that says so: the account, and when it happened (ISO 8601). */
  account?: string;
  at?: string;
}

interface NoticeDeps {
  db: Db;
  announcer: Announcer;
  log: Log;
}

/**
 * Handler of `notices`: keeps each webhook item that is no message, raw and once, then does what follows
 * from it.
 */
export function createNoticeHandler(
  deps: NoticeDeps,
): (deliveries: readonly { entry: EntryOf["notices"] }[]) => Promise<void> {
  return async (deliveries) => {
    const read = deliveries.map(({ entry }) => readEntry(entry));
    await keepNotices(
      deps.db,
      read.map(({ notice }) => notice),
    );
    const facts = read.flatMap(({ notice, receivedAt }) => factsOf(notice, receivedAt) ?? []);
    await applyNotices(deps, facts);
  };
}

function readEntry({ item, organizationId, integrationId, receivedAt }: EntryOf["notices"]) {
  if (!Value.Check(NoticeItem, item)) {
    throw new AppError("poison", "A notice entry is of no known shape.");
  }
  const { field, raw, account, at } = item;
  const notice: Notice = {
    organizationId,
    integrationId,
    field,
    raw,
    ...(account !== undefined && { account }),
    ...(at !== undefined && { at }),
  };
  return { notice, receivedAt };
}

/** Null where nothing can follow: nobody's, or of a field that has no effect. */
function factsOf(notice: Notice, receivedAt: string): NoticeFacts | null {
  const { organizationId, integrationId, field, raw, account = null } = notice;
  if (organizationId === null || noticeEffect(field) === undefined) return null;
  const value = member(raw, "value") ?? raw;
  return {
    organizationId,
    integrationId,
    field,
    value,
    wabaId: idOrNull(member(member(value, "waba_info"), "waba_id")) ?? account,
    at: notice.at ?? receivedAt,
    digest: digestOf(notice),
  };
}

/** Stores notices; the same raw item of the same moment twice is one row. */
export async function keepNotices(db: Db, notices: readonly Notice[]): Promise<void> {
  const rows = notices.map((notice) => ({
    id: newId(),
    organization_id: notice.organizationId,
    integration_id: notice.integrationId,
    field: notice.field,
    raw: notice.raw ?? null,
    digest: digestOf(notice),
  }));
  await db.rows`
    insert into notices (id, organization_id, integration_id, field, raw, digest)
    select id, organization_id, integration_id, field, coalesce(raw, 'null'), digest
    from jsonb_to_recordset(${db.json(rows)}) as x(id uuid, organization_id uuid,
      integration_id uuid, field text, raw jsonb, digest text)
    on conflict do nothing`;
}

/** What happens again, and is told in the same words, is another notice: its moment differs. */
function digestOf({ organizationId, integrationId, field, raw, account, at }: Notice): string {
  const origin = at === undefined ? [] : [account ?? null, at];
  return new Bun.CryptoHasher("sha256")
    .update(JSON.stringify([organizationId, integrationId, field, raw ?? null, ...origin]))
    .digest("hex");
}

import type { Db } from "../../db/client.ts";
import { errorMessage } from "../../lib/errors.ts";
import type { Log } from "../../lib/log.ts";
import type { Announcer } from "../announce.ts";
import type { NoticeFacts } from "./effect.ts";
import { noticeEffect } from "./effects.ts";

interface ApplyDeps {
  db: Db;
  announcer: Announcer;
  log: Log;
}

/**
 * Does what follows from notices that are stored, in the order in which they happened; what was done
 * before is left out. One that fails holds up no other, and is told once all had their turn: whoever
 * brought them brings them again.
 */
export async function applyNotices(
  { db, announcer, log }: ApplyDeps,
  notices: readonly NoticeFacts[],
): Promise<void> {
  const open = await openDigests(db, notices);
  const due = notices.filter(({ digest }) => open.has(digest));
  const failures: unknown[] = [];
  for (const notice of due.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))) {
    try {
      const events = (await noticeEffect(notice.field)?.(db, notice)) ?? [];
      await db.rows`
        update notices set effected_at = now()
        where digest = ${notice.digest} and effected_at is null`;
      await announcer.announce({ events });
    } catch (error) {
      const { organizationId, field } = notice;
      log.warn({ organizationId, field, error: errorMessage(error) }, "a notice had no effect yet");
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

async function openDigests(db: Db, notices: readonly NoticeFacts[]): Promise<Set<string>> {
  if (notices.length === 0) return new Set();
  const rows = await db.rows<{ digest: string }>`
    select digest from notices
    where digest = any(${notices.map(({ digest }) => digest)}::text[]) and effected_at is null`;
  return new Set(rows.map(({ digest }) => digest));
}

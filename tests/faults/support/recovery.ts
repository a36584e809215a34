import { expect } from "bun:test";
import { eventually } from "../../support/wait.ts";
import { type Books, finished, nothingLost, settled } from "./check.ts";
import { reportRow } from "./rows.ts";
import type { AnyStack } from "./stack.ts";

/** What we promise on a quiet machine, and what a busy one may make of it. */
export const PROMISED_MS = 10_000;
export const SLACK = 3;

interface Broken {
  fault: string;
  step: string;
  /** `performance.now()` when it was broken, or repaired. */
  atMs: number;
  /** A claim whose answer was lost leaves a send that nobody knows about: promised, not lost. */
  mayDoubt?: boolean;
  /** Texts that Redis lost before anybody had read them. */
  excused?: number;
}

/**
 * Expects everything to be settled within the promised time since `atMs`, every dashboard to show it, and
 * reports the row. Sends in doubt are, where they may be, not waited for but brought before a person.
 */
export async function expectRecovery(stack: AnyStack, broken: Broken): Promise<void> {
  const { fault, step, atMs, mayDoubt = false, excused = 0 } = broken;
  const isDone = mayDoubt ? (books: Books) => waitsForDoubtsOnly(stack, books) : undefined;
  await finished(stack, { timeoutMs: PROMISED_MS * SLACK, ...(isDone && { isDone }) });
  const recoveryMs = Math.round(performance.now() - atMs);
  if (mayDoubt) await askAboutDoubts(stack);
  const report = await settled(stack);
  reportRow({
    ...{ fault, step, recoveryMs },
    lost: report.lost.length,
    doubled: report.doubled.length,
    untold: report.untold.length,
    doubted: report.doubted,
    excused,
  });
  expect(report).toEqual(mayDoubt ? { ...nothingLost, doubted: report.doubted } : nothingLost);
  expect(recoveryMs).toBeLessThan(PROMISED_MS * SLACK);
}

/** Above the longest POST of these tests: whoever claimed it will not come back to it. */
const LEFT_ALONE = "send_deadline_at < now() + interval '14 seconds'";

/** Leads whose message was claimed by somebody who then forgot it, and no person knows yet. */
async function leadsInDoubt({ db }: AnyStack): Promise<string[]> {
  const rows = await db.rows<{ lead: string }>`
    select coalesce(c.phone, c.bsuid) as lead from messages m
    join conversations c on c.id = m.conversation_id
    where m.state in ('sending', 'unknown') and m.doubt_at is null and ${db.fragment(LEFT_ALONE)}`;
  return rows.map(({ lead }) => lead);
}

export async function waitsForDoubtsOnly(stack: AnyStack, { lost }: Books): Promise<boolean> {
  const leads = await leadsInDoubt(stack);
  return lost.every((sentence) => leads.some((lead) => sentence.includes(lead)));
}

/** 90 s pass for what is in doubt: the database's clock decides, so its rows are made older. */
export async function askAboutDoubts(stack: AnyStack): Promise<void> {
  await eventually(
    async () => {
      if ((await leadsInDoubt(stack)).length === 0) return true;
      await stack.db.rows`
        update messages set send_deadline_at = send_deadline_at - interval '90 seconds'
        where state in ('sending', 'unknown') and doubt_at is null
          and ${stack.db.fragment(LEFT_ALONE)}`;
      return false;
    },
    { timeoutMs: 40_000, everyMs: 500 },
  );
}

import { errorCode } from "../../../src/lib/errors.ts";
import { sleep } from "../../../src/lib/sleep.ts";
import type { LedgerEntry } from "../../../src/simulator/graph/ledger.ts";
import { messageIdOf } from "../../../src/whatsapp/callback-data.ts";
import type { AnyStack } from "./stack.ts";

/** What acknowledgements, database and Graph's ledger say against each other. */
export interface Books {
  /** A sentence for each thing that was acknowledged and has not happened, or not to its end. */
  lost: string[];
  /** A sentence for each thing that happened more than once. */
  doubled: string[];
  /** Sends of which nobody knows whether Graph took them. */
  doubted: number;
}

/** And what a dashboard has been told that watched all the time. */
interface Report extends Books {
  /** A sentence for each row it shows otherwise than Postgres, and for each event it passed over. */
  untold: string[];
}

export const nothingLost: Report = { lost: [], doubled: [], doubted: 0, untold: [] };

interface Inbound {
  wamid: string;
  rows: number;
}

interface Outbound {
  id: string;
  lead: string;
  state: string;
  askedHuman: boolean;
  seenWakeSeq: number | null;
  isNudge: boolean;
}

/** Statuses are played to their end, so that a receipt that was lost leaves a lower state. */
const LAST_STATE = "read";

/** A dashboard that could not connect for long tries again after up to 30 s. */
const TOLD_WITHIN_MS = 45_000;

/** Longest pause between two sweeps and what they set off. */
const ANOTHER_SWEEP_MS = 3_000;

/**
 * Compares what the webhook answered 200 for with Postgres and the ledger: each message stored once;
 * each lead answered, once per text at most; no two replies to the same text; nothing under way. And
 * what a dashboard was told with Postgres and with the log of events.
 */
export async function check(stack: AnyStack): Promise<Report> {
  return { ...(await checkBooks(stack)), untold: await stack.untold() };
}

async function checkBooks(stack: AnyStack): Promise<Books> {
  const { db, meta } = stack;
  const [ledger, inbound, outbound, unfinished] = await Promise.all([
    meta.ledger(),
    db.rows<Inbound>`
      select wamid, count(*)::int as rows from messages where direction = 'in' group by wamid`,
    db.rows<Outbound>`
      select m.id, coalesce(c.phone, c.bsuid) as lead, m.state,
        m.doubt_at is not null as asked_human, t.seen_wake_seq,
        coalesce(t.cause = 'follow_up', false) as is_nudge
      from messages m join conversations c on c.id = m.conversation_id
      left join turns t on t.id = m.turn_id where m.direction = 'out'`,
    findUnfinished(stack),
  ]);
  const stored = new Map(inbound.map(({ wamid, rows }) => [wamid, rows]));
  return {
    lost: [
      ...[...meta.acknowledged()]
        .filter((wamid) => !stored.has(wamid) && !meta.excused.has(wamid))
        .map((wamid) => `${wamid} was acknowledged and is not stored`),
      ...unfinished,
      ...findUnanswered(stack, ledger, outbound),
      ...findUnsettled(ledger, outbound),
    ],
    doubled: [
      ...inbound.filter(({ rows }) => rows > 1).map(({ wamid }) => `${wamid} is stored twice`),
      ...findRepeated(stack, ledger, outbound),
    ],
    doubted: outbound.filter(({ state }) => state === "unknown").length,
  };
}

interface Patience {
  timeoutMs: number;
  /** Nothing is lost or under way, unless told. */
  isDone?(books: Books): boolean | Promise<boolean>;
}

/** Waits until all work is done; answers with the last books, clean or not. */
export async function finished(stack: AnyStack, patience: Patience): Promise<Books> {
  const { timeoutMs, isDone = ({ lost }: Books) => lost.length === 0 } = patience;
  const deadlineAtMs = performance.now() + timeoutMs;
  for (;;) {
    const startedAtMs = performance.now();
    const isLate = startedAtMs > deadlineAtMs;
    // A database that has just been restarted may refuse its first statements.
    const books = await checkBooks(stack).catch((error: unknown) => {
      if (isLate || errorCode(error) !== "database_unavailable") throw error;
    });
    if (books && (isLate || (await isDone(books)))) return books;
    await sleep(Math.max(50, performance.now() - startedAtMs));
  }
}

/** Waits until nothing is lost or under way and the dashboard knows; reports it, clean or not. */
export async function settled(stack: AnyStack, timeoutMs = 30_000): Promise<Report> {
  const books = await finished(stack, { timeoutMs });
  const deadlineAtMs = performance.now() + TOLD_WITHIN_MS;
  for (;;) {
    const untold = await stack.untold();
    const isLast = books.lost.length > 0 || performance.now() > deadlineAtMs;
    if (untold.length === 0 || isLast) return { ...books, untold };
    await sleep(100);
  }
}

/** Looks again after another sweep and all it may set off: nothing may come late. */
export async function stillSettled(stack: AnyStack): Promise<Report> {
  await sleep(ANOTHER_SWEEP_MS);
  return await settled(stack);
}

async function findUnfinished({ db, inspect, meta }: AnyStack): Promise<string[]> {
  const { streams } = await inspect();
  const waiting = await db.rows<{ lead: string }>`
    select coalesce(phone, bsuid) as lead from conversations where wake_seq > handled_seq`;
  const buried = await db.rows<{ stream: string; reason: string }>`
    select stream, reason from dead_letters`;
  const acknowledged = meta.acknowledged();
  return [
    ...meta.written
      .filter(({ wamid }) => !acknowledged.has(wamid))
      .map(({ lead, wamid }) => `${wamid} of ${lead} has not been acknowledged`),
    ...streams
      .filter(({ depth }) => depth > 0)
      .map(({ stream, depth }) => `${depth} entries of ${stream} are not finished`),
    ...waiting.map(({ lead }) => `${lead} waits for an answer`),
    ...buried.map(({ stream, reason }) => `an entry of ${stream} was buried: ${reason}`),
  ];
}

/** A doubt that a person was told about is not lost: that is what free-form messages promise. */
function findUnanswered(
  { meta }: AnyStack,
  ledger: readonly LedgerEntry[],
  outbound: readonly Outbound[],
): string[] {
  const answered = new Set(ledger.map(({ to }) => to));
  const withHuman = new Set(
    outbound.filter(({ askedHuman }) => askedHuman).map(({ lead }) => lead),
  );
  const kept = meta.written.filter(({ wamid }) => !meta.excused.has(wamid));
  return [...new Set(kept.map(({ lead }) => lead))]
    .filter((lead) => !answered.has(lead) && !withHuman.has(lead))
    .map((lead) => `${lead} got no answer`);
}

function findUnsettled(ledger: readonly LedgerEntry[], outbound: readonly Outbound[]): string[] {
  const sent = new Set(ledger.map(({ callbackData }) => messageIdOf(callbackData)));
  return outbound
    .filter(
      ({ id, state }) =>
        ["queued", "sending"].includes(state) || (sent.has(id) && state !== LAST_STATE),
    )
    .map(({ id, lead, state }) => `message ${id} to ${lead} is still ${state}`);
}

/** One nudge after a text: the demo's second comes after three hours, later than any run ends. */
function findRepeated(
  { meta }: AnyStack,
  ledger: readonly LedgerEntry[],
  outbound: readonly Outbound[],
): string[] {
  const byId = new Map(outbound.map((message) => [message.id, message]));
  const seen = new Set<string>();
  const repeated = ledger.flatMap(({ to, callbackData }) => {
    const id = messageIdOf(callbackData);
    const message = byId.get(id ?? "");
    if (message === undefined) return [`${to} got a message that the database does not know`];
    const text = `text ${message.seenWakeSeq} of ${message.lead}`;
    const keys = [`message ${message.id}`, message.isNudge ? `nudge after ${text}` : text];
    const twice = keys.filter((key) => seen.has(key));
    for (const key of keys) seen.add(key);
    return twice.map((key) => `${to}: ${key} was answered twice`);
  });
  const texts = Map.groupBy(meta.written, ({ lead }) => lead);
  const isReply = ({ callbackData }: LedgerEntry) =>
    byId.get(messageIdOf(callbackData) ?? "")?.isNudge !== true;
  const replies = Map.groupBy(ledger.filter(isReply), ({ to }) => to);
  const tooMany = [...replies]
    .filter(([lead, entries]) => entries.length > (texts.get(lead)?.length ?? 0))
    .map(([lead, entries]) => `${lead} got ${entries.length} replies`);
  return [...repeated, ...tooMany];
}

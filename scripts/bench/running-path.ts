import { choosePort } from "../../src/ops/embedded/port.ts";
import { startLeadline } from "../../tests/support/processes.ts";
import { eventually } from "../../tests/support/wait.ts";
import { startHelper } from "./helper-process.ts";
import {
  APP_SECRET,
  type ConnectedNumber,
  createInstallation,
  type Installation,
} from "./installation.ts";
import { signedWebhook } from "./lead-messages.ts";
import { sameCounts } from "./measure.ts";
import { simulatorConfig } from "./simulator-config.ts";

/** 80 messages a second each, together far above what one worker sends. */
const NUMBERS = 16;

/** `paceMs` apart, whatever the answers take, or `concurrently` at once. */
export type Writing = ({ paceMs: number } | { concurrently: number }) & {
  to?: readonly ConnectedNumber[];
};

interface LedgerEntry {
  at: string;
  to: string;
  callbackData: string | null;
}

/** When one lead's webhook left and when the simulator took the answer, on the machine's clock. */
export interface Answered {
  postedAtMs: number;
  acknowledgedMs: number;
  sentAtMs: number;
}

/** api, worker and scheduler as processes of their own, against a simulator in another. */
export interface RunningPath {
  installation: Installation;
  /** Of the three roles. */
  pids: readonly number[];
  /** Each message is the first of a new lead, to these numbers in turns or to all. */
  write(count: number, how: Writing): Promise<void>;
  /** Resolves once every message written so far was answered and each answer was read. */
  settled(timeoutMs: number): Promise<void>;
  /** `count` messages from the `first` on with their answers, in the order they were written. */
  answers(first: number, count?: number): Promise<Answered[]>;
  /** How many were written so far. */
  readonly written: number;
  /** Throws unless acknowledged webhooks, rows and ledger tell the same. */
  checkDelivery(): Promise<string>;
}

interface Posted {
  to: string;
  postedAtMs: number;
  acknowledgedMs: number;
}

export async function startPath(
  stack: AsyncDisposableStack,
  { neighbour = false } = {},
): Promise<RunningPath> {
  const wanted = { numbers: NUMBERS, quietMs: 0, neighbour };
  const installation = await createInstallation(stack, wanted);
  const port = await choosePort(null);
  const webhookUrl = `http://127.0.0.1:${port}/webhooks/whatsapp`;
  const meta = await startHelper(
    stack,
    "simulator-process.ts",
    simulatorConfig(installation, webhookUrl),
  );
  const env = {
    ...installation.env,
    WHATSAPP_GRAPH_URL: `${meta.url}/simulator/graph`,
    OPENAI_BASE_URL: `${meta.url}/simulator/openai/v1`,
    PORT: String(port),
  };
  const roles = await Promise.all(
    (["api", "worker", "scheduler"] as const).map((role) => startLeadline(role, env)),
  );
  await Promise.all(roles.map((role) => role.ready()));
  const posted: Posted[] = [];
  const ledger = async () => {
    const answer = await fetch(`${meta.url}/simulator/api/ledger`);
    return ((await answer.json()) as { data: LedgerEntry[] }).data;
  };
  return {
    installation,
    pids: roles.map(({ pid }) => pid),
    write: (count, how) => writeAll(installation, webhookUrl, posted, count, how),
    settled: (timeoutMs) => allRead(installation, posted.length, timeoutMs),
    get written() {
      return posted.length;
    },
    answers: async (first, count) => {
      const sentAtMs = new Map((await ledger()).map(({ to, at }) => [to, Date.parse(at)]));
      return posted.slice(first, count && first + count).map(({ to, ...times }) => {
        const at = sentAtMs.get(to);
        if (at === undefined) throw new Error(`${to} never got an answer.`);
        return { ...times, sentAtMs: at };
      });
    },
    checkDelivery: async () => await checkDelivery(installation, posted.length, await ledger()),
  };
}

async function writeAll(
  installation: Installation,
  webhookUrl: string,
  posted: Posted[],
  count: number,
  how: Writing,
): Promise<void> {
  const numbers = how.to ?? installation.numbers;
  const first = posted.length;
  // Taken at once: others may write at the same time.
  posted.length += count;
  const one = async (lead: number) => {
    const number = numbers[lead % numbers.length];
    if (number === undefined) throw new Error("The installation has no number.");
    posted[lead] = await post(webhookUrl, signedWebhook(APP_SECRET, number, lead, new Date()));
  };
  if ("concurrently" in how) {
    let next = first;
    const writer = async () => {
      while (next < first + count) await one(next++);
    };
    await Promise.all(Array.from({ length: how.concurrently }, writer));
    return;
  }
  // An open loop: a slow answer does not put the next message off.
  const startedMs = performance.now();
  const writing: Promise<void>[] = [];
  for (let index = 0; index < count; index += 1) {
    await Bun.sleep(Math.max(0, startedMs + index * how.paceMs - performance.now()));
    writing.push(one(first + index));
  }
  await Promise.all(writing);
}

async function post(url: string, { from, body, signature }: ReturnType<typeof signedWebhook>) {
  const startedMs = performance.now();
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", "x-hub-signature-256": signature },
    body,
  });
  if (answer.status !== 200) throw new Error(`A webhook was answered ${answer.status}.`);
  const acknowledgedMs = performance.now() - startedMs;
  return { to: from, postedAtMs: performance.timeOrigin + startedMs, acknowledgedMs };
}

async function allRead({ db }: Installation, count: number, timeoutMs: number): Promise<void> {
  const areRead = async () => {
    const row = await db.first<{ read: number }>`
      select count(*)::int as read from messages where direction = 'out' and state = 'read'`;
    return (row?.read ?? 0) >= count;
  };
  await eventually(areRead, { timeoutMs, everyMs: 250 });
}

async function checkDelivery(
  { db }: Installation,
  acknowledged: number,
  ledger: readonly LedgerEntry[],
): Promise<string> {
  const row = await db.first<{ received: number; sent: number }>`
    select count(*) filter (where direction = 'in')::int as received,
      count(*) filter (where direction = 'out' and state = 'read')::int as sent
    from messages`;
  return sameCounts({
    "webhooks acknowledged": acknowledged,
    "rows received": row?.received ?? 0,
    "replies read": row?.sent ?? 0,
    "sends in the ledger": ledger.length,
    "people answered": new Set(ledger.map(({ to }) => to)).size,
    "messages sent": new Set(ledger.map(({ callbackData }) => callbackData)).size,
  });
}

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdir } from "node:fs/promises";
import type { LeadlineProcess } from "../support/processes.ts";
import { tempDir } from "../support/servers.ts";
import { eventually } from "../support/wait.ts";
import { nothingLost, stillSettled } from "./support/check.ts";
import { expectRecovery } from "./support/recovery.ts";
import { retire, type Stack, startStack } from "./support/stack.ts";

setDefaultTimeout(90_000);

const SAYS = "How much is a small roof?";

/** Longer than it takes to notice that it is under way. */
const LONG_MS = 5_000;

interface Kill {
  step: string;
  /** Where the worker is to die by itself; else `strike` kills it. */
  crashAt?: string;
  /** `before`: how often the model had been asked for a transcript. */
  strike?(stack: Stack, victim: LeadlineProcess, before: number): Promise<void>;
  /** Calls to the model that were answered, with the successor's: each is a cost row. */
  answeredCalls: number;
}

const kills: readonly Kill[] = [
  {
    step: "the file is fetched",
    strike: async (stack, victim) => {
      await eventually(() => isAt(stack, "fetch"), { everyMs: 5 });
      victim.kill();
      await stack.meta.clearFaults();
    },
    answeredCalls: 1,
  },
  { step: "media:kept", crashAt: "media:kept", answeredCalls: 1 },
  {
    step: "the voice note is transcribed",
    strike: async (stack, victim, before) => {
      const isAsked = async () => (await transcriptions(stack)) > before;
      await eventually(isAsked, { everyMs: 5 });
      victim.kill();
      await stack.meta.thinkFor(0);
    },
    answeredCalls: 1,
  },
  // Its words are known and paid for, and die with it.
  { step: "media:read", crashAt: "media:read", answeredCalls: 2 },
];

/** CI's bounded selection has the two that leave most behind. */
const chosen = process.env["FAULTS"] === "quick" ? kills.slice(1, 3) : kills;

const transcriptions = async ({ meta }: Stack) => (await meta.callsByStep())["transcribe"] ?? 0;

async function isAt({ db }: Stack, step: string): Promise<boolean> {
  const rows = await db.rows`
    select 1 from media where step = ${step} and lease_owner is not null`;
  return rows.length > 0;
}

describe("a worker that is killed over a voice note", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
    await stack.startAll(["api", "scheduler"]);
  });
  afterAll(() => stack.close());

  test.each(chosen)("$step: kept once, written down once, answered once", async (kill) => {
    const dir = tempDir("media-killed");
    const env = { MEDIA_URL: `file://${dir}`, LLM_TRANSCRIPTION_MODEL: "simulated-ear-1" };
    const before = await transcriptions(stack);
    const crash = kill.crashAt === undefined ? {} : { CRASH_AT: kill.crashAt };
    const victim = await stack.start("worker", { ...env, ...crash });
    if (kill.step === "the file is fetched") {
      await stack.meta.addFault({ target: "media", kind: "slow", delayMs: LONG_MS });
    }
    if (kill.step === "the voice note is transcribed") await stack.meta.thinkFor(LONG_MS);
    const lead = stack.newLead();
    await stack.meta.sendFile(lead, { kind: "voice", says: SAYS });
    await kill.strike?.(stack, victim, before);
    expect(await victim.exited).toBeNull();
    const atMs = performance.now();
    const successor = await stack.start("worker", env);
    await expectRecovery(stack, { fault: "worker killed over a file", step: kill.step, atMs });

    const [file, ...others] = await filesOf(lead);
    expect(others).toEqual([]);
    expect(file).toMatchObject({
      ...{ state: "stored", step: null, reading: "done", transcript: SAYS },
      ...{ wakes: 1, woken: "1", outcomes: Array(kill.answeredCalls).fill("ok"), priced: true },
    });
    const kept = await readdir(dir, { recursive: true, withFileTypes: true });
    expect(kept.filter((one) => one.isFile() && !one.parentPath.endsWith("incoming"))).toHaveLength(
      1,
    );
    expect(await stack.meta.ledger(lead)).toHaveLength(1);
    const unanswered = kill.step === "the voice note is transcribed" ? 1 : 0;
    expect((await transcriptions(stack)) - before).toBe(kill.answeredCalls + unanswered);
    await retire(successor);
  });

  test("and nothing comes late", async () => {
    expect(await stillSettled(stack)).toEqual(nothingLost);
  });

  const filesOf = (lead: string) => stack.db.rows<Record<string, unknown>>`
    select md.state, md.step, md.reading, md.transcript, md.wake_seq::int as wakes,
      c.wake_seq::text as woken, k.outcomes, k.priced
    from media md join messages m on m.id = md.message_id
    join conversations c on c.id = m.conversation_id
    cross join lateral (select array_agg(l.outcome) as outcomes, bool_and(l.cost is not null) as priced
      from llm_calls l where l.conversation_id = c.id and l.step = 'transcribe') k
    where c.phone = ${lead}`;
});

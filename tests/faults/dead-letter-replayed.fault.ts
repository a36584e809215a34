import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { demoIds } from "../../src/db/seed/northwind.ts";
import { newId } from "../../src/lib/ids.ts";
import { runDead } from "../support/dead-command.ts";
import { eventually } from "../support/wait.ts";
import { retire, type Stack, startStack } from "./support/stack.ts";

setDefaultTimeout(90_000);

describe("a dead letter whose scheduler is killed while it replays", () => {
  let stack: Stack;
  let apiUrl: string;
  beforeAll(async () => {
    stack = await startStack();
    const [api] = await stack.startAll(["api", "worker"]);
    apiUrl = api?.url ?? "";
  });
  afterAll(() => stack.close());

  /** A lead's message that was given up, as the archive keeps it. */
  async function buriedMessage(lead: string): Promise<string> {
    const id = newId();
    const { organization: organizationId, integration: integrationId } = demoIds;
    const sentAt = new Date().toISOString();
    const item = {
      ...{ v: 1, kind: "message", wamid: `wamid.${id}`, type: "text", text: "How much is it?" },
      ...{ sentAt, replyToWamid: null, referral: null, raw: { type: "text" }, altered: false },
      from: { phone: lead, bsuid: null, username: null, name: "Ann" },
    };
    const envelope = { v: 1, organizationId, integrationId, receivedAt: sentAt, requestId: id };
    const entry = JSON.stringify({ ...envelope, item });
    await stack.db.rows`
      insert into dead_letters (id, organization_id, stream, origin, entry, reason, error_class,
        tries, first_seen_at, last_seen_at)
      values (${id}, ${organizationId}, 'inbound', ${`test/${id}`}, convert_to(${entry}, 'UTF8'),
        'It could not be stored.', 'exhausted', 5, now(), now())`;
    return id;
  }

  /** As the metrics tell. */
  async function waitingLetters(): Promise<number> {
    const text = await (await fetch(`${apiUrl}/metrics`)).text();
    return Number(/^leadline_dead_letters\{stream="inbound"\} (\d+)$/m.exec(text)?.[1]);
  }

  for (const step of ["replay:started", "replay:appended"]) {
    test(`at ${step}: its successor finishes, and the lead is answered once`, async () => {
      const lead = stack.newLead();
      const id = await buriedMessage(lead);
      expect(await waitingLetters()).toBe(1);
      const asked = runDead(stack.postgres.url, ["replay", id]);
      const victim = await stack.start("scheduler", { CRASH_AT: step }).catch(() => null);
      expect(victim === null ? null : await victim.exited).toBeNull();
      const [killed] = await stack.db.rows<{ started: boolean; replayed: boolean }>`
        select replay_started_at is not null as started, replayed_at is not null as replayed
        from dead_letters where id = ${id}`;
      expect(killed).toEqual({ started: true, replayed: false });
      const successor = await stack.start("scheduler");
      expect(await asked).toMatchObject({ stdout: `Replayed: ${id}\n`, exitCode: 0 });
      await eventually(async () => (await stack.meta.ledger(lead)).length === 1, {
        timeoutMs: 20_000,
      });
      await eventually(
        async () => (await stack.inspect()).streams.every(({ depth }) => depth === 0),
        { timeoutMs: 20_000 },
      );
      const stored = await stack.db.rows`
        select 1 from messages where wamid = ${`wamid.${id}`} and direction = 'in'`;
      expect(stored).toHaveLength(1);
      expect(await stack.meta.ledger(lead)).toHaveLength(1);
      expect(await waitingLetters()).toBe(0);
      await retire(successor);
    });
  }
});

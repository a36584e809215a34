import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { sleep } from "../../src/lib/sleep.ts";
import type { LeadlineProcess } from "../support/processes.ts";
import { nothingLost, stillSettled } from "./support/check.ts";
import { expectRecovery } from "./support/recovery.ts";
import { type Stack, startStack } from "./support/stack.ts";

setDefaultTimeout(90_000);

const LEADS = 15;
const WRITE_EVERY_MS = 60;

/**
 * A deployment in steps, seen by the version that is still running: a later one's migration adds what
 * this one does not know, and a last one takes it away again. Statements that were prepared before must
 * go on: Postgres refuses those whose result has changed with the table.
 */
describe("invariant 29: a schema that is ahead of the code, and comes to it while leads write", () => {
  let stack: Stack;
  let roles: LeadlineProcess[];
  let tables: string[];
  beforeAll(async () => {
    stack = await startStack();
    roles = await stack.startAll(["api", "worker", "worker", "scheduler"]);
    await stack.meta.thinkFor(100);
    const found = await stack.db.rows<{ name: string }>`
      select quote_ident(tablename) as name from pg_tables where schemaname = 'public'`;
    tables = found.map(({ name }) => name);
  });
  afterAll(() => stack.close());

  async function alterAll(change: string): Promise<void> {
    for (const table of tables) {
      await stack.db.rows`${stack.db.fragment(`alter table ${table} ${change}`)}`;
    }
  }
  const expand = () => alterAll("add column later_version text default 'later'");
  const contract = () => alterAll("drop column later_version");

  async function writeAll(leads: readonly string[]): Promise<void> {
    for (const lead of leads) {
      await stack.meta.write(lead);
      await sleep(WRITE_EVERY_MS);
    }
  }

  test.each([
    ["expands", expand],
    ["is contracted", contract],
  ] as const)("a schema that %s: all are answered, none twice", async (how, alter) => {
    const leads = Array.from({ length: LEADS }, stack.newLead);
    // Each connection prepares its statements before, and uses them after.
    await writeAll(leads);
    await Promise.all([writeAll(leads), alter()]);
    const alteredAtMs = performance.now();
    await writeAll(leads);
    await expectRecovery(stack, {
      fault: `the schema ${how}`,
      step: `${LEADS} leads write`,
      atMs: alteredAtMs,
    });
    const answered = new Set((await stack.meta.ledger()).map(({ to }) => to));
    expect(new Set(leads).isSubsetOf(answered)).toBe(true);
  });

  test("no process had to be restarted, nothing comes late, nothing was buried", async () => {
    expect(await stillSettled(stack)).toEqual(nothingLost);
    for (const role of roles) await role.ready();
    expect(roles.map((role) => role.output()).join("\n")).not.toContain("cached plan");
  });
});

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { sleep } from "../../src/lib/sleep.ts";
import { messageIdOf } from "../../src/whatsapp/callback-data.ts";
import { eventually } from "../support/wait.ts";
import { nothingLost, settled, stillSettled } from "./support/check.ts";
import { retire, type Stack, startStack } from "./support/stack.ts";

setDefaultTimeout(90_000);

/** The claim's deadline of 20 s, a sweep after it, and a slow machine. */
const DOUBTED_WITHIN_MS = 40_000;

describe("invariants 12, 13 and 15: a send that nobody knows about", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
    await stack.startAll(["api", "scheduler"]);
  });
  afterAll(() => stack.close());

  const repliesTo = (lead: string) =>
    stack.db.rows<{ id: string; state: string; asked: boolean; attempts: number }>`
      select m.id, m.state, m.doubt_at is not null as asked, m.attempts
      from messages m join conversations c on c.id = m.conversation_id
      where c.phone = ${lead} and m.direction = 'out' order by m.seq`;
  const reachReplies = (lead: string, states: readonly string[], timeoutMs = 15_000) =>
    eventually(
      async () => {
        const replies = await repliesTo(lead);
        return JSON.stringify(replies.map(({ state }) => state)) === JSON.stringify(states)
          ? replies
          : null;
      },
      { timeoutMs },
    );
  const sentTo = async (lead: string) =>
    (await stack.meta.ledger(lead)).map(({ callbackData }) => messageIdOf(callbackData));

  test("Graph accepts and drops the line: one in the ledger, settled by its status", async () => {
    const worker = await stack.start("worker");
    const lead = stack.newLead();
    const match = { to: lead };
    await stack.meta.addFault({ target: "graph", kind: "accept_then_drop", count: 1, match });
    await stack.meta.addFault({ target: "webhooks", kind: "hold_statuses", match });
    await stack.meta.write(lead);
    const [doubted] = await reachReplies(lead, ["unknown"]);
    // A bot that cannot know whether it has answered keeps silent.
    await stack.meta.write(lead, "How much is it?");
    await reachReplies(lead, ["unknown", "queued"]);
    expect(await stillOnly(lead, doubted?.id)).toBe(true);

    await stack.meta.clearFaults();
    expect(await settled(stack)).toEqual(nothingLost);
    const [first, second] = await repliesTo(lead);
    expect(await sentTo(lead)).toEqual([first?.id ?? "", second?.id ?? ""]);
    expect(first).toMatchObject({ state: "read", attempts: 1 });
    await retire(worker);
  });

  test("a worker killed before the POST: never sent blindly, shown to a human, then the bot goes on", async () => {
    const victim = await stack.start("worker", { CRASH_AT: "deliver:claimed" });
    const lead = stack.newLead();
    await stack.meta.write(lead);
    await victim.exited;
    const successor = await stack.start("worker");
    await stack.meta.write(lead, "How much is it?");
    const [doubted, held] = await reachReplies(lead, ["unknown", "queued"], DOUBTED_WITHIN_MS);
    expect(await sentTo(lead)).toEqual([]);

    // 70 s pass: the database's clock decides, so its rows are made older.
    await stack.db.rows`update messages set send_deadline_at = send_deadline_at - interval '70 s'
      where id = ${doubted?.id ?? ""}`;
    await reachReplies(lead, ["unknown", "read"]);
    expect(await sentTo(lead)).toEqual([held?.id ?? ""]);
    expect((await repliesTo(lead))[0]).toMatchObject({ asked: true, attempts: 1 });
    const [conversation] = await stack.db.rows<{ attentionReason: string | null }>`
      select attention_reason from conversations where phone = ${lead}`;
    expect(conversation).toEqual({ attentionReason: "send_in_doubt" });
    expect(await stillSettled(stack)).toEqual({ ...nothingLost, doubted: 1 });
    await retire(successor);
  });

  async function stillOnly(lead: string, id: string | undefined): Promise<boolean> {
    await sleep(3_000);
    const sent = await sentTo(lead);
    return sent.length === 1 && sent[0] === id;
  }
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { demoIds } from "../../src/db/seed/northwind.ts";
import { newId } from "../../src/lib/ids.ts";
import { takeOver } from "../../src/modules/conversations/service.ts";
import { eventually } from "../support/wait.ts";
import { createInstallation, type Installation, textFrom, webhookBody } from "./installation.ts";

describe("a conversation", () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await createInstallation(["api", "worker", "scheduler"], { quietMs: 300 });
  });
  afterAll(() => installation.stop());

  const conversationOf = (phone: string) =>
    eventually(async () => {
      const [row] = await installation.db.rows<{
        id: string;
        mode: string;
        stage: string;
        attentionReason: string | null;
        waiting: boolean;
      }>`select id, mode, stage, attention_reason, wake_seq > handled_seq as waiting
        from conversations where phone = ${phone}`;
      return row;
    });
  const turnsOf = (phone: string) =>
    installation.db.rows<{ disposition: string | null; draft: string | null }>`
      select t.disposition, t.draft from turns t join conversations c on c.id = t.conversation_id
      where c.phone = ${phone} order by t.started_at`;
  const callsOf = async (phone: string) =>
    (
      await installation.db.rows`
      select 1 from llm_calls k join conversations c on c.id = k.conversation_id
      where c.phone = ${phone}`
    ).length;
  const script = (...lines: object[]) => installation.post("model", { script: lines });

  test("a burst of five texts: one turn and one reply that saw all five", async () => {
    const lead = "15550104001";
    for (const text of ["Hi", "I have a house", "in Denver", "flat roof", "how much is it?"]) {
      await installation.write(lead, text);
    }
    expect(await installation.settled(lead, 1)).toHaveLength(1);
    expect(await turnsOf(lead)).toMatchObject([{ disposition: "replied" }]);
    const [context] = await installation.db.rows<{ seen: number; newest: number }>`
      select t.seen_wake_seq as seen, c.wake_seq as newest from turns t
      join conversations c on c.id = t.conversation_id where c.phone = ${lead}`;
    expect(context).toEqual({ seen: 5, newest: 5 });
  });

  test("text during thinking: the first draft is superseded, then one reply", async () => {
    const lead = "15550104002";
    await script({ step: "brain", match: { text: "PATIENCE-2" }, delayMs: 1_500 });
    await installation.write(lead, "How much is it? PATIENCE-2");
    await eventually(async () => (await turnsOf(lead)).length === 1);
    await installation.write(lead, "for 6 kW");
    expect(await installation.settled(lead, 1)).toHaveLength(1);
    expect((await turnsOf(lead)).map(({ disposition }) => disposition)).toEqual([
      "superseded",
      "replied",
    ]);
  });

  test("a steady typist is answered before falling silent", async () => {
    const lead = "15550104003";
    await installation.post("model", { latencyMs: 300 });
    let typing = true;
    const typist = (async () => {
      while (typing) {
        await installation.write(lead, "and how much is it?");
        await Bun.sleep(250);
      }
    })();
    await installation.db.rows`update organizations set quiet_cap_ms = 600`;
    const reply = await eventually(async () => (await installation.ledger(lead))[0], {
      timeoutMs: 20_000,
    });
    typing = false;
    await typist;
    await installation.post("model", { latencyMs: 0 });
    expect(reply.text).not.toBe("");
    await installation.settled(lead, 2);
  });

  test("no reply needed: no message, no loop, no repeated cost", async () => {
    const lead = "15550104004";
    await script({ step: "brain", match: { text: "NOREPLY" }, json: { shouldRespond: false } });
    await installation.write(lead, "ok NOREPLY");
    // Not waiting is also what a conversation is before its first message is stored.
    await eventually(async () => (await callsOf(lead)) > 0);
    await eventually(async () => (await conversationOf(lead)).waiting === false);
    expect(await installation.ledger(lead)).toHaveLength(0);
    expect(await callsOf(lead)).toBe(1);
  });

  test("a model that answers nonsense: repair, then attention and the holding line", async () => {
    const lead = "15550104005";
    await installation.post("faults", {
      target: "model",
      kind: "invalid_json",
      match: { text: "NONSENSE" },
    });
    await installation.write(lead, "price? NONSENSE");
    await eventually(async () => (await conversationOf(lead)).attentionReason === "model_failed");
    const calls = await callsOf(lead);
    expect(calls).toBe(2);
    expect(await turnsOf(lead)).toMatchObject([{ disposition: "model_failed" }]);
    const [holdingLine] = await installation.settled(lead, 1);
    expect(holdingLine?.text).toMatch(/^[\w ,.']+$/);
    expect(await callsOf(lead)).toBe(calls);
  });

  test("an invented price never leaves: rewritten once, else held back for a person", async () => {
    const lead = "15550104006";
    const invented = { step: "mouth", match: { text: "DISCOUNT" }, json: { text: "Only $499!" } };
    await script(invented, invented);
    await installation.write(lead, "Any DISCOUNT?");
    await eventually(async () => (await conversationOf(lead)).attentionReason !== null);
    expect(await conversationOf(lead)).toMatchObject({ attentionReason: "blocked_by_gate" });
    expect(JSON.stringify(await installation.ledger(lead))).not.toContain("499");
    expect(await turnsOf(lead)).toMatchObject([
      { disposition: "blocked_by_gate", draft: "Only $499!" },
    ]);
  });

  test("a takeover while the bot thinks: no bot message is sent", async () => {
    const lead = "15550104007";
    await script({ step: "mouth", match: { text: "TAKEOVER" }, delayMs: 800 });
    await installation.write(lead, "How much? TAKEOVER");
    await eventually(async () => (await turnsOf(lead)).length === 1);
    const { id } = await conversationOf(lead);
    await takeOver(installation.db, demoIds.organization, id, newId());
    await eventually(async () => (await turnsOf(lead))[0]?.disposition === "fenced");
    expect(await installation.ledger(lead)).toHaveLength(0);
  });

  test("a stop word: the confirmation is the last message", async () => {
    const lead = "15550104008";
    await installation.write(lead, "How much is it?");
    await installation.settled(lead, 1);
    await installation.write(lead, "STOP");
    await installation.settled(lead, 2);
    await installation.write(lead, "hello?");
    await eventually(
      async () => (await conversationOf(lead)).attentionReason === "opted_out_lead_wrote",
    );
    expect(await installation.ledger(lead)).toHaveLength(2);
  });

  test("Graph takes a message and drops the line: one in the ledger, settled by its status", async () => {
    const lead = "15550104009";
    await installation.post("faults", {
      target: "graph",
      kind: "accept_then_drop",
      count: 1,
      match: { to: lead },
    });
    await installation.write(lead, "How much is it?");
    const state = await eventually(async () => {
      const [row] = await installation.db.rows<{ state: string; attempts: number }>`
        select m.state, m.attempts from messages m join conversations c on c.id = m.conversation_id
        where c.phone = ${lead} and m.author = 'bot'`;
      return row?.state === "read" ? row : null;
    });
    expect(state).toEqual({ state: "read", attempts: 1 });
    expect(await installation.ledger(lead)).toHaveLength(1);
  });

  test("a throttled send waits and goes out once", async () => {
    const lead = "15550104010";
    await installation.post("faults", {
      target: "graph",
      kind: "graph_code",
      code: 130429,
      httpStatus: 400,
      count: 1,
      match: { to: lead },
    });
    await installation.write(lead, "How much is it?");
    expect(await installation.settled(lead, 1)).toHaveLength(1);
  });

  test("twenty people at once are answered in parallel, each once", async () => {
    const leads = Array.from({ length: 20 }, (_, index) => `155501042${10 + index}`);
    const messages = leads.map((lead) => textFrom(lead, "How much is it?"));
    expect((await installation.webhook(webhookBody({ messages }))).status).toBe(200);
    for (const lead of leads) expect(await installation.settled(lead, 1)).toHaveLength(1);
  });
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Role } from "../../src/config-variable.ts";
import { eventually } from "../support/wait.ts";
import { createInstallation, type Installation } from "./installation.ts";

const setups: [string, Role[]][] = [
  ["in one process", ["all"]],
  ["as separate processes", ["api", "worker", "scheduler"]],
];

for (const [how, roles] of setups) {
  describe(`a lead writes, Leadline answers, ${how}`, () => {
    let installation: Installation;
    beforeAll(async () => {
      installation = await createInstallation(roles);
    });
    afterAll(() => installation.stop());

    test("webhook → stream → worker → database → Graph ledger → receipt", async () => {
      const lead = "15550102001";
      await installation.write(lead, "Hi, how much is it?");
      const [reply] = await installation.settled(lead, 1);
      expect(reply?.text).toContain("$6,900");
      const stored = await eventually(async () => {
        const rows = await installation.db.rows<{ state: string; wamid: string }>`
          select m.state, m.wamid from messages m join conversations c on c.id = m.conversation_id
          where c.phone = ${lead} and m.author = 'bot'`;
        return rows[0]?.state === "read" ? rows : null;
      });
      expect(stored).toEqual([{ state: "read", wamid: reply?.wamid ?? "" }]);
    });

    test("every model attempt is stored with tokens, latency and cost", async () => {
      const lead = "15550102002";
      await installation.write(lead, "What does it cost?");
      await installation.settled(lead, 1);
      const calls = await installation.db.rows<Record<string, unknown>>`
        select k.step, k.outcome, k.disposition, k.input_tokens > 0 as input,
          k.output_tokens > 0 as output, k.response_model is not null as answered,
          k.prompt_version <> '' as version, k.cost > 0 as priced
        from llm_calls k join conversations c on c.id = k.conversation_id
        where c.phone = ${lead} order by k.started_at`;
      const good = { outcome: "ok", disposition: "replied", input: true, output: true };
      expect(calls).toEqual([
        { step: "brain", ...good, answered: true, version: true, priced: true },
        { step: "mouth", ...good, answered: true, version: true, priced: true },
      ]);
    });

    test("a lead who hides the phone number is answered through `recipient`", async () => {
      await installation.post("messages", {
        from: { bsuid: "CO.hidden1" },
        username: "hidden",
        text: "Hello, what does it cost?",
      });
      expect(await installation.settled("CO.hidden1", 1)).toMatchObject([{ to: "CO.hidden1" }]);
    });

    const scripts: [string, string][] = [
      ["Spanish", "Hola, ¿cuánto cuesta?"],
      ["Arabic, right to left", "مرحبا، كم السعر؟"],
      ["Hindi", "नमस्ते, कितना खर्च आएगा?"],
      ["emoji outside the basic plane", "👋🏽 price? 👨‍👩‍👧‍👦"],
      ["what would be escapes in JSON", 'a "quote" \\ / \u2028 <b>&amp;</b>'],
      ["4,096 characters", "price ".repeat(683).slice(0, 4_096)],
    ];
    for (const [index, [what, text]] of scripts.entries()) {
      test(`${what}: stored faithfully and answered`, async () => {
        const lead = `1555010210${index}`;
        await installation.write(lead, text);
        await installation.settled(lead, 1);
        const [row] = await installation.db.rows<{ text: string }>`
          select m.text from messages m join conversations c on c.id = m.conversation_id
          where c.phone = ${lead} and m.direction = 'in'`;
        expect(row?.text).toBe(text);
      });
    }
  });
}

import { afterAll, beforeAll, expect, test } from "bun:test";
import { eventually } from "../support/wait.ts";
import { createInstallation, type Installation } from "./installation.ts";

let installation: Installation;
beforeAll(async () => {
  const ear = { LLM_TRANSCRIPTION_MODEL: "simulated-ear-1" };
  installation = await createInstallation(["api", "worker", "scheduler"], undefined, ear);
}, 60_000);
afterAll(() => installation.stop());

async function sendFile(body: { from: string; kind: string } & Record<string, unknown>) {
  const answer = await installation.post("media", body);
  if (!answer.ok) throw new Error(await answer.text());
}

test("a voice note that asks for the price is answered with it", async () => {
  const from = "15550103001";
  await sendFile({ from, kind: "voice", says: "Hi, how much is it?" });
  const [reply] = await installation.settled(from, 1);
  expect(reply?.text).toContain("$6,900");
});

test("one that can hardly be understood is asked about, and books nothing", async () => {
  const from = "15550103002";
  await sendFile({ from, kind: "voice", says: "book a visit on Tuesday at ten", certainty: 0.2 });
  const [reply] = await installation.settled(from, 1);
  expect(reply?.text).toContain("could not understand your voice note");
  expect(await installation.db.rows`select 1 from bookings`).toEqual([]);
});

test("a document is kept and calls a person", async () => {
  const from = "15550103003";
  await sendFile({ from, kind: "document", filename: "Bill.pdf" });
  const row = await eventually(
    () => installation.db.first<{ attentionReason: string; filename: string }>`
      select c.attention_reason, md.filename from media md
      join messages m on m.id = md.message_id join conversations c on c.id = m.conversation_id
      where c.phone = ${from} and md.state = 'stored' and c.attention_reason is not null`,
    { timeoutMs: 15_000 },
  );
  expect(row).toEqual({ attentionReason: "unreadable_message", filename: "Bill.pdf" });
});

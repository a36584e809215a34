import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { settleFailed } from "../../src/flows/deliver/settle.ts";
import { settleReturned } from "../../src/flows/deliver/settle-refused.ts";
import { applyReceipts } from "../../src/flows/receipt/apply.ts";
import { toRows } from "../../src/flows/receipt/rows.ts";
import { newId } from "../../src/lib/ids.ts";
import { createWorld, type World } from "./world.ts";

/** What follows from a refusal beyond its message, when whoever noted the refusal dies there. */
let world: World;
beforeAll(async () => {
  world = await createWorld("effects");
});
beforeEach(async () => {
  await world.db.rows`truncate leads, outbox, alerts, dead_letters cascade`;
  await world.db.rows`update integrations set stopped_at = null, stop_reason = null,
    stop_text = null, bot_paused_until = null`;
});
afterAll(() => world.close());

const refusal = (code: number) => ({ code, title: "No", message: null, details: null });

/** The bot's answer, taken by Meta as `wamid.1`. */
async function answered(): Promise<void> {
  await world.receive({});
  await world.turn((await world.conversation()).id);
  world.send = () => ({ kind: "accepted", wamid: "wamid.1" });
  await world.deliver();
}

/** The statement that applies a `failed` status, and nothing after it. */
async function failedStatusAlone(code: number): Promise<void> {
  const { organizationId, integrationId } = world;
  const rows = await toRows(world.db, [
    {
      ...{ v: 1, organizationId, integrationId, requestId: newId() },
      receivedAt: new Date().toISOString(),
      item: {
        ...{ v: 1, kind: "receipt", wamid: "wamid.1", status: "failed" },
        ...{ at: new Date().toISOString(), recipient: { phone: null, bsuid: null } },
        ...{ callbackData: null, errors: [refusal(code)], pricing: null },
        ...{ raw: {}, altered: false },
      },
    },
  ]);
  await applyReceipts(world.db, rows, world.clock.now());
}

const later = () =>
  world.db.rows`update messages set effect_due_at = effect_due_at - interval '1 minute'`;
const number = async () =>
  (
    await world.db.rows<{ stopReason: string | null; botPausedUntil: Date | null }>`
      select stop_reason, bot_paused_until from integrations`
  )[0];
const due = () => world.db.rows`select id from messages where effect_due_at is not null`;

describe("a process that dies after it noted a refusal leaves the rest to the sweep", () => {
  test("of a later status: the number with the dead token stops", async () => {
    await answered();
    await failedStatusAlone(190);
    expect(await number()).toMatchObject({ stopReason: null });
    expect(await due()).toHaveLength(1);
    await world.sweep();
    expect(await number()).toMatchObject({ stopReason: null });
    await later();
    await world.sweep();
    expect(await number()).toMatchObject({ stopReason: "access" });
    expect(await due()).toEqual([]);
  });

  test("once: a number that somebody let go on since is not stopped again", async () => {
    await answered();
    await failedStatusAlone(190);
    await later();
    await world.sweep();
    await world.db
      .rows`update integrations set stopped_at = null, stop_reason = null, stop_text = null`;
    await world.sweep();
    expect(await number()).toMatchObject({ stopReason: null });
  });

  test("of an answer to a send: the lead's marketing ends, the bot is silent", async () => {
    await answered();
    await world.db.rows`update messages set state = 'sending' where direction = 'out'`;
    const [row] = await world.outgoing();
    const conversation = await world.conversation();
    const claim = {
      ...{ messageId: row?.id ?? "", organizationId: world.organizationId, attempt: 1 },
      ...{ integrationId: world.integrationId, conversationId: conversation.id },
      author: "bot",
      ...{ text: null, content: null, replyToWamid: null, metaMediaId: null, phone: "1" },
      ...{ bsuid: null, phoneNumberId: "100", accessTokenBox: "" },
    } as const;
    const answer = { text: "No", meta: "answered", letter: null } as const;
    await settleFailed(world.db, claim, { ...answer, code: 131050 });
    await later();
    await world.sweep();
    const [lead] = await world.db.rows`select marketing_stop_source from leads`;
    expect(lead).toEqual({ marketingStopSource: "refusal" });
    await world.db.rows`update messages set state = 'sending' where direction = 'out'`;
    await settleReturned(world.db, claim, { code: 131048, text: "Spam" });
    await later();
    await world.sweep();
    expect((await number())?.botPausedUntil).not.toBeNull();
  });

  test("a code of which nothing follows leaves nothing to do", async () => {
    await answered();
    await failedStatusAlone(131026);
    expect(await due()).toEqual([]);
  });

  test("whoever lives does it at once, and leaves nothing", async () => {
    await answered();
    await world.receipt({
      ...{ wamid: "wamid.1", status: "failed", errors: [refusal(190)] },
    });
    expect(await number()).toMatchObject({ stopReason: "access" });
    expect(await due()).toEqual([]);
  });
});

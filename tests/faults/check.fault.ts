import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { demoNumber } from "../../src/db/seed/northwind.ts";
import { newId } from "../../src/lib/ids.ts";
import { callbackDataOf } from "../../src/whatsapp/callback-data.ts";
import { keyOf } from "../../streams/topology.ts";
import { eventually } from "../support/wait.ts";
import { check, nothingLost, settled } from "./support/check.ts";
import { type Stack, startStack } from "./support/stack.ts";

setDefaultTimeout(60_000);

/** Each fault test believes this checker, so it is shown what it must not overlook. */
describe("the ledger checker", () => {
  let stack: Stack;
  let lead: string;
  beforeAll(async () => {
    stack = await startStack();
    const roles = await stack.startAll(["api", "worker", "scheduler"]);
    await eventually(stack.isWatched, { timeoutMs: 15_000 });
    lead = stack.newLead();
    await stack.meta.write(lead);
    expect(await settled(stack)).toEqual(nothingLost);
    for (const role of roles) role.kill();
    await Promise.all(roles.map(({ exited }) => exited));
  });
  afterAll(() => stack.close());

  test("sees a text that waits and one that was taken and never stored", async () => {
    await stack.db.rows`update conversations set handled_seq = wake_seq - 1`;
    expect((await check(stack)).lost).toEqual([`${lead} waits for an answer`]);
    await stack.db.rows`update conversations set handled_seq = wake_seq`;
    await stack.db.rows`update messages set wamid = 'another' where direction = 'in'`;
    const [wamid] = stack.meta.acknowledged();
    expect((await check(stack)).lost).toEqual([`${wamid} was acknowledged and is not stored`]);
    await stack.db.rows`update messages set wamid = ${wamid ?? ""} where direction = 'in'`;
    expect(await check(stack)).toEqual(nothingLost);
  });

  test("sees a reply that was lost on its way and one that is in doubt", async () => {
    await stack.db.rows`update messages set state = 'queued' where direction = 'out'`;
    expect((await check(stack)).lost).toHaveLength(1);
    await stack.db.rows`update messages set state = 'unknown' where direction = 'out'`;
    expect(await check(stack)).toMatchObject({ lost: [expect.any(String)], doubted: 1 });
    await stack.db.rows`update messages set state = 'read' where direction = 'out'`;
    expect(await check(stack)).toEqual(nothingLost);
  });

  test("sees a row that the dashboard shows at an older version, otherwise, or not at all", async () => {
    const rows = await stack.db.rows<{ id: string; version: number }>`
      update messages set version = version + 1 where direction = 'out' returning id, version`;
    const [row] = rows;
    const { id, version } = row ?? { id: "", version: 0 };
    expect((await check(stack)).untold).toEqual([
      `the dashboard shows row ${id} at version ${version - 1} of ${version}`,
    ]);
    await stack.db
      .rows`update messages set version = version - 1, text = text || '!' where id = ${id}`;
    expect((await check(stack)).untold).toEqual([`the dashboard shows row ${id} otherwise`]);
    await stack.db.rows`update messages set text = rtrim(text, '!') where id = ${id}`;
    const hidden = newId();
    await stack.db.rows`update messages set id = ${hidden} where id = ${id}`;
    expect((await check(stack)).untold).toEqual([
      `the dashboard does not know row ${hidden}`,
      `the dashboard was told of ${id}, which is not there`,
    ]);
    await stack.db.rows`update messages set id = ${id} where id = ${hidden}`;
    expect(await check(stack)).toEqual(nothingLost);
  });

  test("sees an event that was published and never came to the dashboard", async () => {
    const key = keyOf({ prefix: "ll", partitions: 1 }, 0, "events");
    const [newest] = await stack.redis.xrevrange(key, "+", "-", "COUNT", 1);
    const event = JSON.parse(newest?.[1][1] ?? "");
    const missed = JSON.stringify({ ...event, eventId: newId() });
    const id = await stack.redis.xadd(key, "*", "d", missed);
    expect((await check(stack)).untold).toEqual([
      `the dashboard passed over ${event.kind} of ${event.entityId} at ${id}`,
    ]);
    await stack.redis.xdel(key, id ?? "");
    expect(await check(stack)).toEqual(nothingLost);
  });

  /** As a send of ours that the simulator takes. */
  async function send(callbackData: string | null): Promise<void> {
    const answer = await fetch(
      `${stack.meta.url}/graph/v25.0/${demoNumber.phoneNumberId}/messages`,
      {
        method: "POST",
        headers: {
          authorization: `Bearer ${demoNumber.accessToken}`,
          "content-type": "application/json",
        },
        body: JSON.stringify({
          messaging_product: "whatsapp",
          to: lead,
          type: "text",
          text: { body: "again" },
          biz_opaque_callback_data: callbackData,
        }),
      },
    );
    expect(answer.status).toBe(200);
  }
  async function nudge(): Promise<void> {
    const [turnId, messageId] = [newId(), newId()];
    await stack.db.rows`
      with reply as (
        select m.*, t.seen_wake_seq as seen from messages m join turns t on t.id = m.turn_id limit 1
      ), turn as (
        insert into turns (organization_id, id, conversation_id, cause, epoch, attempt, worker_id,
          seen_wake_seq)
        select organization_id, ${turnId}, conversation_id, 'follow_up', 9, 1, 'w', seen from reply
      )
      insert into messages (organization_id, id, conversation_id, integration_id, seq, direction,
        author, kind, text, state, turn_id, sent_at)
      select organization_id, ${messageId}, conversation_id, integration_id,
        (select max(seq) + 1 from messages), 'out', 'bot', 'text', 'Hello?', 'read', ${turnId}, now()
      from reply`;
    await send(callbackDataOf(messageId, 1));
  }

  test("takes a nudge for no second answer, and a second nudge for one too many", async () => {
    await nudge();
    expect((await check(stack)).doubled).toEqual([]);
    await nudge();
    expect((await check(stack)).doubled).toEqual([
      `${lead}: nudge after text 1 of ${lead} was answered twice`,
    ]);
  });

  test("sees a reply that was sent twice", async () => {
    const [sent] = await stack.meta.ledger(lead);
    await send(sent?.callbackData ?? null);
    expect((await check(stack)).doubled).toContainEqual(
      expect.stringMatching(/: message .* was answered twice$/),
    );
  });
});

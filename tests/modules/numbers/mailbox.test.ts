import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { claimSend } from "../../../src/flows/deliver/claim.ts";
import { newId } from "../../../src/lib/ids.ts";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";

/** What disconnecting a number does to its chats. The world's own number is the one. */
let rest: RestWorld;
let admin: Awaited<ReturnType<RestWorld["signIn"]>>;
let path: string;
let phoneNumberId: string;
beforeAll(async () => {
  rest = await createRestWorld("numbers_mailbox");
  phoneNumberId = rest.meta.freshNumber();
  await rest.world.db.rows`update integrations set phone_number_id = ${phoneNumberId}`;
  admin = await rest.signIn("admin");
  path = `/api/v1/settings/whatsapp/${rest.world.integrationId}`;
});
beforeEach(async () => {
  await rest.reset();
  await rest.world.db.rows`update integrations set active = true`;
});
afterAll(() => rest.close());

const disconnect = async () => {
  const { status } = await admin.ask("POST", `${path}/disconnect`);
  if (status !== 200) throw new Error(`not disconnected: ${status}`);
};
const reconnect = async () => {
  const { wabaId, accessToken } = rest.meta.identity;
  const asked = { phoneNumberId, wabaId, accessToken };
  return (await admin.ask("POST", "/api/v1/settings/whatsapp", asked)).body;
};
const send = (conversationId: string) =>
  admin.ask(
    "POST",
    `/api/v1/conversations/${conversationId}/messages`,
    { text: "Still there?" },
    { "idempotency-key": newId() },
  );

async function conversationWith(text: string): Promise<string> {
  await rest.world.receive({ text });
  return (await rest.world.conversation()).id;
}

describe("disconnecting", () => {
  test("cancels what is queued and planned, settles the mailbox, and tells people", async () => {
    const id = await conversationWith("How much?");
    await rest.world.turn(id);
    await rest.world.receive({ text: "And when?" });
    await rest.world.db.rows`update conversations set follow_up_at = now(), follow_up_step = 1`;
    const { fence } = await rest.world.conversation();
    await disconnect();
    expect(await rest.world.outgoing()).toMatchObject([
      { state: "cancelled", cancelReason: "disconnected" },
    ]);
    const now = await rest.world.conversation();
    expect([now.handledSeq, now.followUpAt, now.followUpStep]).toEqual([now.wakeSeq, null, 0]);
    expect(now.fence).toBe(fence + 1);
    const told: Json[] = (await rest.events()).map(({ kind, data }: Json) => [kind, data.id]);
    const [message] = await rest.world.outgoing();
    expect(told).toContainEqual(["message.updated", message?.id]);
    expect(told).toContainEqual(["conversation.updated", id]);
    expect(told).toContainEqual(["follow_up.cancelled", id]);
    const chat = await admin.ask("GET", `/api/v1/conversations/${id}/messages`);
    expect(chat.body.data).toHaveLength(3);
    expect((await admin.ask("GET", "/api/v1/conversations")).body.data).toHaveLength(1);
  });

  test("leaves alone what has nothing open", async () => {
    const id = await conversationWith("Hi");
    await rest.world.db.rows`update conversations set handled_seq = wake_seq`;
    const { version } = await rest.world.conversation();
    await disconnect();
    expect(await rest.world.conversation()).toMatchObject({ id, version });
  });

  test("a turn that thinks meanwhile commits nothing", async () => {
    const id = await conversationWith("How much?");
    const { think } = rest.world;
    rest.world.think = async (context, run) => {
      await disconnect();
      return await think(context, run);
    };
    await rest.world.turn(id);
    rest.world.think = think;
    expect(rest.world.dispositions.at(-1)).toBe("fenced");
    expect(await rest.world.outgoing()).toEqual([]);
  });

  test("no bot turn, no sweep and no person starts anything there", async () => {
    const id = await conversationWith("Hi");
    await admin.ask("POST", `/api/v1/conversations/${id}/takeover`);
    await disconnect();
    const refused = await send(id);
    expect([refused.status, refused.body.code]).toEqual([409, "conflict"]);
    expect(refused.body.detail).toContain("disconnected");
    await admin.ask("POST", `/api/v1/conversations/${id}/release`);
    // What was under way in the queue when the webhook stopped taking more.
    await rest.world.receive({ text: "Hello?" });
    const before = rest.world.dispositions.length;
    await rest.world.turn(id);
    await rest.world.db.rows`update conversations set due_at = now() - interval '1 hour'`;
    expect(await rest.world.sweep()).toMatchObject({ turns: 0 });
    expect(await rest.world.outgoing()).toEqual([]);
    expect(rest.world.dispositions).toHaveLength(before);
  });

  test("what failed there is not sent again, and goes on calling for somebody", async () => {
    const id = await conversationWith("Hi");
    await admin.ask("POST", `/api/v1/conversations/${id}/takeover`);
    const { body } = await send(id);
    await rest.world.db.rows`update messages set state = 'failed' where id = ${body.id}`;
    await rest.world.db.rows`
      update conversations set attention_reason = 'send_failed', attention_at = now()`;
    await disconnect();
    const headers = { "idempotency-key": newId() };
    const again = await admin.ask("POST", `/api/v1/messages/${body.id}/resend`, undefined, headers);
    expect([again.status, again.body.detail]).toEqual([
      409,
      "The number of this chat is disconnected.",
    ]);
    expect(await rest.world.conversation()).toMatchObject({ attentionReason: "send_failed" });
  });

  test("a message queued at that very moment is cancelled by the claim, whoever wrote it", async () => {
    const id = await conversationWith("Hi");
    await admin.ask("POST", `/api/v1/conversations/${id}/takeover`);
    await send(id);
    await rest.world.db.rows`update integrations set active = false`;
    await rest.world.deliver();
    expect(rest.world.sends).toEqual([]);
    expect(await rest.world.outgoing()).toMatchObject([
      { state: "cancelled", cancelReason: "disconnected" },
    ]);
  });

  test("claim and disconnect at once: sent before it, or cancelled by it, never both", async () => {
    const id = await conversationWith("Hi");
    await admin.ask("POST", `/api/v1/conversations/${id}/takeover`);
    for (let round = 0; round < 20; round += 1) {
      await rest.world.db.rows`update integrations set active = true`;
      const { body } = await send(id);
      const claiming = claimSend(
        rest.world.db,
        { organizationId: rest.world.organizationId, conversationId: id, messageId: body.id },
        rest.world.clock.now(),
      );
      const [{ claim }] = await Promise.all([claiming, disconnect()]);
      const [row] = await rest.world.db.rows<{ state: string }>`
        select state from messages where id = ${body.id}`;
      expect([round, row?.state]).toEqual([round, claim === null ? "cancelled" : "sending"]);
      await rest.world.db.rows`delete from messages where id = ${body.id}`;
    }
  }, 60_000);
});

describe("connecting it again", () => {
  test("goes on with its chats: leads are answered in the same conversation", async () => {
    const id = await conversationWith("Hi");
    await disconnect();
    expect(await reconnect()).toMatchObject({ id: rest.world.integrationId, connected: true });
    await rest.world.receive({ text: "How much?" });
    await rest.world.turn(id);
    await rest.world.deliver();
    expect(rest.world.sends).toHaveLength(1);
    expect(await rest.world.conversations()).toHaveLength(1);
  });

  test("the bot leaves to people what trickled in after the end", async () => {
    const id = await conversationWith("Hi");
    await disconnect();
    await rest.world.receive({ text: "Hello?" });
    await reconnect();
    await rest.world.turn(id);
    expect(await rest.world.outgoing()).toEqual([]);
    const chat = await admin.ask("GET", `/api/v1/conversations/${id}/messages`);
    expect(chat.body.data).toHaveLength(2);
  });
});

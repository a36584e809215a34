import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { newId } from "../../../src/lib/ids.ts";
import { callbackDataOf } from "../../../src/whatsapp/callback-data.ts";
import type { SendResult } from "../../../src/whatsapp/client.ts";
import { createRestWorld, type RestWorld } from "../rest-world.ts";

type Person = Awaited<ReturnType<RestWorld["signIn"]>>;

let rest: RestWorld;
let me: Person;
let colleague: Person;
let conversationId: string;
beforeAll(async () => {
  rest = await createRestWorld("resend");
  [me, colleague] = [await rest.signIn(), await rest.signIn()];
});
beforeEach(async () => {
  await rest.reset();
  rest.world.send = accept;
  // Unclear answers make the number rest.
  await rest.world.db.rows`update integrations set unknown_streak = 0, paused_until = null`;
  await rest.world.receive({});
  conversationId = (await rest.world.conversation()).id;
});
afterAll(() => rest.close());

const accept = (): SendResult => ({ kind: "accepted", wamid: newId() });
const unclear = (): SendResult => ({ kind: "unknown", why: "The answer timed out." });
const refused = (): SendResult => ({
  kind: "rejected",
  code: 131026,
  title: "Undeliverable",
  details: "",
  class: "recipient",
});

const resend = (id: string, person = me, key = newId()) =>
  person.ask("POST", `/api/v1/messages/${id}/resend`, undefined, { "idempotency-key": key });
const cancel = (id: string, person = me) => person.ask("POST", `/api/v1/messages/${id}/cancel`);
const takeOver = (person = me) =>
  person.ask("POST", `/api/v1/conversations/${conversationId}/takeover`);
const write = async (text: string, person = me) =>
  (
    await person.ask(
      "POST",
      `/api/v1/conversations/${conversationId}/messages`,
      { text },
      {
        "idempotency-key": newId(),
      },
    )
  ).body;
const chat = async () =>
  (await me.ask("GET", `/api/v1/conversations/${conversationId}/messages`)).body.data;

/** The bot's answer, of which nobody knows whether it arrived; a person is asked about it. */
async function doubt(): Promise<string> {
  rest.world.send = unclear;
  await rest.world.turn(conversationId);
  await rest.world.deliver();
  rest.world.send = accept;
  await rest.world.db.rows`
    update messages set send_deadline_at = now() - interval '11 minutes' where state = 'unknown'`;
  await rest.world.sweep();
  const [message] = await rest.world.outgoing();
  expect(message).toMatchObject({ state: "unknown", doubtAt: expect.any(Date) });
  return message?.id ?? "";
}

describe("sending again", () => {
  test("makes a new message of the person, first in line, and leaves the old one alone", async () => {
    const old = await doubt();
    const { status, body } = await resend(old);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      resendOf: old,
      author: "human",
      sentBy: { id: me.userId, name: "Name of agent" },
      state: "queued",
      text: "1 answered",
    });
    await rest.world.deliver();
    expect(rest.world.sends.at(-1)).toMatchObject({ messageId: body.id, text: "1 answered" });
    const states = (await chat()).map((one: { state: string }) => one.state);
    expect(states).toEqual(["received", "unknown", "accepted"]);
    const { organizationId, integrationId } = rest.world;
    expect(await rest.entries("outbound")).toContainEqual({ v: 1, organizationId, integrationId });
    const audited = await rest.world.db.rows`select action, resource_id, after from audit_log`;
    expect(audited).toEqual([
      { action: "message.resent", resourceId: body.id, after: { conversationId, resendOf: old } },
    ]);
  });

  test("answers the call it had caused, and no other; the bot keeps the chat", async () => {
    const old = await doubt();
    await resend(old);
    const settled = await rest.world.conversation();
    expect(settled).toMatchObject({ mode: "bot", attentionReason: null });
    const events = await rest.events();
    expect(events.map(({ kind }) => kind)).toContain("attention.resolved");
    const acts = await rest.world.db.rows`
      select kind, reason, called_at is not null as dated, user_id from timeline_events`;
    expect(acts).toEqual([
      { kind: "attention_resolved", reason: "send_in_doubt", dated: true, userId: me.userId },
    ]);
  });

  test("leaves another call open", async () => {
    const old = await doubt();
    await rest.world.db.rows`update conversations set attention_reason = 'unhappy'`;
    await resend(old);
    expect((await rest.world.conversation()).attentionReason).toBe("unhappy");
  });

  test("shows both when a late status says that the old one did arrive", async () => {
    const old = await doubt();
    const again = (await resend(old)).body.id;
    await rest.world.deliver();
    await rest.world.receipt({
      wamid: "wamid.late",
      status: "delivered",
      callbackData: callbackDataOf(old, 1),
    });
    const rows = (await chat()).filter((one: { direction: string }) => one.direction === "out");
    expect(rows).toMatchObject([
      { id: old, state: "delivered", wamid: "wamid.late" },
      { id: again, state: "accepted", resendOf: old },
    ]);
  });

  test("is done once by ten who press at the same time, and once per key", async () => {
    const old = await doubt();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => resend(old, n % 2 === 0 ? me : colleague)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
    expect(await rest.world.outgoing()).toHaveLength(2);
  });

  test("repeated with its key answers the same message", async () => {
    const old = await doubt();
    const key = newId();
    const first = await resend(old, me, key);
    expect(await resend(old, me, key)).toMatchObject({ status: 201, body: first.body });
    expect(await rest.world.outgoing()).toHaveLength(2);
  });

  test("goes on from a message that failed, to the one sent last", async () => {
    rest.world.send = refused;
    await rest.world.turn(conversationId);
    await rest.world.deliver();
    const [failed] = await rest.world.outgoing();
    expect(failed?.state).toBe("failed");
    const second = (await resend(failed?.id ?? "")).body.id;
    await rest.world.deliver();
    expect((await resend(failed?.id ?? "")).body.code).toBe("conflict");
    rest.world.send = accept;
    expect((await resend(second)).body).toMatchObject({ resendOf: second, state: "queued" });
  });
});

describe("sending again is refused", () => {
  test("while WhatsApp may still confirm it, and once it has", async () => {
    rest.world.send = unclear;
    await rest.world.turn(conversationId);
    await rest.world.deliver();
    const [message] = await rest.world.outgoing();
    expect((await resend(message?.id ?? "")).body.detail).toContain("may still confirm");
    await rest.world.receipt({
      status: "sent",
      callbackData: callbackDataOf(message?.id ?? "", 1),
    });
    expect((await resend(message?.id ?? "")).body.code).toBe("conflict");
  });

  test("in a colleague's chat, after the window, and to somebody who opted out", async () => {
    const old = await doubt();
    await takeOver(colleague);
    expect((await resend(old)).body.code).toBe("conflict");
    rest.world.clock.setOffsetMs(25 * 3_600_000);
    expect((await resend(old, colleague)).body.code).toBe("window_closed");
    rest.world.clock.setOffsetMs(0);
    await rest.world.receive({ text: "STOP" });
    expect((await resend(old, colleague)).body.detail).toContain("not to be written to");
  });

  test("for what the lead wrote, and for what is another organization's", async () => {
    const [message] = await chat();
    expect((await resend(message.id)).body.code).toBe("conflict");
    const stranger = await rest.signIn("owner", await rest.addOrganization());
    expect((await resend(message.id, stranger)).body.code).toBe("not_found");
    expect((await cancel(message.id, stranger)).body.code).toBe("not_found");
  });
});

describe("withdrawing", () => {
  test("keeps a message that has not left from leaving", async () => {
    await takeOver();
    const { id } = await write("Wrong chat");
    const { status, body } = await cancel(id);
    expect(status).toBe(200);
    expect(body).toMatchObject({ state: "cancelled", cancelReason: "withdrawn" });
    await rest.world.deliver();
    expect(rest.world.sends).toEqual([]);
    const event = (await rest.events()).findLast(({ kind }) => kind === "message.updated");
    expect(event.data).toEqual(body);
    expect((await cancel(id)).body.code).toBe("conflict");
  });

  test("races the sender: it is either sent or withdrawn, and told so", async () => {
    await takeOver();
    for (let round = 0; round < 10; round += 1) {
      rest.world.sends.length = 0;
      const { id } = await write(`Message ${round}`);
      const [answer] = await Promise.all([cancel(id), rest.world.deliver()]);
      await rest.world.deliver();
      expect([answer.status, rest.world.sends.length]).toEqual(
        answer.status === 200 ? [200, 0] : [409, 1],
      );
    }
  });

  test("is for what one wrote, or for a chat that one holds; never for the bot's", async () => {
    await takeOver();
    const { id } = await write("On my way");
    expect((await cancel(id, colleague)).body.code).toBe("conflict");
    const boss = await rest.signIn("admin");
    await boss.ask(
      "POST",
      `/api/v1/conversations/${conversationId}/takeover?fromUserId=${me.userId}`,
    );
    expect((await cancel(id, boss)).status).toBe(200);
    await boss.ask("POST", `/api/v1/conversations/${conversationId}/release`);
    await rest.world.receive({ text: "Hello?" });
    await rest.world.turn(conversationId);
    const bots = (await rest.world.outgoing()).at(-1);
    expect((await cancel(bots?.id ?? "", boss)).body.code).toBe("conflict");
  });
});

test("a chat tells who of the team wrote what, in lists and live alike", async () => {
  await rest.world.turn(conversationId);
  await takeOver();
  const sent = await write("It is me");
  const who = { id: me.userId, name: "Name of agent" };
  expect((await chat()).map((one: { sentBy: object }) => one.sentBy)).toEqual([null, null, who]);
  const event = (await rest.events()).findLast(({ kind }) => kind === "message.queued");
  expect(event.data).toEqual(sent);
});

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import postgres from "postgres";
import { claimSend } from "../../src/flows/deliver/claim.ts";
import { newId } from "../../src/lib/ids.ts";
import { takeOver } from "../../src/modules/conversations/service.ts";
import { callbackDataOf } from "../../src/whatsapp/callback-data.ts";
import { eventually } from "../support/wait.ts";
import { createWorld, noPhone, type World } from "./world.ts";

describe("deliver", () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld("deliver");
  });
  afterEach(() => world.close());

  /** A lead wrote and the bot's reply is queued. */
  async function queued() {
    await world.receive({});
    const { id } = await world.conversation();
    await world.turn(id);
    const reply = await onlyReply();
    return { conversationId: id, messageId: reply.id };
  }
  async function onlyReply() {
    const [reply, ...more] = await world.outgoing();
    if (reply === undefined || more.length > 0) throw new Error("expected one reply");
    return reply;
  }

  test("sends once, to the phone, and keeps Meta's id", async () => {
    await queued();
    world.send = () => ({ kind: "accepted", wamid: "wamid.1" });
    await world.deliver();
    await world.deliver();
    expect(world.sends).toMatchObject([{ to: "14155550100" }]);
    expect(await onlyReply()).toMatchObject({ state: "accepted", wamid: "wamid.1" });
  });

  test("a lead without a phone number is addressed by BSUID", async () => {
    await world.receive({ from: noPhone });
    await world.turn((await world.conversation()).id);
    await world.deliver();
    expect(world.sends).toMatchObject([{ to: noPhone.bsuid }]);
  });

  describe("invariant 9: a stale epoch cannot write, send or acknowledge", () => {
    test("a process that was paused after its claim does not send", async () => {
      await queued();
      let hours = 0;
      world.monotonicMs = () => {
        hours += 1;
        return hours * 3_600_000;
      };
      await world.deliver();
      expect(world.sends).toHaveLength(0);
      expect(await onlyReply()).toMatchObject({ state: "queued", attempts: 1 });
    });
  });

  test("two deliverers at once send a message once", async () => {
    await queued();
    await Promise.all([world.deliver(), world.deliver(), world.deliver()]);
    expect(world.sends).toHaveLength(1);
  });

  describe("invariant 31: opt-out and takeover stop automated sends at once", () => {
    test("a takeover between draft and claim: nothing is sent", async () => {
      const { conversationId } = await queued();
      await takeOver(world.db, world.organizationId, conversationId, newId());
      await world.deliver();
      expect(world.sends).toHaveLength(0);
      expect(await onlyReply()).toMatchObject({ state: "cancelled", cancelReason: "fence" });
    });

    test("a takeover that commits while the claim waits for its lock: nothing is sent", async () => {
      const { conversationId, messageId } = await queued();
      const other = postgres(world.url, { max: 1 });
      const held = Promise.withResolvers<void>();
      const commit = Promise.withResolvers<void>();
      const takeover = other.begin(async (sql) => {
        await sql`update conversations set mode = 'human', fence = fence + 1
        where id = ${conversationId}`;
        held.resolve();
        await commit.promise;
      });
      await held.promise;
      const claiming = claimSend(
        world.db,
        { organizationId: world.organizationId, conversationId, messageId },
        world.clock.now(),
      );
      await eventually(async () => {
        const waiting = await world.db.rows`
        select 1 from pg_stat_activity where wait_event_type = 'Lock'
          and datname = current_database()`;
        return waiting.length === 1;
      });
      commit.resolve();
      await takeover;
      expect((await claiming).claim).toBeNull();
      expect(await onlyReply()).toMatchObject({ state: "cancelled", cancelReason: "fence" });
      await other.end();
    });

    test("a stop word between draft and claim: only the confirmation is sent", async () => {
      await queued();
      await world.receive({ text: "stop" });
      await world.deliver();
      expect(world.sends).toHaveLength(1);
      expect((await world.outgoing()).map(({ author, state }) => [author, state])).toEqual([
        ["bot", "cancelled"],
        ["system", "accepted"],
      ]);
    });
  });

  test("a nudge is not sent once the lead has written again", async () => {
    const { conversationId } = await queued();
    await world.deliver();
    world.clock.setOffsetMs(11 * 60_000);
    await world.turn(conversationId, "follow_up");
    await world.receive({ text: "I'm back" });
    await world.deliver();
    expect(world.sends).toHaveLength(1);
    expect((await world.outgoing()).at(-1)).toMatchObject({ cancelReason: "superseded" });
  });

  test("the pacer's refusal holds no slot: the message waits and comes back", async () => {
    await queued();
    world.pace = () => ({ retryAfterMs: 5_000, of: "recipient" });
    await world.deliver();
    expect(world.sends).toHaveLength(0);
    const wake = world.scheduled.at(-1);
    expect(wake?.append.stream).toBe("outbound");
    expect((wake?.atMs ?? 0) - Date.now()).toBeGreaterThan(3_000);
  });

  test("a number with much to send makes room after some of it, and comes back", async () => {
    await queued();
    await world.db.rows`
      with people as (
        insert into leads (organization_id, id)
        select ${world.organizationId}, gen_random_uuid() from generate_series(1, 39) returning id
      ), chats as (
        insert into conversations (organization_id, id, lead_id, integration_id, phone, last_seq,
          last_lead_message_at)
        select ${world.organizationId}, gen_random_uuid(), id, ${world.integrationId}, '1', 1, now()
        from people returning id
      )
      insert into messages (organization_id, id, conversation_id, integration_id, seq, direction,
        author, kind, text, state, priority, next_attempt_at, expires_at, fence, sent_at)
      select ${world.organizationId}, gen_random_uuid(), id, ${world.integrationId}, 1, 'out', 'bot',
        'text', 'Hello', 'queued', 2, now(), now() + interval '1 hour', 0, now() from chats`;
    await world.deliver();
    expect(world.sends).toHaveLength(32);
    const { organizationId, integrationId } = world;
    const wakeUp = { stream: "outbound", entry: { v: 1, organizationId, integrationId } } as const;
    expect(world.appended.at(-1)).toEqual(wakeUp);
    await world.deliver();
    expect(world.sends).toHaveLength(40);
  });

  test("a throttled send is tried again, a refused one fails and calls a person", async () => {
    await queued();
    world.send = () => ({
      kind: "rejected",
      code: 130429,
      title: "Rate limit",
      details: "",
      class: "retry_later",
    });
    await world.deliver();
    expect(await onlyReply()).toMatchObject({ state: "queued", errorCode: 130429, attempts: 1 });
    await world.db.rows`update messages set next_attempt_at = now()`;
    world.send = () => ({
      kind: "rejected",
      code: 131026,
      title: "Undeliverable",
      details: "",
      class: "recipient",
    });
    await world.deliver();
    expect(await onlyReply()).toMatchObject({ state: "failed", errorCode: 131026 });
    expect(await world.conversation()).toMatchObject({ attentionReason: "send_failed" });
  });

  describe("invariant 12: a send is never repeated after evidence of acceptance", () => {
    test("an unclear answer is `unknown`, is never sent again, and a status settles it", async () => {
      const { messageId } = await queued();
      world.send = () => ({ kind: "unknown", why: "connection reset" });
      await world.deliver();
      await world.deliver();
      expect(world.sends).toHaveLength(1);
      expect(await onlyReply()).toMatchObject({ state: "unknown" });
      await world.receipt({
        wamid: "wamid.late",
        status: "delivered",
        callbackData: callbackDataOf(messageId, 1),
      });
      expect(await onlyReply()).toMatchObject({ state: "delivered", wamid: "wamid.late" });
    });
  });

  test("three unclear answers in a row let the number rest; its messages stay queued", async () => {
    world.send = () => ({ kind: "unknown", why: "timeout" });
    for (const phone of ["1", "2", "3", "4"]) {
      const from = { phone, bsuid: `US.${phone}`, username: null, name: null };
      await world.receive({ from });
      const conversation = (await world.conversations()).at(-1);
      await world.turn(conversation?.id ?? "");
      await world.deliver();
    }
    expect(world.sends).toHaveLength(3);
    expect((await world.outgoing()).map(({ state }) => state).sort()).toEqual([
      "queued",
      "unknown",
      "unknown",
      "unknown",
    ]);
  });

  test("a status that arrives before our own answer is parked and applied", async () => {
    await queued();
    await world.receipt({ wamid: "wamid.quick", status: "delivered", pricing: { billable: true } });
    world.send = () => ({ kind: "accepted", wamid: "wamid.quick" });
    await world.deliver();
    expect(await onlyReply()).toMatchObject({ state: "delivered", pricing: { billable: true } });
    expect(await world.db.rows`select 1 from parked_receipts`).toHaveLength(0);
  });

  describe("invariant 16: statuses never regress, in any order", () => {
    const statuses = ["sent", "delivered", "read", "failed"] as const;
    for (const order of permutations(statuses)) {
      test(`statuses ${order.join(", ")} end at read and never step back`, async () => {
        await queued();
        world.send = () => ({ kind: "accepted", wamid: "wamid.1" });
        await world.deliver();
        const seen: string[] = [];
        for (const status of [...order, ...order]) {
          await world.receipt({ wamid: "wamid.1", status });
          seen.push((await onlyReply()).state);
        }
        expect(seen.at(-1)).toBe("read");
        const best = ["accepted", "failed", "sent", "delivered", "read"];
        const ranks = seen.map((state) => best.indexOf(state));
        expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
      });
    }
  });

  describe("invariant 15: what is unknown resolves or reaches a person", () => {
    test("a send whose worker died becomes unknown, then a person's task", async () => {
      await queued();
      world.send = () => Promise.withResolvers<never>().promise;
      world.deliver().catch(() => {});
      await eventually(async () => (await onlyReply()).state === "sending");
      await world.db.rows`update messages set send_deadline_at = now() - interval '1 second'
      where state = 'sending'`;
      await world.sweep();
      expect(await onlyReply()).toMatchObject({ state: "unknown", doubtAt: null });

      await world.db.rows`update messages set send_deadline_at = now() - interval '2 minutes'`;
      await world.sweep();
      expect(await onlyReply()).toMatchObject({ doubtAt: null });
      await world.db.rows`update integrations set last_ingress_at = now()`;
      await world.sweep();
      expect((await onlyReply()).doubtAt).not.toBeNull();
      expect(await world.conversation()).toMatchObject({ attentionReason: "send_in_doubt" });
    });
  });

  test("a reply that waited past its lifetime is not sent any more", async () => {
    await queued();
    await world.db.rows`update messages set expires_at = now() where direction = 'out'`;
    await world.sweep();
    expect(await onlyReply()).toMatchObject({ state: "cancelled", cancelReason: "expired" });
    expect(await world.conversation()).toMatchObject({ attentionReason: "send_failed" });
  });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  );
}

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { newId } from "../../src/lib/ids.ts";
import { addNumber, createWorld, type World } from "./world.ts";

describe("sweep", () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld("sweep");
  });
  afterEach(() => world.close());

  /** As if Redis had lost everything a while ago. */
  async function forgetWakeUps() {
    world.appended.length = 0;
    world.scheduled.length = 0;
    await world.db.rows`update conversations set due_at = now() - interval '4 seconds'`;
    await world.db.rows`
      update messages set next_attempt_at = now() - interval '4 seconds' where state = 'queued'`;
  }

  describe("invariant 5: every stored message is processed, even if Redis loses everything", () => {
    test("rebuilds the wake-up of an unanswered conversation, once", async () => {
      await world.receive({});
      await forgetWakeUps();
      const { id } = await world.conversation();
      expect(await world.sweep()).toMatchObject({ turns: 1 });
      expect(world.appended).toMatchObject([{ stream: "turns", entry: { conversationId: id } }]);
      expect(await world.sweep()).toMatchObject({ turns: 0 });
    });

    test("leaves alone what a living worker is at, and what was answered", async () => {
      await world.receive({});
      const { id } = await world.conversation();
      world.think = async () => {
        await forgetWakeUps();
        expect(await world.sweep()).toMatchObject({ turns: 0 });
        return { kind: "failed", reason: "no matter" };
      };
      await world.turn(id);
      await forgetWakeUps();
      expect(await world.sweep()).toMatchObject({ turns: 0 });
      expect(world.dispositions).toEqual(["model_failed"]);
    });

    test("rebuilds the wake-up of a queued reply", async () => {
      await world.receive({});
      await world.turn((await world.conversation()).id);
      await forgetWakeUps();
      expect(await world.sweep()).toMatchObject({ turns: 0, numbers: 1 });
      expect(world.appended).toMatchObject([{ stream: "outbound" }]);
    });
  });

  test("wakes a follow-up when business time has come", async () => {
    await world.receive({});
    await world.turn((await world.conversation()).id);
    await world.deliver();
    expect(await world.sweep()).toMatchObject({ turns: 0 });
    world.clock.setOffsetMs(11 * 60_000);
    expect(await world.sweep()).toMatchObject({ turns: 1 });
    expect(world.appended.at(-1)).toMatchObject({ entry: { cause: "follow_up" } });
  });

  describe("invariant 32: a hot tenant does not starve the others", () => {
    test("one organization's backlog does not hide another's lost wake-up", async () => {
      await world.receive({});
      const { id } = await world.conversation();
      await world.db.rows`
      update conversations set due_at = now() - interval '5 seconds' where id = ${id}`;
      const [other, number] = [newId(), newId()];
      await world.db.rows`insert into organizations (id, name) values (${other}, 'Busy')`;
      await addNumber(world.db, other, number, "200");
      await world.db.rows`
      with people as (insert into leads (organization_id, id)
        select ${other}, gen_random_uuid() from generate_series(1, 1500) returning id)
      insert into conversations (organization_id, id, lead_id, integration_id, wake_seq, due_at)
      select ${other}, gen_random_uuid(), id, ${number}, 1, now() - interval '1 hour' from people`;
      expect(await world.sweep()).toMatchObject({ turns: 101 });
      expect(world.appended.map(({ entry }) => entry)).toContainEqual(
        expect.objectContaining({ conversationId: id }),
      );
    });
  });

  describe("invariant 6: each committed outbox row is told, none without its commit", () => {
    test("publishes events whose process died between commit and publication", async () => {
      await world.receive({});
      const [outboxRow] = world.events;
      if (outboxRow === undefined) throw new Error("no event");
      await world.db.rows`
      insert into outbox (id, organization_id, kind, entity_id, version, data, created_at)
      values (${outboxRow.eventId}, ${world.organizationId}, 'lead.created', ${outboxRow.entityId},
        1, '{}', now() - interval '6 seconds')
      on conflict (id) do update set created_at = excluded.created_at`;
      const before = world.events.length;
      expect(await world.sweep()).toMatchObject({ events: 1 });
      expect(world.events.slice(before)).toMatchObject([{ eventId: outboxRow.eventId }]);
    });
  });

  test("applies a parked receipt whose message turned up without anybody noticing", async () => {
    await world.receive({});
    await world.turn((await world.conversation()).id);
    await world.receipt({ wamid: "wamid.9", status: "read" });
    await world.db.rows`
      update messages set wamid = 'wamid.9', state = 'accepted' where direction = 'out'`;
    await world.sweep();
    expect((await world.outgoing())[0]).toMatchObject({ state: "read" });
  });

  test("removes what no longer opens anything, and nothing else", async () => {
    const { db, organizationId } = world;
    const [userId, living, dead] = [newId(), newId(), newId()];
    await db.rows`insert into users (id, email, name, password_hash)
      values (${userId}, 'ann@example.test', 'Ann', 'hash')`;
    await db.rows`insert into memberships (organization_id, user_id, role)
      values (${organizationId}, ${userId}, 'owner')`;
    for (const [id, days] of [
      [living, 1],
      [dead, -2],
    ] as const) {
      const lifetime = db.part`now() + ${days} * interval '1 day'`;
      await db.rows`insert into sessions (organization_id, id, user_id, salt, expires_at)
        values (${organizationId}, ${id}, ${userId}, 'salt', ${lifetime})`;
      // The dead session's ticket has not ended: it goes with it all the same.
      await db.rows`insert into live_tickets (organization_id, session_id, token_hash, expires_at)
        values (${organizationId}, ${id}, ${id}, now() + interval '1 minute')`;
      await db.rows`insert into live_tickets (organization_id, session_id, token_hash, expires_at)
        values (${organizationId}, ${living}, ${`of ${days}`}, ${lifetime})`;
      await db.rows`insert into password_resets (token_hash, user_id, expires_at)
        values (${id}, ${userId}, ${lifetime})`;
    }
    const sent = {
      pending: [1, null],
      expired: [-29, null],
      long_gone: [-31, null],
      used: [-31, 0],
    };
    for (const [name, [days, accepted]] of Object.entries(sent)) {
      await db.rows`
        insert into invitations (organization_id, id, email, role, token_hash, invited_by,
          expires_at, accepted_at)
        values (${organizationId}, ${newId()}, ${name}, 'agent', ${name}, ${userId},
          now() + ${days ?? 0} * interval '1 day', now() + ${accepted ?? null} * interval '1 day')`;
    }
    await world.sweep();
    const left = await db.first`select
      (select array_agg(id::text) from sessions) as sessions,
      (select array_agg(token_hash order by token_hash) from live_tickets) as tickets,
      (select array_agg(token_hash) from password_resets) as resets,
      (select array_agg(email order by email) from invitations) as invitations`;
    expect(left).toEqual({
      sessions: [living],
      tickets: [living, "of 1"],
      resets: [living],
      invitations: ["expired", "pending", "used"],
    });
  });
});

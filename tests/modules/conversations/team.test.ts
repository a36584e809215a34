import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { newId } from "../../../src/lib/ids.ts";
import { ann } from "../../flows/world.ts";
import { createRestWorld, type RestWorld } from "../rest-world.ts";

type Person = Awaited<ReturnType<RestWorld["signIn"]>>;

let rest: RestWorld;
let me: Person;
let colleague: Person;
let boss: Person;
let id: string;
beforeAll(async () => {
  rest = await createRestWorld("conversation-team");
  [me, colleague, boss] = [await rest.signIn(), await rest.signIn(), await rest.signIn("admin")];
});
beforeEach(async () => {
  await rest.reset();
  await rest.world.receive({});
  id = (await rest.world.conversation()).id;
});
afterAll(() => rest.close());

const post = (person: Person, verb: string, body?: object) =>
  person.ask("POST", `/api/v1/conversations/${id}/${verb}`, body);
const seize = (person: Person, from: Person) => post(person, `takeover?fromUserId=${from.userId}`);
const timeline = async () =>
  (await me.ask("GET", `/api/v1/conversations/${id}/panel`)).body.timeline;
const call = () => rest.world.db.rows`
  update conversations set attention_reason = 'unhappy', attention_at = now() - interval '1 hour'`;
/** How long each act came after the call that it answered. */
const answered = () => rest.world.db.rows`
  select kind, reason, extract(hours from created_at - called_at)::int as hours
  from timeline_events where called_at is not null order by created_at`;

describe("taking a chat from a colleague", () => {
  test("is one step of an admin who names them; agents may not", async () => {
    await post(colleague, "takeover");
    expect((await seize(me, colleague)).body.code).toBe("forbidden");
    expect((await post(boss, "takeover")).body.code).toBe("conflict");
    expect((await seize(boss, me)).body.code).toBe("conflict");
    const { status, body } = await seize(boss, colleague);
    expect([status, body.takenOverBy]).toEqual([200, boss.userId]);
    expect(await timeline()).toMatchObject([
      { kind: "takeover", by: { id: boss.userId } },
      { kind: "takeover", by: { id: colleague.userId } },
    ]);
  });

  test("leaves the bot no moment to speak in, though a turn is woken at the same time", async () => {
    for (let round = 0; round < 5; round += 1) {
      await post(colleague, "takeover");
      await rest.world.receive({ text: `Anybody there? ${round}` });
      const [taken] = await Promise.all([
        seize(boss, colleague),
        rest.world.turn(id),
        rest.world.turn(id, "retry"),
        rest.world.deliver(),
      ]);
      expect(taken.body.takenOverBy).toBe(boss.userId);
      expect(await rest.world.outgoing()).toEqual([]);
      await rest.world.db.rows`update conversations set mode = 'bot', taken_over_by = null,
        handled_seq = wake_seq`;
    }
  });

  test("while the colleague gives it back: whatever the bot began, nothing of it is claimed after", async () => {
    for (let round = 0; round < 10; round += 1) {
      await post(colleague, "takeover");
      await rest.world.receive({ text: `Anybody there? ${round}` });
      const bot = async () => {
        await post(colleague, "release");
        await rest.world.turn(id);
      };
      const [taken] = await Promise.all([seize(boss, colleague), bot()]);
      const mine = taken.status === 200 && (await rest.world.conversation()).mode === "human";
      if (!mine) await post(boss, "takeover");
      const before = rest.world.sends.length;
      await rest.world.deliver();
      expect(rest.world.sends).toHaveLength(before);
      expect((await rest.world.outgoing()).map(({ state }) => state)).not.toContain("queued");
      await post(boss, "release");
    }
  });

  test("and giving it back for them, is for admins only", async () => {
    await post(colleague, "takeover");
    expect((await post(me, "release")).body.code).toBe("forbidden");
    expect((await post(boss, "release")).body.mode).toBe("bot");
  });
});

describe("assigning", () => {
  test("names who looks after the chat, and leaves the bot at work", async () => {
    const { body } = await post(me, "assign", { userId: colleague.userId });
    expect(body).toMatchObject({ assigneeId: colleague.userId, mode: "bot" });
    const event = (await rest.events()).at(-1);
    expect(event).toMatchObject({ kind: "conversation.updated", data: body });
    expect(await timeline()).toMatchObject([
      { kind: "assigned", by: { id: me.userId }, to: { id: colleague.userId } },
    ]);
    const again = await post(me, "assign", { userId: colleague.userId });
    expect(again.body.version).toBe(body.version);
    expect((await post(me, "assign", { userId: null })).body.assigneeId).toBeNull();
    expect(await timeline()).toMatchObject([{ kind: "assigned", to: null }, {}]);
    await rest.world.turn(id);
    expect(rest.world.dispositions.at(-1)).toBe("replied");
  });

  test("is for members only: not for strangers, nor for those who left", async () => {
    const stranger = await rest.addUser("agent", await rest.addOrganization());
    const leaver = await rest.addUser("agent");
    await boss.ask("DELETE", `/api/v1/users/${leaver.userId}`);
    for (const userId of [stranger.userId, leaver.userId, newId()]) {
      expect((await post(me, "assign", { userId })).body.code).toBe("invalid_input");
    }
  });

  test("never leaves a chat with somebody who is being removed at the same time", async () => {
    for (let round = 0; round < 5; round += 1) {
      const leaver = await rest.addUser("agent");
      await Promise.all([
        post(me, "assign", { userId: leaver.userId }),
        boss.ask("DELETE", `/api/v1/users/${leaver.userId}`),
      ]);
      const row = await me.ask("GET", `/api/v1/conversations/${id}`);
      expect(row.body.assigneeId).not.toBe(leaver.userId);
    }
  });

  test("ends with the membership", async () => {
    const leaver = await rest.addUser("agent");
    await post(me, "assign", { userId: leaver.userId });
    await boss.ask("DELETE", `/api/v1/users/${leaver.userId}`);
    const row = await me.ask("GET", `/api/v1/conversations/${id}`);
    expect(row.body).toMatchObject({ assigneeId: null, assigneeName: null });
  });
});

describe("a call for attention", () => {
  test("gets one owner, once, and keeps calling", async () => {
    expect((await post(me, "claim-attention")).body.code).toBe("conflict");
    await call();
    const { body } = await post(me, "claim-attention");
    expect(body).toMatchObject({ attentionOwnerId: me.userId, attentionReason: "unhappy" });
    expect((await post(me, "claim-attention")).body.version).toBe(body.version);
    expect((await post(colleague, "claim-attention")).body.code).toBe("conflict");
    expect((await post(colleague, "resolve-attention")).body.attentionOwnerId).toBeNull();
    expect(await answered()).toEqual([
      { kind: "attention_claimed", reason: "unhappy", hours: 1 },
      { kind: "attention_resolved", reason: "unhappy", hours: 1 },
    ]);
  });

  test("is won by one of four who claim it at once", async () => {
    await call();
    const people = [me, colleague, boss, await rest.signIn()];
    const answers = await Promise.all(people.map((person) => post(person, "claim-attention")));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
  });

  test("that a takeover, a message or the phone app answers keeps when it had called", async () => {
    await call();
    await post(me, "takeover");
    await call();
    await post(me, "takeover");
    await call();
    await me.ask(
      "POST",
      `/api/v1/conversations/${id}/messages`,
      { text: "Here I am." },
      {
        "idempotency-key": newId(),
      },
    );
    await call();
    await post(me, "claim-attention");
    await rest.world.receive({ kind: "echo", to: ann, text: "I see to it." } as never);
    expect(await answered()).toEqual([
      { kind: "takeover", reason: "unhappy", hours: 1 },
      { kind: "attention_resolved", reason: "unhappy", hours: 1 },
      { kind: "attention_resolved", reason: "unhappy", hours: 1 },
      { kind: "attention_claimed", reason: "unhappy", hours: 1 },
      { kind: "attention_resolved", reason: "unhappy", hours: 1 },
    ]);
    const { body } = await me.ask("GET", `/api/v1/conversations/${id}`);
    expect(body).toMatchObject({ attentionReason: null, attentionOwnerId: null });
  });
});

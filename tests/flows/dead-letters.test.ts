import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { removeSettledLetters } from "../../src/flows/dead-letters/retention.ts";
import { newId } from "../../src/lib/ids.ts";
import { takeOver } from "../../src/modules/conversations/service.ts";
import { askReplays, stopReplays } from "../../src/modules/dead-letters/replay-many.ts";
import type { SendResult } from "../../src/whatsapp/client.ts";
import { lettersOf } from "./letters.ts";
import { ann, createWorld, decision, type World } from "./world.ts";

let world: World;
let letters: ReturnType<typeof lettersOf>;
beforeEach(async () => {
  world = await createWorld("dead-letters");
  letters = lettersOf(world);
}, 30_000);
afterEach(() => world.close());

const message = (over: Record<string, unknown> = {}) => ({
  v: 1,
  organizationId: world.organizationId,
  integrationId: world.integrationId,
  receivedAt: new Date().toISOString(),
  requestId: newId(),
  item: {
    v: 1,
    kind: "message",
    wamid: "wamid.buried",
    type: "text",
    text: "How much is it?",
    sentAt: new Date().toISOString(),
    replyToWamid: null,
    from: ann,
    referral: null,
    raw: { type: "text" },
    altered: false,
    ...over,
  },
});

const notNull = (id: string | null): string => {
  if (id === null) throw new Error("No letter was made.");
  return id;
};

async function buried(stream: string, entry: unknown): Promise<string> {
  return notNull(await letters.bury(stream, entry));
}

/** The world takes in whatever was appended to `inbound`, as a worker would. */
async function ingestAppended() {
  for (const { stream, entry } of letters.appended.splice(0)) {
    if (stream === "inbound") await world.ingest([{ entry }]);
  }
}

const told = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "it was done",
    (error) => String(error.message),
  );

describe("an inbound letter", () => {
  test("enters its stream again, and its lead is answered", async () => {
    const id = await buried("inbound", message());
    expect(await letters.ask(id)).toMatchObject({ state: "scheduled", replayAskedBy: "Olga" });
    expect(await letters.pass()).toEqual({ replayed: 1, refused: 0 });
    expect(letters.appended).toMatchObject([{ stream: "inbound", entry: { replayOf: id } }]);
    await ingestAppended();
    await world.turn((await world.conversation()).id);
    await world.deliver();
    expect(world.sends).toMatchObject([{ text: "1 answered", to: ann.phone }]);
    expect(await letters.row(id)).toMatchObject({ replayedAt: expect.any(Date), refusal: null });
    expect(await told(letters.ask(id))).toMatch(/^It was already replayed at 20/);
    expect(await letters.pass()).toEqual({ replayed: 0, refused: 0 });
  });

  test("whose scheduler dies before it was appended is replayed by the next", async () => {
    const id = await buried("inbound", message());
    await letters.ask(id);
    letters.dieAt = "replay:started";
    expect(await told(letters.pass())).toBe("Died at replay:started.");
    letters.dieAt = null;
    letters.redisIsAway = true;
    await letters.pass();
    expect(await letters.row(id)).toMatchObject({ replayedAt: null });
    letters.redisIsAway = false;
    await letters.pass();
    expect(letters.appended).toHaveLength(1);
    expect(await letters.row(id)).toMatchObject({ replayedAt: expect.any(Date) });
  });

  test("whose scheduler dies after it was appended is appended twice and stored once", async () => {
    const id = await buried("inbound", message());
    await letters.ask(id);
    letters.dieAt = "replay:appended";
    await letters.pass();
    expect(await letters.row(id)).toMatchObject({ replayedAt: null });
    letters.dieAt = null;
    await letters.pass();
    expect(letters.appended).toHaveLength(2);
    await ingestAppended();
    expect(await world.messages()).toHaveLength(1);
    expect(await world.conversation()).toMatchObject({ wakeSeq: 1, handledSeq: 0 });
  });

  test("that two leaders replay at once is stored once, and that is all", async () => {
    const id = await buried("inbound", message());
    await letters.ask(id);
    await Promise.all([letters.pass(), letters.pass(), letters.pass()]);
    await ingestAppended();
    expect(await world.messages()).toHaveLength(1);
    expect(await letters.row(id)).toMatchObject({ replayedAt: expect.any(Date) });
  });

  test("that dies again is a new letter that names it, once", async () => {
    const first = await buried("inbound", message());
    await letters.ask(first);
    letters.dieAt = "replay:appended";
    await letters.pass();
    letters.dieAt = null;
    await letters.pass();
    for (const { entry } of letters.appended) await letters.bury("inbound", entry);
    const [, second, ...more] = await letters.rows();
    expect(second).toMatchObject({ replayOf: first, replayedAt: null });
    expect(more).toEqual([]);
  });

  test("that cannot be read says so, to whoever asks and to a filter", async () => {
    const id = await buried("inbound", { v: 1, organizationId: world.organizationId });
    expect(await told(letters.ask(id))).toMatch(/^It would die again: .*"\/integrationId"/);
    await askReplays(letters, letters, {}, { perSecond: 10 });
    expect(await letters.pass()).toEqual({ replayed: 0, refused: 1 });
    expect(await letters.row(id)).toMatchObject({
      replayDueAt: null,
      replayStartedAt: null,
      replayedAt: null,
      refusal: expect.stringContaining("/integrationId"),
    });
  });
});

describe("a letter of turns", () => {
  /** A turn that fails as often as it may, and its burial. */
  async function buriedTurn() {
    await world.receive({});
    const { id } = await world.conversation();
    const letter = await failTurns(id);
    expect(await world.conversation()).toMatchObject({
      attentionReason: "turn_buried",
      wakeSeq: 1,
      handledSeq: 1,
    });
    return { id, letter };
  }
  async function failTurns(conversationId: string): Promise<string> {
    const think = world.think;
    world.think = () => {
      throw new Error("The model is confused.");
    };
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await world.db.rows`update conversations set due_at = now(),
        follow_up_at = case when follow_up_at is not null then now() end`;
      await world.turn(conversationId).catch(() => undefined);
    }
    world.think = think;
    const { organizationId } = world;
    return buried("turns", { v: 1, organizationId, conversationId, cause: "retry" });
  }

  test("makes the conversation due again with all its tries, and the lead is answered", async () => {
    const { id, letter } = await buriedTurn();
    await letters.ask(letter);
    await letters.pass();
    expect(letters.appended).toMatchObject([{ stream: "turns", entry: { conversationId: id } }]);
    expect(await world.conversation()).toMatchObject({ turnAttempts: 0, attentionReason: null });
    await world.turn(id);
    await world.deliver();
    expect(world.sends).toMatchObject([{ text: "1 answered" }]);
  });

  test("is replayed by Postgres alone: a lost wake-up is the sweep's", async () => {
    const { id, letter } = await buriedTurn();
    await letters.ask(letter);
    letters.redisIsAway = true;
    await letters.pass();
    expect(await letters.row(letter)).toMatchObject({ replayedAt: expect.any(Date) });
    await world.db.rows`update conversations set due_at = now() - interval '4 seconds'`;
    world.appended.length = 0;
    expect(await world.sweep()).toMatchObject({ turns: 1 });
    expect(world.appended).toMatchObject([{ entry: { conversationId: id } }]);
  });

  test("that dies again is linked, until a turn has come to an end", async () => {
    const { id, letter } = await buriedTurn();
    await letters.ask(letter);
    await letters.pass();
    const second = await failTurns(id);
    expect(await letters.row(second)).toMatchObject({ replayOf: letter });
    await letters.ask(second);
    await letters.pass();
    await world.turn(id);
    await world.receive({ text: "And the other one?" });
    const third = await failTurns(id);
    expect(await letters.row(third)).toMatchObject({ replayOf: null });
  });

  test("that two leaders replay at once is resumed once", async () => {
    const { id, letter } = await buriedTurn();
    await letters.ask(letter);
    await world.db.rows`update dead_letters set replay_started_at = now()`;
    await letters.pass();
    // A turn that ends without an answer: nothing shows that the letter had its effect.
    world.think = () => ({ kind: "no_reply", decision });
    await world.turn(id);
    await world.db.rows`update dead_letters set replay_due_at = now() where id = ${letter}`;
    await letters.pass();
    expect(await world.conversation()).toMatchObject({ wakeSeq: 1, handledSeq: 1 });
  });

  test("is refused once the lead was answered, or a person has the chat", async () => {
    const { id, letter } = await buriedTurn();
    const taken = await told(
      takeOver(world.db, world.organizationId, id, newId()).then(() => letters.ask(letter)),
    );
    expect(taken).toBe("A person has the chat.");
    await world.db.rows`update conversations set mode = 'bot'`;
    await world.receive({ text: "Hello?" });
    await world.turn(id);
    await world.deliver();
    expect(await told(letters.ask(letter))).toBe("The lead has been answered since.");
  });

  test("is refused outside WhatsApp's window", async () => {
    const { letter } = await buriedTurn();
    world.clock.setOffsetMs(25 * 3_600_000);
    expect(await told(letters.ask(letter))).toMatch(/^The lead last wrote over 24 hours ago/);
  });

  test("asked for in time and overtaken by a takeover does nothing", async () => {
    const { id, letter } = await buriedTurn();
    await letters.ask(letter);
    await takeOver(world.db, world.organizationId, id, newId());
    expect(await letters.pass()).toEqual({ replayed: 0, refused: 1 });
    expect(await letters.row(letter)).toMatchObject({
      replayedAt: null,
      replayDueAt: null,
      refusal: "A person has the chat.",
    });
  });

  test("of a nudge makes the nudge due again", async () => {
    await world.receive({});
    const { id } = await world.conversation();
    await world.turn(id);
    await world.deliver();
    world.clock.setOffsetMs(11 * 60_000);
    const letter = await failTurns(id);
    expect(await world.conversation()).toMatchObject({ followUpAt: null });
    await letters.ask(letter);
    await letters.pass();
    expect(letters.appended).toMatchObject([{ entry: { cause: "follow_up" } }]);
    await world.turn(id, "follow_up");
    await world.deliver();
    expect(world.sends).toHaveLength(2);
  });
});

describe("a letter of outbound", () => {
  const refused: SendResult = {
    kind: "rejected",
    code: 131009,
    title: "Token expired",
    details: "",
    class: "ours",
  };

  async function failedReply(result: SendResult = refused) {
    await world.receive({});
    await world.turn((await world.conversation()).id);
    world.send = () => result;
    await world.deliver();
    world.send = () => ({ kind: "accepted", wamid: newId() });
    const [letter] = await letters.rows();
    return letter?.id ?? "";
  }

  test("is made when a send is refused for what can be put right, and sends it after all", async () => {
    const id = await failedReply();
    const [reply] = await world.outgoing();
    expect(await letters.row(id)).toMatchObject({
      stream: "outbound",
      errorClass: "refused",
      reason: "Token expired",
      tries: 1,
    });
    expect(JSON.parse((await letters.row(id)).text)).toEqual({
      v: 1,
      organizationId: world.organizationId,
      integrationId: world.integrationId,
      messageId: reply?.id,
    });
    expect(await world.conversation()).toMatchObject({ attentionReason: "send_failed" });
    await letters.ask(id);
    await letters.pass();
    expect(letters.appended).toMatchObject([{ stream: "outbound" }]);
    expect(await world.conversation()).toMatchObject({ attentionReason: null });
    await world.deliver();
    expect(await world.outgoing()).toMatchObject([{ id: reply?.id, state: "accepted" }]);
    expect(world.sends).toHaveLength(2);
  });

  test("that fails again is linked", async () => {
    const id = await failedReply();
    await letters.ask(id);
    await letters.pass();
    world.send = () => refused;
    await world.deliver();
    expect(await letters.rows()).toMatchObject([{ id }, { replayOf: id, tries: 2 }]);
  });

  test("is not made for a person who cannot be reached: no operator can help there", async () => {
    await failedReply({ ...refused, code: 131026, title: "Undeliverable", class: "recipient" });
    expect(await world.outgoing()).toMatchObject([{ state: "failed" }]);
    expect(await letters.rows()).toEqual([]);
  });

  test.each([
    ["unknown", "state = 'unknown'", /^The message is unknown/],
    ["accepted before it failed", "wamid = 'wamid.1'", /^WhatsApp took the message or may have/],
    ["in doubt before it failed", "doubt_at = now()", /^WhatsApp took the message or may have/],
    ["too old", "expires_at = now()", /^The message is too old/],
  ])("is refused for a message that is %s", async (_, change, why) => {
    const id = await failedReply();
    await world.db.rows`update messages set ${world.db.fragment(change)} where direction = 'out'`;
    expect(await told(letters.ask(id))).toMatch(why);
    await askReplays(letters, letters, {}, { perSecond: 50 });
    expect(await letters.pass()).toEqual({ replayed: 0, refused: 1 });
    await world.deliver();
    expect(world.sends).toHaveLength(1);
  });

  test("is refused once the chat went on or the lead opted out", async () => {
    const id = await failedReply();
    await world.receive({ text: "Hello?" });
    expect(await told(letters.ask(id))).toMatch(/^The chat went on since/);
    await world.receive({ text: "stop" });
    expect(await told(letters.ask(id))).toMatch(/^A person has the chat, or the lead asked/);
  });
});

describe("a letter of another stream", () => {
  test.each(["receipts", "notices", "memory"] as const)(
    "of %s is appended again",
    async (stream) => {
      const { organizationId } = world;
      const entries = {
        receipts: message({
          kind: "receipt",
          status: "read",
          at: new Date().toISOString(),
          recipient: { phone: null, bsuid: null },
          callbackData: null,
          errors: [],
          pricing: null,
        }),
        notices: message({ kind: "notice", field: "account_update" }),
        memory: { v: 1, organizationId, conversationId: newId() },
      };
      const id = await buried(stream, entries[stream]);
      await letters.ask(id);
      await letters.pass();
      expect(letters.appended).toMatchObject([{ stream, entry: { replayOf: id } }]);
    },
  );

  test("whose ids are none is refused, and holds up no other", async () => {
    const { organizationId } = world;
    const bad = await buried("turns", {
      v: 1,
      organizationId,
      conversationId: "x",
      cause: "retry",
    });
    const good = await buried("inbound", message());
    expect(await told(letters.ask(bad))).toMatch(/^It would die again: an id in it is none/);
    await askReplays(letters, letters, {}, { perSecond: 50 });
    await world.db.rows`update dead_letters set replay_due_at = now() where id = ${good}`;
    expect(await letters.pass()).toEqual({ replayed: 1, refused: 1 });
    expect(await letters.row(bad)).toMatchObject({ refusal: expect.stringContaining("log") });
  });

  test("that this version does not know is refused", async () => {
    const id = await buried("hooks", { v: 1 });
    expect(await told(letters.ask(id))).toContain('knows no stream "hooks"');
  });
});

describe("many letters at a pace", () => {
  async function scheduled(count: number, perSecond: number) {
    for (let at = 0; at < count; at += 1) {
      await buried("inbound", message({ wamid: `wamid.${at}` }));
    }
    return await askReplays(letters, letters, { stream: "inbound" }, { perSecond });
  }
  /** As if so many seconds had gone by. */
  const later = (seconds: number) => world.db.rows`
    update dead_letters set replay_due_at = replay_due_at - ${seconds} * interval '1 second'`;

  test("go one after the other, oldest first, also under a scheduler that has just started", async () => {
    const answer = await scheduled(12, 2);
    expect(answer).toMatchObject({ scheduled: 12, left: 0 });
    const lastsMs = Date.parse(answer.lastDueAt ?? "") - Date.parse(answer.firstDueAt ?? "");
    expect(lastsMs).toBe(5_500);
    await later(2.9);
    expect(await letters.pass()).toEqual({ replayed: 6, refused: 0 });
    await later(2.6);
    expect(await letters.pass()).toEqual({ replayed: 6, refused: 0 });
    const replayed = letters.appended.map(({ entry }) => JSON.stringify(entry));
    expect(replayed.map((text) => /wamid\.\d+/.exec(text)?.[0])).toEqual(
      Array.from({ length: 12 }, (_, at) => `wamid.${at}`),
    );
  });

  test("do not come in one gush after a standstill", async () => {
    await scheduled(12, 0.1);
    await later(600);
    expect(await letters.pass()).toEqual({ replayed: 1, refused: 0 });
    await later(10);
    expect(await letters.pass()).toEqual({ replayed: 1, refused: 0 });
  });

  test("are called off but for those that have started", async () => {
    await scheduled(3, 0.1);
    letters.redisIsAway = true;
    await letters.pass();
    expect(await stopReplays(letters, letters, { stream: "inbound" })).toEqual({ stopped: 2 });
    letters.redisIsAway = false;
    expect(await letters.pass()).toEqual({ replayed: 1, refused: 0 });
    expect(letters.appended).toHaveLength(1);
  });
});

test("letters that somebody decided about go after their days; the others stay", async () => {
  const { db } = world;
  const ids = await Promise.all(
    ["a", "b", "c", "d"].map((wamid) => buried("inbound", message({ wamid }))),
  );
  const [old = "", fresh = "", discarded = "", waiting = ""] = ids;
  await db.rows`update dead_letters set created_at = now() - interval '400 days'`;
  await db.rows`update dead_letters set replayed_at = now() - interval '91 days' where id = ${old}`;
  await db.rows`update dead_letters set replayed_at = now() - interval '89 days',
    replay_of = ${old} where id = ${fresh}`;
  await db.rows`update dead_letters set discarded_at = now() - interval '91 days'
    where id = ${discarded}`;
  expect(await removeSettledLetters(db, 90)).toBe(2);
  const left = await letters.rows();
  expect(left.map(({ id }) => id).toSorted()).toEqual([fresh, waiting].toSorted());
  expect(await letters.row(fresh)).toMatchObject({ replayOf: null });
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { newId } from "../../src/lib/ids.ts";
import { ann, createWorld, noPhone, type World } from "./world.ts";

describe("ingest", () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld("ingest");
  });
  afterAll(() => world.close());

  const person = () => ({ ...ann, phone: `1415${Math.random()}`.slice(0, 12), bsuid: newId() });
  const countOf = async (table: "leads" | "conversations" | "messages" | "outbox") =>
    (
      await world.db.first<{ n: number }>`
      select count(*)::int as n from ${world.db.fragment(table)}`
    )?.n ?? 0;

  describe("invariant 3: a duplicate or concurrent webhook is one row, processed once", () => {
    test("the same message a hundred times at once is stored once and wakes once", async () => {
      const from = person();
      const wamid = newId();
      await Promise.all(Array.from({ length: 100 }, () => world.receive({ from, wamid })));
      const rows = await world.db.rows`select 1 from messages where wamid = ${wamid}`;
      const [conversation] = await world.db.rows<{ wakeSeq: number; lastSeq: number }>`
      select wake_seq, last_seq from conversations where bsuid = ${from.bsuid}`;
      expect(rows).toHaveLength(1);
      expect(conversation).toEqual({ wakeSeq: 1, lastSeq: 1 });
    });

    test("twenty first messages of one new person at once make one lead", async () => {
      const from = person();
      await Promise.all(Array.from({ length: 20 }, () => world.receive({ from })));
      const leads = await world.db.rows`
      select distinct lead_id from lead_identities where value in (${from.phone}, ${from.bsuid})`;
      const messages = await world.db.rows<{ seq: number }>`
      select m.seq from messages m join conversations c on c.id = m.conversation_id
      where c.bsuid = ${from.bsuid} order by m.seq`;
      expect(leads).toHaveLength(1);
      expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    });
  });

  test("a phone-only lead who later shows a BSUID, then only the BSUID, stays one lead", async () => {
    const both = person();
    await world.receive({ from: { ...both, bsuid: null } });
    await world.receive({ from: both });
    await world.receive({ from: { ...both, phone: null } });
    const leads = await world.db.rows`
      select distinct lead_id from lead_identities where value in (${both.phone}, ${both.bsuid})`;
    expect(leads).toHaveLength(1);
  });

  test("a lead without a phone number is a lead like any other", async () => {
    await world.receive({ from: noPhone });
    const [row] = await world.db.rows<{ phone: string | null; wakeSeq: number }>`
      select phone, wake_seq from conversations where bsuid = ${noPhone.bsuid}`;
    expect(row).toEqual({ phone: null, wakeSeq: 1 });
  });

  describe("invariant 1: a webhook answered 200 reaches Postgres with its raw content", () => {
    test("somebody who cannot be named is kept raw, and the others of the batch go on", async () => {
      const before = await countOf("messages");
      const from = { phone: null, bsuid: null, username: null, name: "?" };
      await world.receive({ from, raw: { id: "nameless" } }, { from: person() });
      const notices = await world.db.rows`select 1 from notices where field = 'unidentified'`;
      expect(notices).toHaveLength(1);
      expect(await countOf("messages")).toBe(before + 1);
    });
  });

  test("an image is stored raw, wakes nobody and calls a person", async () => {
    const from = person();
    await world.receive({ from, type: "image", text: null, raw: { image: { id: "1" } } });
    const [row] = await world.db.rows`
      select wake_seq, attention_reason from conversations where bsuid = ${from.bsuid}`;
    expect(row).toEqual({ wakeSeq: 0, attentionReason: "unreadable_message" });
  });

  test("a tap or form without words wakes nobody and calls a person", async () => {
    const from = person();
    await world.receive({ from, type: "interactive", text: null });
    const [row] = await world.db.rows`
      select wake_seq, attention_reason from conversations where bsuid = ${from.bsuid}`;
    expect(row).toEqual({ wakeSeq: 0, attentionReason: "unreadable_message" });
  });

  describe("invariant 11: debounce answers a burst once, within the cap", () => {
    const waitSeconds = async (bsuid: string) =>
      (
        await world.db.first<{ seconds: number }>`
          select extract(epoch from due_at - now())::float as seconds from conversations
          where bsuid = ${bsuid}`
      )?.seconds;
    const firstUnseen = (bsuid: string, secondsAgo: number) => world.db.rows`
      update conversations set unseen_since = now() - ${secondsAgo} * interval '1 second'
      where bsuid = ${bsuid}`;
    beforeAll(() => world.db.rows`update organizations set quiet_ms = 2000, quiet_cap_ms = 10000`);
    afterAll(() => world.db.rows`update organizations set quiet_ms = 0, quiet_cap_ms = 0`);

    test("waits for the quiet time, and begins it again with each text", async () => {
      const from = person();
      await world.receive({ from });
      expect(await waitSeconds(from.bsuid)).toBeWithin(1.5, 2.01);
      await firstUnseen(from.bsuid, 5);
      await world.receive({ from });
      expect(await waitSeconds(from.bsuid)).toBeWithin(1.5, 2.01);
    });

    test("never waits beyond the cap, counted from the first unseen text", async () => {
      const from = person();
      await world.receive({ from });
      await firstUnseen(from.bsuid, 9);
      await world.receive({ from });
      expect(await waitSeconds(from.bsuid)).toBeWithin(0.3, 1.01);
    });
  });

  test("a message older than an hour is stored, not answered, and calls a person", async () => {
    const from = person();
    const sentAt = new Date(Date.now() - 61 * 60_000).toISOString();
    await world.receive({ from, sentAt });
    const [row] = await world.db.rows`
      select wake_seq, attention_reason from conversations where bsuid = ${from.bsuid}`;
    expect(row).toEqual({ wakeSeq: 0, attentionReason: "stale_message" });
  });

  test("a stop word raises the fence, confirms once, and nothing answers afterwards", async () => {
    const from = person();
    await world.receive({ from });
    await world.receive({ from, text: "Stop!" });
    await world.receive({ from, text: "STOP" });
    await world.receive({ from, text: "And the price?" });
    const [row] = await world.db.rows<{ id: string }>`
      select id, fence, wake_seq = handled_seq as quiet, opted_out_at is not null as out,
        attention_reason from conversations where bsuid = ${from.bsuid}`;
    expect(row).toMatchObject({
      fence: 1,
      quiet: true,
      out: true,
      attentionReason: "opted_out_lead_wrote",
    });
    const confirmations = await world.db.rows`
      select state from messages where conversation_id = ${row?.id ?? ""} and author = 'system'`;
    expect(confirmations).toEqual([{ state: "queued" }]);
  });

  test("a start word after a stop lets the bot answer again", async () => {
    const from = person();
    await world.receive({ from, text: "stop" });
    await world.receive({ from, text: "start" });
    const [row] = await world.db.rows`
      select opted_out_at, wake_seq > handled_seq as waiting from conversations
      where bsuid = ${from.bsuid}`;
    expect(row).toEqual({ optedOutAt: null, waiting: true });
  });

  test("a reply typed in the phone app is a takeover", async () => {
    const from = person();
    await world.receive({ from });
    const echo = { kind: "echo" as const, to: from };
    // An echo carries `to` where a message carries `from`; the rest of the shape is the same.
    await world.receive({ ...echo, from, text: "I'll take this" } as never);
    const [row] = await world.db.rows`
      select mode, fence, wake_seq = handled_seq as quiet from conversations
      where bsuid = ${from.bsuid}`;
    expect(row).toEqual({ mode: "human", fence: 1, quiet: true });
    const noted = await world.db.rows`
      select e.kind, e.user_id from timeline_events e
      join conversations c on c.id = e.conversation_id where c.bsuid = ${from.bsuid}`;
    expect(noted).toEqual([{ kind: "takeover", userId: null }]);
  });

  test("each stored message is one live event, published and then forgotten", async () => {
    const from = person();
    const before = world.events.length;
    await world.receive({ from }, { from });
    const kinds = world.events.slice(before).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "message.received")).toHaveLength(2);
    expect(kinds).toContain("lead.created");
    expect(kinds.filter((kind) => kind === "conversation.updated")).toHaveLength(1);
  });

  test("a batch of many people wakes each of them, after their debounce", async () => {
    await world.db.rows`update organizations set quiet_ms = 2000, quiet_cap_ms = 10000`;
    const people = Array.from({ length: 50 }, person);
    const before = world.scheduled.length;
    const appendedBefore = world.appended.length;
    await world.receive(...people.map((from) => ({ from })), ...people.map((from) => ({ from })));
    await world.db.rows`update organizations set quiet_ms = 0, quiet_cap_ms = 0`;
    expect(world.scheduled.length - before).toBe(50);
    expect(world.appended.length).toBe(appendedBefore);
  });

  test("without debounce their turns start at once, one for each", async () => {
    const people = Array.from({ length: 50 }, person);
    const before = world.appended.length;
    const scheduledBefore = world.scheduled.length;
    await world.receive(...people.map((from) => ({ from })), ...people.map((from) => ({ from })));
    const turns = world.appended.slice(before).filter(({ stream }) => stream === "turns");
    expect(turns).toHaveLength(50);
    expect(world.scheduled.length).toBe(scheduledBefore);
  });
});

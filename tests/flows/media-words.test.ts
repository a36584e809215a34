import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { TurnContext } from "../../src/funnel/turn.ts";
import { createS3Store } from "../../src/storage/s3.ts";
import { signedAccess, startSignedS3 } from "../storage/signed-s3.ts";
import { createMediaWorld, type MediaWorld } from "./media-world.ts";

let it: MediaWorld;
beforeAll(async () => {
  it = await createMediaWorld("media-words");
}, 30_000);
beforeEach(() => it.reset());
afterAll(() => it.close());

/** What one turn of the conversation sees. */
async function thinking(): Promise<TurnContext> {
  let seen: TurnContext | undefined;
  const { think } = it.world;
  it.world.think = async (context, run) => {
    seen = context;
    return await think(context, run);
  };
  await it.turn((await it.conversation()).id);
  it.world.think = think;
  if (seen === undefined) throw new Error("no turn began");
  return seen;
}
const describeImages = (on: boolean) =>
  it.world.db.rows`update organizations set describe_images = ${on}`;
const calls = () =>
  it.world.db.rows<{ step: string; outcome: string; cost: string | null; audioSeconds: number }>`
    select step, outcome, cost, audio_seconds from llm_calls order by created_at`;

/** Who sends files, as a webhook without a user id names them. */
const writer = { phone: "14155550100", bsuid: null, username: null, name: "Ann" };

describe("a voice note", () => {
  test("calls nobody, is written down at a price, and wakes the bot once", async () => {
    await it.send({ kind: "voice", says: "How much is a small roof?" });
    expect(await it.conversation()).toMatchObject({ attentionReason: null, wakeSeq: 0 });
    expect(it.turns()).toEqual([]);
    await it.work();
    expect(await it.file()).toMatchObject({
      ...{ reading: "done", step: null, transcript: "How much is a small roof?" },
      ...{ transcriptClear: true, wakeSeq: 1 },
    });
    expect(await it.conversation()).toMatchObject({ attentionReason: null, wakeSeq: 1 });
    expect(it.turns()).toHaveLength(1);
    const [call] = await calls();
    expect(call).toMatchObject({ step: "transcribe", outcome: "ok" });
    expect(Number(call?.cost)).toBeCloseTo(((call?.audioSeconds ?? 0) / 60) * 0.006, 9);
    expect(Number(call?.cost)).toBeGreaterThan(0);

    const { messages } = await thinking();
    expect(messages).toMatchObject([
      { kind: "audio", text: "How much is a small roof?", heard: "clear", isNew: true },
    ]);
    expect(await it.conversation()).toMatchObject({ handledSeq: 1 });
    await it.handle((await it.file()).id);
    expect(await it.conversation()).toMatchObject({ wakeSeq: 1, handledSeq: 1 });
  });

  test("that could hardly be understood is a guess, and said so", async () => {
    await it.send({ kind: "voice", says: "boat on Tuesday", certainty: 0.3 });
    await it.work();
    expect(await it.file()).toMatchObject({ transcriptClear: false });
    expect((await it.file()).transcriptConfidence).toBeCloseTo(0.3, 1);
    const { messages } = await thinking();
    expect(messages).toMatchObject([{ text: "boat on Tuesday", heard: "unclear" }]);
  });

  test("is new to the bot also when a text behind it was answered meanwhile", async () => {
    await it.send({ kind: "voice", says: "And with a battery?" });
    await it.receive({ from: writer, text: "What does a roof cost?" });
    await it.turn((await it.conversation()).id);
    expect(await it.conversation()).toMatchObject({ wakeSeq: 1, handledSeq: 1 });
    await it.work();
    const { messages } = await thinking();
    expect(messages.filter(({ isNew }) => isNew)).toMatchObject([{ text: "And with a battery?" }]);
  });

  test("waits for a model that is away, and is a person's when it stays so", async () => {
    await it.send({ kind: "voice" });
    await it.work();
    const { id } = await it.file();
    expect(await it.file()).toMatchObject({ reading: "done" });

    await it.world.db.rows`update media set reading = 'pending', step = 'read', attempts = 0`;
    await it.meta.control("faults", { target: "model", kind: "http_500" });
    for (let tries = 1; tries < 5; tries += 1) {
      await it.due();
      await it.handle(id);
      expect(await it.file()).toMatchObject({ reading: "pending", attempts: tries });
      expect(await it.conversation()).toMatchObject({ attentionReason: null });
    }
    await it.due();
    await it.handle(id);
    expect(await it.file()).toMatchObject({ reading: "failed", step: null });
    expect(await it.conversation()).toMatchObject({ attentionReason: "unreadable_message" });
    expect((await calls()).filter(({ outcome }) => outcome === "error")).toHaveLength(5);
  });

  test("in which somebody says stop is not answered: a person hears it", async () => {
    await it.send({ kind: "voice", says: "Stop" });
    await it.work();
    expect(await it.conversation()).toMatchObject({
      wakeSeq: 0,
      attentionReason: "legal_or_safety",
    });
    expect(it.turns()).toEqual([]);
  });

  test("of somebody who said stop before wakes nobody but a person", async () => {
    await it.receive({ from: writer, text: "stop" });
    await it.send({ kind: "voice" });
    await it.work();
    expect(await it.conversation()).toMatchObject({
      ...{ wakeSeq: 0, attentionReason: "opted_out_lead_wrote" },
    });
  });

  test("that could be written down only an hour later is a person's, and kept in words", async () => {
    await it.send({ kind: "voice", says: "Hello" });
    await it.meta.control("clock", { advanceMs: 61 * 60_000 });
    await it.work();
    expect(await it.file()).toMatchObject({ transcript: "Hello" });
    expect(await it.conversation()).toMatchObject({ wakeSeq: 0, attentionReason: "stale_message" });
  });

  test("wakes the bot in one statement with its words, after the organization's debounce", async () => {
    await it.world.db.rows`update organizations set quiet_ms = 2000, quiet_cap_ms = 10000`;
    await it.send({ kind: "voice" });
    await it.work();
    const { dueAt } = await it.conversation();
    expect(it.scheduled.at(-1)).toMatchObject({
      ...{ append: { stream: "turns" }, atMs: dueAt?.getTime() },
    });
    expect((dueAt?.getTime() ?? 0) - Date.now()).toBeGreaterThan(0);
  });
});

test("in a bucket: told of, fetched, kept, written down, answered, deleted", async () => {
  const bucket = startSignedS3();
  const { endpoint, region } = bucket;
  const other = await createMediaWorld("media-s3", {
    store: createS3Store({
      ...{ kind: "s3", endpoint, region, bucket: "leads-files", prefix: "kept/" },
      ...signedAccess,
    }),
  });
  const { wamid } = await other.meta.control("media", { from: writer.phone, kind: "voice" });
  await other.ingestTold();
  await other.work();
  const { id, bytes } = await other.file();
  expect(await other.file()).toMatchObject({ state: "stored", reading: "done" });
  expect(bytes).toBeGreaterThan(0);
  const key = `/leads-files/kept/${other.organizationId}/${id}`;
  expect([...bucket.objects].map(([name, held]) => [name, held.length])).toEqual([
    [key, bytes ?? 0],
  ]);
  await other.turn((await other.conversation()).id);
  expect(await other.conversation()).toMatchObject({ wakeSeq: 1, handledSeq: 1 });

  await other.meta.control("messages", { from: writer.phone, type: "revoke", messageId: wamid });
  await other.ingestTold();
  await other.work();
  expect([...bucket.objects]).toEqual([]);
  await other.close();
  await bucket.stop();
});

describe("where nothing writes voice notes down", () => {
  test("one calls a person, as other sounds do", async () => {
    const other = await createMediaWorld("media-deaf", { transcribes: false });
    await other.send({ kind: "voice" });
    await other.work();
    expect(await other.file()).toMatchObject({ state: "stored", reading: "none", step: null });
    expect(await other.conversation()).toMatchObject({ attentionReason: "unreadable_message" });
    await other.close();
  });
});

describe("a picture", () => {
  test("without a caption calls a person as long as the organization wants none described", async () => {
    await it.send({ kind: "image" });
    await it.work();
    expect(await it.file()).toMatchObject({ reading: "none", description: null });
    expect(await it.conversation()).toMatchObject({ attentionReason: "unreadable_message" });
    expect(await calls()).toEqual([]);
  });

  test("is put into words at a price, as data for the bot, where it is wanted", async () => {
    await describeImages(true);
    await it.send({ kind: "image", shows: "A flat roof with <b>two</b> skylights." });
    expect(await it.conversation()).toMatchObject({ attentionReason: null });
    await it.work();
    expect(await it.file()).toMatchObject({
      ...{ reading: "done", description: "A flat roof with <b>two</b> skylights." },
    });
    expect(await calls()).toMatchObject([{ step: "describe", outcome: "ok" }]);
    expect(Number((await calls())[0]?.cost)).toBeGreaterThan(0);
    const { messages } = await thinking();
    expect(messages).toMatchObject([
      { kind: "image", text: "[photo: A flat roof with <b>two</b> skylights.]", isNew: true },
    ]);
  });

  test("with a caption keeps it, and is described beside it", async () => {
    await describeImages(true);
    await it.send({ kind: "image", caption: "My roof", shows: "A roof." });
    await it.work();
    await it.receive({ from: writer, text: "What would that cost?" });
    const { messages } = await thinking();
    expect(messages[0]).toMatchObject({ text: "[photo: A roof.] My roof" });
  });

  describe("invariant 3: that is described after its caption woke the bot", () => {
    const described = async () => {
      await describeImages(true);
      await it.send({ kind: "image", caption: "Can you cover this?", shows: "A thatched roof." });
      expect(await it.conversation()).toMatchObject({ wakeSeq: 1 });
    };
    /** A turn, in the midst of whose thinking the description comes. */
    const describedMeanwhile = async () => {
      const { think } = it.world;
      it.world.think = async (context, run) => {
        await it.work();
        return await think(context, run);
      };
      await it.turn((await it.conversation()).id);
      it.world.think = think;
    };
    const replies = async () => (await it.messages()).filter(({ author }) => author === "bot");

    test("before a turn: it reads both, and is woken once", async () => {
      await described();
      await it.work();
      expect(await it.conversation()).toMatchObject({ wakeSeq: 1 });
      expect((await thinking()).messages).toMatchObject([
        { text: "[photo: A thatched roof.] Can you cover this?", isNew: true },
      ]);
    });

    test("while a turn thinks: that one is superseded, and one answer has seen both", async () => {
      await described();
      await describedMeanwhile();
      expect(await replies()).toEqual([]);
      expect(await it.conversation()).toMatchObject({ wakeSeq: 2, handledSeq: 0 });
      expect((await thinking()).messages).toMatchObject([
        { text: "[photo: A thatched roof.] Can you cover this?", isNew: true },
      ]);
      expect(await replies()).toHaveLength(1);
      expect(await it.conversation()).toMatchObject({ wakeSeq: 2, handledSeq: 2 });
    });

    test("after the answer, or when nothing stops it any more: there is no second one", async () => {
      await described();
      await it.turn((await it.conversation()).id);
      await it.work();
      expect(await it.file()).toMatchObject({ reading: "done" });
      expect(await it.conversation()).toMatchObject({ wakeSeq: 1, handledSeq: 1 });

      await it.send({ kind: "image", caption: "And this?", shows: "A shed." });
      await it.world.db.rows`update conversations set supersessions = 2`;
      await describedMeanwhile();
      expect(await replies()).toHaveLength(2);
      expect(await it.conversation()).toMatchObject({ wakeSeq: 2, handledSeq: 2 });
    });
  });
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createDb } from "../../src/db/client.ts";
import { createIngestHandler } from "../../src/flows/ingest.ts";
import type { TurnContext } from "../../src/funnel/turn.ts";
import { echoed, edit, newPerson, reaction, revoke, said, type Writer, words } from "./said.ts";
import { createWorld, decision, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld("changes");
});
afterAll(() => world.close());

type Item = ReturnType<typeof said> | ReturnType<typeof echoed>;
/** Handed on one after the other, as they would come in webhooks of their own. */
async function receive(...items: Item[]) {
  for (const item of items) await together(item);
}
async function together(...items: Item[]) {
  await world.ingest(items.map((item) => ({ entry: entryOf(item) })));
}
const entryOf = (item: Item) => ({
  v: 1 as const,
  organizationId: world.organizationId,
  integrationId: world.integrationId,
  receivedAt: new Date().toISOString(),
  requestId: "r",
  item,
});

interface Row {
  id: string;
  text: string | null;
  payload: unknown;
  kind: string;
  state: string;
  editedAt: Date | null;
  deletedAt: Date | null;
  reactions: Record<string, { emoji: string | null }> | null;
}
const messagesOf = ({ bsuid }: Writer) => world.db.rows<Row>`
  select m.* from messages m join conversations c on c.id = m.conversation_id
  where c.bsuid = ${bsuid} order by m.seq`;
async function messageOf(wamid: string): Promise<Row | undefined> {
  return await world.db.first<Row>`select * from messages where wamid = ${wamid}`;
}
async function chatOf({ bsuid }: Writer) {
  const chat = await world.db.first<{
    id: string;
    mode: string;
    isOpen: boolean;
    wakeSeq: number;
    parkedAt: Date | null;
    attentionReason: string | null;
    optedOutAt: Date | null;
    summary: string | null;
  }>`select *, wake_seq > handled_seq as is_open from conversations where bsuid = ${bsuid}`;
  if (!chat) throw new Error("no chat");
  return chat;
}
/** Runs a turn and tells what it was shown. */
async function turnOf(writer: Writer): Promise<TurnContext | undefined> {
  let shown: TurnContext | undefined;
  world.think = (context) => {
    shown = context;
    return { kind: "reply", decision, text: "Here you are." };
  };
  await world.turn((await chatOf(writer)).id);
  return shown;
}
const newTexts = (context: TurnContext | undefined) =>
  context?.messages.filter(({ isNew }) => isNew).map(({ text }) => text);
const at = (secondsAgo: number) => ({
  timestamp: String(Math.floor(Date.now() / 1_000) - secondsAgo),
});

describe("a reaction", () => {
  test("stands at its message, tells everybody, and wakes nobody", async () => {
    const ann = newPerson();
    const hello = said(ann, words("Hello"));
    await receive(hello);
    const before = await chatOf(ann);
    await receive(said(ann, reaction(hello.wamid, "👍")));
    expect(await messagesOf(ann)).toMatchObject([
      { text: "Hello", reactions: { lead: { emoji: "👍" } } },
    ]);
    expect((await chatOf(ann)).wakeSeq).toBe(before.wakeSeq);
    expect(world.events.at(-1)).toMatchObject({
      kind: "message.updated",
      data: { reactions: [{ author: "lead", emoji: "👍" }] },
    });
  });

  test("is replaced by the next one, and taken back without an emoji or with an empty one", async () => {
    const ann = newPerson();
    const hello = said(ann, words("Hello"));
    await receive(hello, said(ann, reaction(hello.wamid, "👍")));
    await receive(said(ann, reaction(hello.wamid, "❤️")));
    expect((await messageOf(hello.wamid))?.reactions).toMatchObject({ lead: { emoji: "❤️" } });
    await receive(said(ann, reaction(hello.wamid)));
    expect((await messageOf(hello.wamid))?.reactions).toMatchObject({ lead: { emoji: null } });
    await receive(said(ann, reaction(hello.wamid, "🎉")), said(ann, reaction(hello.wamid, "")));
    expect((await messageOf(hello.wamid))?.reactions).toMatchObject({ lead: { emoji: null } });
  });

  test("that is older than the removal does not come back", async () => {
    const ann = newPerson();
    const hello = said(ann, { ...words("Hello"), ...at(60) });
    await receive(hello, said(ann, { ...reaction(hello.wamid), ...at(10) }));
    await receive(said(ann, { ...reaction(hello.wamid, "👍"), ...at(20) }));
    expect((await messageOf(hello.wamid))?.reactions).toMatchObject({ lead: { emoji: null } });
  });

  test("of lead and business stand side by side, also from one batch", async () => {
    const ann = newPerson();
    const hello = said(ann, words("Hello"));
    await receive(hello);
    await together(
      said(ann, reaction(hello.wamid, "👍")),
      echoed(ann, reaction(hello.wamid, "🙏")),
    );
    expect((await messageOf(hello.wamid))?.reactions).toMatchObject({
      lead: { emoji: "👍" },
      human: { emoji: "🙏" },
    });
    expect((await chatOf(ann)).mode).toBe("bot");
  });

  test("without a target is a message of its own, kept and silent", async () => {
    const ann = newPerson();
    await receive(said(ann, { type: "reaction", reaction: { emoji: "👍" } }));
    expect(await messagesOf(ann)).toMatchObject([{ kind: "reaction" }]);
    expect(await chatOf(ann)).toMatchObject({ isOpen: false, attentionReason: null });
  });

  test("to somebody else's message changes nothing", async () => {
    const [ann, bob] = [newPerson(), newPerson()];
    const hello = said(ann, words("Hello"));
    await receive(hello, said(bob, reaction(hello.wamid, "👎")));
    expect((await messageOf(hello.wamid))?.reactions).toBeNull();
  });
});

describe("invariant 3: whatever comes before its message", () => {
  const changes = (ann: Writer, wamid: string) => [
    said(ann, reaction(wamid, "👍")),
    said(ann, { ...edit(wamid, words("Hello again")), ...at(-1) }),
  ];

  test("waits, is applied when the message comes, and leaves no mark", async () => {
    const ann = newPerson();
    const hello = said(ann, words("Hello"));
    await receive(...changes(ann, hello.wamid));
    expect(await messagesOf(ann)).toEqual([]);
    expect((await chatOf(ann)).parkedAt).not.toBeNull();
    await receive(hello);
    expect(await messagesOf(ann)).toMatchObject([
      { text: "Hello again", reactions: { lead: { emoji: "👍" } } },
    ]);
    expect((await chatOf(ann)).parkedAt).toBeNull();
    expect(newTexts(await turnOf(ann))).toEqual(["Hello again"]);
  });

  test("a deletion: the words are never seen, and nobody answers", async () => {
    const ann = newPerson();
    const hello = said(ann, words("Secret"));
    await receive(said(ann, revoke(hello.wamid)), hello);
    expect(await messagesOf(ann)).toMatchObject([{ text: null, deletedAt: expect.any(Date) }]);
    expect((await chatOf(ann)).isOpen).toBe(false);
    expect(await turnOf(ann)).toBeUndefined();
  });

  test("and crosses it: whichever is stored first, both looks together miss nothing", async () => {
    for (let round = 0; round < 25; round += 1) {
      const ann = newPerson();
      const hello = said(ann, words("Hello"));
      await Promise.all([hello, ...changes(ann, hello.wamid)].map((item) => together(item)));
      expect(await messagesOf(ann)).toMatchObject([
        { text: "Hello again", reactions: { lead: { emoji: "👍" } } },
      ]);
    }
  });

  test("all in one batch, in any order, and twice: the same", async () => {
    const ann = newPerson();
    const hello = said(ann, words("Hello"));
    const [like, change] = changes(ann, hello.wamid);
    if (!like || !change) throw new Error("unreachable");
    await together(change, like, hello);
    const [before] = await messagesOf(ann);
    await together(hello, like, change);
    await together(change, hello, like);
    expect(await messagesOf(ann)).toEqual(before ? [before] : []);
    expect(before).toMatchObject({ text: "Hello again", reactions: { lead: { emoji: "👍" } } });
  });

  test("what never finds its message is given up after eight days", async () => {
    const ann = newPerson();
    await receive(said(ann, reaction("wamid.never", "👍")));
    await world.db.rows`update message_changes set created_at = now() - interval '9 days'
      where target_wamid = 'wamid.never'`;
    await world.sweep();
    expect((await chatOf(ann)).parkedAt).toBeNull();
  });
});

describe("an edit", () => {
  test("of a text that nobody has answered is a new text for the turn", async () => {
    const ann = newPerson();
    const hello = said(ann, words("How much for 3?"));
    await receive(hello);
    const { wakeSeq } = await chatOf(ann);
    await receive(said(ann, edit(hello.wamid, words("How much for 30?"))));
    expect((await chatOf(ann)).wakeSeq).toBe(wakeSeq + 1);
    const context = await turnOf(ann);
    expect(newTexts(context)).toEqual(["How much for 30?"]);
    expect(await messagesOf(ann)).toMatchObject([
      { text: "How much for 30?", editedAt: expect.any(Date) },
      { text: "Here you are." },
    ]);
  });

  test("of an answered one wakes the bot if the words changed, and only then", async () => {
    const ann = newPerson();
    const hello = said(ann, words("How much for 3?"));
    await receive(hello);
    await turnOf(ann);
    await receive(said(ann, edit(hello.wamid, words("How much for 3?"))));
    expect((await chatOf(ann)).isOpen).toBe(false);
    await receive(said(ann, edit(hello.wamid, words("How much for 30?"))));
    expect(newTexts(await turnOf(ann))).toEqual(["How much for 30?"]);
    expect((await chatOf(ann)).isOpen).toBe(false);
  });

  test("during a turn supersedes its draft, which answered the old words", async () => {
    const ann = newPerson();
    const hello = said(ann, words("For 3?"));
    await receive(hello);
    world.think = async () => {
      await receive(said(ann, edit(hello.wamid, words("For 30?"))));
      return { kind: "reply", decision, text: "For 3: …" };
    };
    await world.turn((await chatOf(ann)).id);
    expect(world.dispositions.at(-1)).toBe("superseded");
    expect(newTexts(await turnOf(ann))).toEqual(["For 30?"]);
  });

  test("that is older than the last one is kept and changes nothing", async () => {
    const ann = newPerson();
    const hello = said(ann, { ...words("1"), ...at(60) });
    await receive(hello, said(ann, { ...edit(hello.wamid, words("3")), ...at(10) }));
    await receive(said(ann, { ...edit(hello.wamid, words("2")), ...at(20) }));
    expect((await messageOf(hello.wamid))?.text).toBe("3");
    const waiting = await world.db.rows`
      select 1 from message_changes where target_wamid = ${hello.wamid} and settled_at is null`;
    expect(waiting).toEqual([]);
  });

  test("to a stop word stops, with its confirmation", async () => {
    const ann = newPerson();
    const hello = said(ann, words("Hello"));
    await receive(hello, said(ann, edit(hello.wamid, words("STOP"))));
    expect(await chatOf(ann)).toMatchObject({ isOpen: false, optedOutAt: expect.any(Date) });
    const texts = await messagesOf(ann);
    expect(texts.map(({ text, state }) => [text === "STOP", state])).toEqual([
      [true, "received"],
      [false, "queued"],
    ]);
  });

  test("of a caption keeps the file", async () => {
    const ann = newPerson();
    const image = { id: "9", mime_type: "image/jpeg", sha256: "eA==" };
    const photo = said(ann, { type: "image", image });
    const captioned = { type: "image", image: { caption: "My roof" } };
    await receive(photo);
    expect((await chatOf(ann)).attentionReason).toBe("unreadable_message");
    await receive(said(ann, edit(photo.wamid, captioned)));
    expect(await messageOf(photo.wamid)).toMatchObject({
      text: "My roof",
      payload: { type: "image", mediaId: "9", sha256: "eA==", caption: "My roof" },
    });
    expect(newTexts(await turnOf(ann))).toEqual(["[photo, which you cannot open] My roof"]);
  });

  test("of somebody else's words, or of ours, changes nothing", async () => {
    const ann = newPerson();
    const ours = echoed(ann, words("We call you."));
    await receive(ours, said(ann, edit(ours.wamid, words("It is free."))));
    expect((await messageOf(ours.wamid))?.text).toBe("We call you.");
  });

  test("that cannot be read calls a person", async () => {
    const ann = newPerson();
    const hello = said(ann, words("Hello"));
    await receive(hello, said(ann, { type: "edit", edit: { original_message_id: hello.wamid } }));
    expect((await chatOf(ann)).attentionReason).toBe("unreadable_message");
  });

  test("in the phone app changes what the business said", async () => {
    const ann = newPerson();
    const ours = echoed(ann, words("We open at 8."));
    await receive(ours, echoed(ann, edit(ours.wamid, words("We open at 9."))));
    expect(await messagesOf(ann)).toMatchObject([{ text: "We open at 9." }]);
  });
});

describe("a deletion", () => {
  test("before the answer: only what is left is answered", async () => {
    const ann = newPerson();
    const [first, second] = [said(ann, words("My card is 4111")), said(ann, words("Open today?"))];
    await receive(first, second, said(ann, revoke(first.wamid)));
    const context = await turnOf(ann);
    expect(newTexts(context)).toEqual(["Open today?"]);
    expect(context?.messages.map(({ text }) => text)).toEqual(["[deleted message]", "Open today?"]);
  });

  test("of all that was new leaves nothing to answer", async () => {
    const ann = newPerson();
    const hello = said(ann, words("Hello"));
    await receive(hello, said(ann, revoke(hello.wamid)));
    expect((await chatOf(ann)).isOpen).toBe(false);
  });

  test.each([0, 2])(
    "during a turn is never answered, not even after %d overtaken drafts",
    async (supersessions) => {
      const ann = newPerson();
      const hello = said(ann, words("Hello"));
      await receive(hello);
      const { id } = await chatOf(ann);
      await world.db
        .rows`update conversations set supersessions = ${supersessions} where id = ${id}`;
      world.think = async () => {
        await receive(said(ann, revoke(hello.wamid)));
        return { kind: "reply", decision, text: "Hello to you" };
      };
      await world.turn(id);
      expect((await messagesOf(ann)).map(({ text }) => text)).toEqual([null]);
      expect((await chatOf(ann)).isOpen).toBe(false);
    },
  );

  test("takes back a reply that has not left, and what else was asked is answered anew", async () => {
    const ann = newPerson();
    const [first, second] = [said(ann, words("Is Bo ill?")), said(ann, words("Open today?"))];
    await receive(first, second);
    await turnOf(ann);
    await receive(said(ann, revoke(first.wamid)));
    expect((await messagesOf(ann)).map(({ state }) => state)).toEqual([
      "received",
      "received",
      "cancelled",
    ]);
    expect(newTexts(await turnOf(ann))).toEqual(["Open today?"]);
  });

  test("of what a reply that has left answered wakes nobody", async () => {
    const ann = newPerson();
    const hello = said(ann, words("Hello"));
    await receive(hello);
    await turnOf(ann);
    await world.deliver();
    await receive(said(ann, revoke(hello.wamid)));
    expect((await chatOf(ann)).isOpen).toBe(false);
    expect((await messagesOf(ann)).map(({ state }) => state)).toEqual(["received", "accepted"]);
  });

  test("makes a summary that knew the words anew", async () => {
    const ann = newPerson();
    const hello = said(ann, words("My card is 4111"));
    await receive(hello);
    await world.db.rows`update conversations set summary = 'Card 4111', summary_seq = 1
      where bsuid = ${ann.bsuid}`;
    await receive(said(ann, revoke(hello.wamid)));
    expect((await chatOf(ann)).summary).toBeNull();
  });

  test("beats an edit, whichever comes first", async () => {
    const ann = newPerson();
    const hello = said(ann, words("Hello"));
    await receive(hello, said(ann, revoke(hello.wamid)));
    await receive(said(ann, edit(hello.wamid, words("Hello 2"))));
    expect((await messageOf(hello.wamid))?.text).toBeNull();
    expect((await chatOf(ann)).isOpen).toBe(false);
  });

  test("twice, or of what another lead wrote, changes nothing more", async () => {
    const [ann, bob] = [newPerson(), newPerson()];
    const hello = said(ann, words("Hello"));
    await receive(hello, said(bob, revoke(hello.wamid)));
    expect((await messageOf(hello.wamid))?.text).toBe("Hello");
    const gone = said(ann, revoke(hello.wamid));
    await receive(gone);
    const once = await messageOf(hello.wamid);
    await receive(gone, said(ann, revoke(hello.wamid)));
    expect(await messageOf(hello.wamid)).toEqual(once);
  });

  test("in the phone app removes what the business said", async () => {
    const ann = newPerson();
    const ours = echoed(ann, words("Oops"));
    await receive(ours, echoed(ann, revoke(ours.wamid)));
    expect(await messagesOf(ann)).toMatchObject([{ text: null, deletedAt: expect.any(Date) }]);
  });
});

test("a message that quotes another shows the model what it answers", async () => {
  const ann = newPerson();
  const offer = echoed(ann, words("Monday or Friday?"));
  await receive(offer);
  await world.db.rows`update conversations set mode = 'bot' where bsuid = ${ann.bsuid}`;
  await receive(said(ann, { ...words("The second"), context: { id: offer.wamid } }));
  expect((await turnOf(ann))?.messages.at(-1)).toMatchObject({
    text: "The second",
    quoted: "Monday or Friday?",
  });
});

test("a plain text of a known lead costs two statements", async () => {
  const ann = newPerson();
  await receive(said(ann, words("Hello")));
  const statements: string[] = [];
  const db = createDb({
    url: world.url,
    maxConnections: 1,
    name: "counted",
    onStatement: (sql) => void statements.push(sql),
  });
  const nothing = async () => {};
  const ingest = createIngestHandler({
    db,
    clock: world.clock,
    announcer: { announce: nothing, republish: nothing, flush: nothing },
    transcribes: false,
    onIngress() {},
    crash() {},
  });
  await ingest([{ entry: entryOf(said(ann, words("Hello"))) }]);
  await db.close(1_000);
  expect(statements).toHaveLength(2);
});

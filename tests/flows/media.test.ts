import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { newId } from "../../src/lib/ids.ts";
import { eventually } from "../support/wait.ts";
import { createMediaWorld, Died, type MediaWorld, watched } from "./media-world.ts";

const MB = 1024 * 1024;
const HTML = Buffer.from("<html><script>alert(1)</script></html>").toString("base64");
const SVG = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>').toString(
  "base64",
);

let it: MediaWorld;
beforeAll(async () => {
  it = await createMediaWorld("media");
}, 30_000);
beforeEach(() => it.reset());
afterAll(() => it.close());

const eventsOf = (kind: string) => it.events.filter((event) => event.kind === kind);

describe("a lead's file", () => {
  test.each([
    ["image", {}, "image/png"],
    ["document", { filename: "../Bill.pdf" }, "application/pdf"],
    ["sticker", {}, "image/webp"],
    ["voice", {}, "audio/ogg"],
  ] as const)(
    "%s: is fetched at once and kept with the type of its bytes",
    async (kind, more, type) => {
      await it.send({ kind, ...more });
      await it.work();
      const file = await it.file();
      expect(file).toMatchObject({ state: "stored", problem: null, mimeType: type });
      const bytes = await new Response(
        await it.store.get(`${it.organizationId}/${file.id}`),
      ).bytes();
      expect(bytes.length).toBe(file.bytes ?? 0);
      expect(await it.stored()).toHaveLength(1);
      const [message] = await it.messages();
      const told = eventsOf("message.updated").filter(({ entityId }) => entityId === message?.id);
      expect(told.length).toBeGreaterThan(0);
    },
  );

  test("is one row and one wake-up, however often its webhook comes", async () => {
    await it.meta.control("media", { from: "14155550100", kind: "image" });
    const [body] = await eventually(() => it.meta.told());
    await it.ingestBody(body);
    await it.ingestBody(body);
    expect(await it.files()).toHaveLength(1);
    expect(it.appended.filter(({ stream }) => stream === "media")).toHaveLength(1);
  });

  test("with an address in its webhook costs no call for one, and one more when that is dead", async () => {
    await it.send({ kind: "image", inlineUrl: true });
    await it.meta.fault("expired", { count: 1 });
    await it.work();
    expect(await it.file()).toMatchObject({ state: "stored" });
  });

  test("whose address died is asked for once more", async () => {
    await it.send({ kind: "image" });
    await it.meta.fault("expired", { count: 1 });
    await it.work();
    expect(await it.file()).toMatchObject({ state: "stored", attempts: 0 });
  });

  test("that Meta has no more is failed for good, and a person is called", async () => {
    await it.send({ kind: "document" });
    await it.meta.fault("expired");
    await it.work();
    expect(await it.file()).toMatchObject({ state: "failed", problem: "expired", step: null });
    expect(await it.conversation()).toMatchObject({ attentionReason: "unreadable_message" });
    expect(await it.stored()).toEqual([]);
  });
});

describe("invariant 34: what is not as it should be is not kept", () => {
  test.each([
    ["a page, sent as a picture", { kind: "image", data: HTML, mimeType: "image/jpeg" }],
    ["an SVG, sent as a picture", { kind: "image", data: SVG, mimeType: "image/svg+xml" }],
    ["a page, sent as a text file", { kind: "document", data: HTML, mimeType: "text/plain" }],
    ["a picture, sent as a sticker", { kind: "sticker", data: pixel(), mimeType: "image/webp" }],
    ["nothing at all", { kind: "document", data: "", mimeType: "application/pdf" }],
  ])("%s", async (_, body) => {
    await it.send(body);
    await it.work();
    expect(await it.file()).toMatchObject({ state: "refused", problem: "type_not_allowed" });
    expect(await it.conversation()).toMatchObject({ attentionReason: "unreadable_message" });
    expect(await it.stored()).toEqual([]);
  });

  test("a body over the cap, whatever its length was said to be", async () => {
    await it.send({ kind: "image" });
    await it.meta.fault("too_large");
    await it.work();
    expect(await it.file()).toMatchObject({ state: "refused", problem: "too_large" });
    expect(await it.stored()).toEqual([]);
  });

  test("a length over the cap is not read at all", async () => {
    const data = Buffer.alloc(MB + 1).toString("base64");
    await it.send({ kind: "sticker", data, mimeType: "image/webp" });
    await it.work();
    expect(await it.file()).toMatchObject({ state: "refused", problem: "too_large" });
  });

  test("bytes that Meta did not tell of are fetched anew, and refused the third time", async () => {
    await it.send({ kind: "image" });
    await it.meta.fault("wrong_hash", { count: 1 });
    await it.work();
    expect(await it.file()).toMatchObject({ state: "pending", problem: "hash_mismatch" });
    expect(await it.stored()).toEqual([]);
    await it.due();
    await it.handle((await it.file()).id);
    expect(await it.file()).toMatchObject({ state: "stored", problem: null });

    await it.send({ kind: "document", sha256: "bm90IHRoZXNlIGJ5dGVz" });
    const other = (await it.files()).at(-1)?.id ?? "";
    for (let tries = 0; tries < 3; tries += 1) {
      await it.due();
      await it.handle(other);
    }
    expect((await it.files()).at(-1)).toMatchObject({ state: "refused", problem: "hash_mismatch" });
  });
});

describe("a fetch that fails on the way", () => {
  test("waits on its row, longer each time, and is kept in the end", async () => {
    await it.send({ kind: "image" });
    await it.meta.fault("reset", { count: 2 });
    await it.work();
    const { id, ...first } = await it.file();
    expect(first).toMatchObject({ state: "pending", problem: "unavailable", attempts: 1 });
    expect(first.leaseOwner).toBeNull();
    expect(it.scheduled.at(-1)).toMatchObject({
      append: { stream: "media", entry: { mediaId: id } },
      atMs: first.nextAttemptAt.getTime(),
    });
    await it.handle(id);
    expect(await it.file()).toMatchObject({ attempts: 1 });
    await it.due();
    await it.handle(id);
    expect(await it.file()).toMatchObject({ attempts: 2 });
    await it.due();
    await it.handle(id);
    expect(await it.file()).toMatchObject({ state: "stored" });
    expect(await it.stored()).toHaveLength(1);
  });

  test("ten times is given up: a person is called, operators can have it done after all", async () => {
    await it.send({ kind: "image" });
    await it.meta.fault("reset");
    const { id } = await it.file();
    for (let tries = 1; tries < 10; tries += 1) {
      await it.due();
      await it.handle(id);
    }
    await it.due();
    expect(await it.handle(id).catch(({ code }) => code)).toBe("poison");
    expect(await it.file()).toMatchObject({ state: "failed", problem: "unavailable", step: null });
    expect(await it.conversation()).toMatchObject({ attentionReason: "unreadable_message" });

    await it.meta.calm();
    await it.handle(id);
    expect(await it.file()).toMatchObject({ state: "failed" });
    await it.handle(id, {}, newId());
    expect(await it.file()).toMatchObject({ state: "stored" });
  });
});

describe("invariant 34: a file whose message the lead deletes", () => {
  const sends = async () => {
    const { wamid } = await it.meta.control("media", { from: "14155550100", kind: "image" });
    return { wamid, told: await eventually(() => it.meta.told()) };
  };
  const deletes = async (messageId: string) => {
    await it.meta.control("messages", { from: "14155550100", type: "revoke", messageId });
    return await eventually(() => it.meta.told());
  };
  const ingest = async (bodies: unknown[]) => {
    for (const body of bodies) await it.ingestBody(body);
  };

  test("goes from the store at once, and its row when nobody can be writing it any more", async () => {
    const { wamid, told } = await sends();
    await ingest(told);
    await it.work();
    expect(await it.stored()).toHaveLength(1);
    await ingest(await deletes(wamid));
    await it.work();
    expect(await it.stored()).toEqual([]);
    expect(await it.file()).toMatchObject({
      state: "erased",
      step: "erase",
      mimeType: "image/png",
    });

    await it.world.db.rows`update media set next_attempt_at = now(),
      erased_at = now() - interval '16 minutes'`;
    await it.handle((await it.file()).id);
    expect(await it.files()).toEqual([]);
    await ingest(told);
    expect(await it.files()).toEqual([]);
  });

  test("is not fetched when that comes first, in whatever order", async () => {
    const store = watched(it.store);
    const first = await sends();
    await ingest(first.told);
    const { id } = await it.file();
    await ingest(await deletes(first.wamid));
    await it.handle(id, { store });
    expect(await it.file()).toMatchObject({ state: "erased" });

    const second = await sends();
    await ingest(await deletes(second.wamid));
    await ingest(second.told);
    expect(await it.files()).toHaveLength(1);
    expect(store.puts).toEqual([]);
  });

  test("is not kept when that comes while it is fetched, and is marked however often it is told", async () => {
    const { wamid, told } = await sends();
    await ingest(told);
    const { id } = await it.file();
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const late = it.handle(id, {
      sniff: async (path) => {
        await gate;
        return await it.deps.sniff(path);
      },
    });
    await eventually(async () => (await it.file()).leaseOwner);
    const revoked = await deletes(wamid);
    await ingest(revoked);
    // A worker that died after the deletion was written and before the file was marked.
    await it.world.db.rows`update media set state = 'pending', step = 'fetch', erased_at = null`;
    await ingest(revoked);
    expect(await it.file()).toMatchObject({ state: "erased", step: "erase" });
    open();
    await late;
    await it.due();
    await it.handle(id);
    expect(await it.file()).toMatchObject({ state: "erased" });
    expect(await it.stored()).toEqual([]);
  });
});

describe("a worker that dies", () => {
  test("between the store and its row: the file is fetched again, and lies there once", async () => {
    await it.send({ kind: "image" });
    const store = watched(it.store);
    const { id } = await it.file();
    it.crashes.add("media:kept");
    expect(await it.handle(id, { store }).catch((error) => error instanceof Died)).toBe(true);
    expect(await it.file()).toMatchObject({ state: "pending", leaseOwner: "w1" });

    // Alive it keeps the file; silent for eight seconds it does not.
    await it.handle(id, { store, workerId: "w2" });
    expect(store.puts).toHaveLength(1);
    await it.world.db
      .rows`update workers set seen_at = now() - interval '9 seconds' where id = 'w1'`;
    it.appended.length = 0;
    await it.world.db.rows`update media set next_attempt_at = now() - interval '4 seconds'`;
    expect(await it.sweep()).toMatchObject({ files: 1 });
    expect(it.appended).toMatchObject([{ stream: "media", entry: { mediaId: id } }]);
    await it.handle(id, { store, workerId: "w2" });
    expect(await it.file()).toMatchObject({ state: "stored", attempts: 0 });
    expect(store.puts).toEqual([`${it.organizationId}/${id}`, `${it.organizationId}/${id}`]);
    expect(await it.stored()).toHaveLength(1);
  });

  test("and comes back late changes nothing of what another one did", async () => {
    await it.send({ kind: "image" });
    const { id } = await it.file();
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const late = it.handle(id, {
      sniff: async (path) => {
        await gate;
        return await it.deps.sniff(path);
      },
    });
    await it.world.db
      .rows`update workers set seen_at = now() - interval '9 seconds' where id = 'w1'`;
    // The row is claimed before the gate is reached; until then there is nothing to take over.
    await eventually(async () => (await it.file()).leaseOwner);
    await it.handle(id, { workerId: "w2" });
    const settled = await it.file();
    expect(settled.state).toBe("stored");
    const [message] = await it.messages();
    open();
    await late;
    expect(await it.file()).toEqual(settled);
    expect(await it.messages()).toEqual([message as never]);
  });
});

function pixel(): string {
  return "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
}

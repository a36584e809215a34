import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { newId } from "../../src/lib/ids.ts";
import { connectMeta, type Meta } from "./meta.ts";
import { createWorld, type World } from "./world.ts";

const BYTES = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

let world: World;
let meta: Meta;
let uploads: number;
beforeAll(async () => {
  world = await createWorld("send-file");
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.db
    .rows`truncate leads, outbox, dead_letters, alerts, files, idempotency_keys cascade`;
  await world.db
    .rows`update integrations set stopped_at = null, stop_reason = null, stop_text = null,
    unknown_streak = 0, paused_until = null, send_credits = null`;
  world.clock.setOffsetMs(0);
  meta = await connectMeta(world);
  // Statuses are of no interest here, and would come while the next test clears the tables.
  meta.hold();
  uploads = 0;
  world.send = (claim) => meta.post(claim);
  world.upload = (file) => {
    uploads += 1;
    return meta.upload(file, BYTES);
  };
});

afterEach(() => meta.stop());

const fileId = async (): Promise<string> => {
  const id = newId();
  await world.db.rows`
    insert into files (organization_id, id, state, mime_type, bytes, sha256, kept_until)
    values (${world.organizationId}, ${id}, 'stored', 'image/png', ${BYTES.length}, '', now())`;
  return id;
};

/** A person's picture waits in the lead's chat, or whatever else carries it. */
async function queue(file: string, more?: { type: string }): Promise<void> {
  const content = more ?? { type: "image", media: { fileId: file } };
  await world.db.rows`
    with chat as (update conversations set last_seq = last_seq + 1 returning *)
    insert into messages (organization_id, id, conversation_id, integration_id, seq, direction,
      author, kind, payload, file_id, state, priority, next_attempt_at, expires_at, fence, sent_at)
    select organization_id, ${newId()}, id, integration_id, last_seq, 'out', 'human', ${content.type},
      ${world.db.json(content)}, ${file}, 'queued', 0, now(), now() + interval '1 hour',
      fence, ${world.clock.now()} from chat`;
}

const due = () => world.db.rows`update messages set next_attempt_at = now() where state = 'queued'`;
const taken = async () => (await meta.ledger()).length;
const last = async () => (await world.outgoing()).at(-1);
const writeIn = () => world.receive({ sentAt: world.clock.now().toISOString() });

describe("a message with a file", () => {
  test("goes out once Meta has the file, which is uploaded once for all messages of the number", async () => {
    await writeIn();
    const file = await fileId();
    await queue(file);
    await world.deliver();
    await queue(file);
    await world.deliver();
    expect(await taken()).toBe(2);
    expect(uploads).toBe(1);
    expect((await meta.ledger()).map(({ type }) => type)).toEqual(["image", "image"]);
  });

  test("is uploaded anew before Meta has forgotten it", async () => {
    await writeIn();
    const file = await fileId();
    await queue(file);
    await world.deliver();
    await world.db.rows`
      update file_uploads set uploaded_at = uploaded_at - interval '29 days 1 second'`;
    await queue(file);
    await world.deliver();
    expect([uploads, await taken()]).toEqual([2, 2]);
  });

  test("is uploaded anew at the next try when Meta does not know it", async () => {
    await writeIn();
    const file = await fileId();
    await world.db.rows`
      insert into file_uploads (organization_id, file_id, integration_id, meta_media_id, uploaded_at)
      values (${world.organizationId}, ${file}, ${world.integrationId}, '4711', ${world.clock.now()})`;
    await queue(file);
    await world.deliver();
    expect(await last()).toMatchObject({ state: "failed", errorCode: 100 });
    await queue(file);
    await world.deliver();
    expect([uploads, await taken()]).toEqual([1, 1]);
  });
});

test("a template's picture and button are filled in, as Meta asks for", async () => {
  await writeIn();
  const file = await fileId();
  const template = { type: "template", name: "offer", language: "en", variables: ["Ann"] };
  await queue(file, template);
  await world.deliver();
  expect(await last()).toMatchObject({ state: "failed", errorCode: 132012 });
  const header = { type: "image", media: { fileId: file } };
  await queue(file, Object.assign({}, template, { header }));
  await world.deliver();
  expect(await last()).toMatchObject({ state: "failed", errorCode: 131008 });
  const buttons = [{ index: 1, type: "url", value: "ann" }];
  await queue(file, Object.assign({}, template, { header, buttons }));
  await world.deliver();
  expect(await meta.ledger()).toMatchObject([{ type: "template", text: "Hello Ann, look." }]);
  expect(uploads).toBe(1);
});

describe("an upload that fails was never a send", () => {
  test("cut off: the message waits, and goes out once when the upload works", async () => {
    await writeIn();
    await queue(await fileId());
    await meta.fault({ kind: "upload" });
    await world.deliver();
    expect(await last()).toMatchObject({ state: "queued", attempts: 1, doubtAt: null });
    expect(await taken()).toBe(0);
    await due();
    await world.deliver();
    expect(await taken()).toBe(1);
  });

  test("cut off again and again: the message fails after its tries, never in doubt", async () => {
    await writeIn();
    await queue(await fileId());
    await meta.fault({ kind: "upload", count: 20 });
    for (let no = 0; no < 8; no += 1) {
      await due();
      await world.deliver();
    }
    expect(await last()).toMatchObject({ state: "failed", attempts: 8 });
    expect(await taken()).toBe(0);
    const [number] = await world.db.rows`select unknown_streak, paused_until from integrations`;
    expect(number).toMatchObject({ unknownStreak: 0, pausedUntil: null });
  });

  test("refused because of the token: the number stops, the message waits", async () => {
    await writeIn();
    await queue(await fileId());
    await meta.fault({ kind: "upload", code: 190 });
    await world.deliver();
    expect(await last()).toMatchObject({ state: "queued", attempts: 0 });
    expect(await world.db.rows`select stop_reason from integrations`).toEqual([
      { stopReason: "access" },
    ]);
    expect(await taken()).toBe(0);
  });

  test("refused for the file (131053): three tries, then it fails", async () => {
    await writeIn();
    await queue(await fileId());
    await meta.fault({ kind: "upload", code: 131053, count: 20 });
    for (const state of ["queued", "queued", "failed"]) {
      await due();
      await world.deliver();
      expect(await last()).toMatchObject({ state, errorCode: 131053 });
    }
    expect([uploads, await taken()]).toEqual([3, 0]);
  });

  test("a worker that dies after the upload: the next one sends without another", async () => {
    await writeIn();
    await queue(await fileId());
    world.crash = (step) => {
      if (step === "deliver:claimed") throw new Error("killed");
    };
    await world.deliver().catch(() => {});
    world.crash = () => {};
    await world.db.rows`update messages set state = 'queued' where state = 'sending'`;
    await world.deliver();
    expect([uploads, await taken()]).toEqual([1, 1]);
  });

  test("what is cancelled during the upload does not go out", async () => {
    await writeIn();
    await queue(await fileId());
    const upload = world.upload;
    world.upload = async (file) => {
      await world.db.rows`update messages set state = 'cancelled' where state = 'queued'`;
      return await upload(file);
    };
    await world.deliver();
    expect([uploads, await taken()]).toEqual([1, 0]);
  });
});

test.each([
  [131053, 1_000, 3],
  [134101, 600_000, 8],
])("refused with %d, a send waits by its own rule", async (code, leastMs, tries) => {
  await writeIn();
  await queue(await fileId());
  await meta.fault({ kind: "graph_code", code, count: 20 });
  await world.deliver();
  const [row] = await world.db.rows<{ waitMs: number }>`
    select (extract(epoch from next_attempt_at - now()) * 1000)::float8 as wait_ms
    from messages where state = 'queued'`;
  expect(row?.waitMs).toBeGreaterThan(leastMs / 2 - 1_000);
  expect(row?.waitMs).toBeLessThanOrEqual(leastMs);
  for (let no = 1; no < tries; no += 1) {
    await due();
    await world.deliver();
  }
  expect(await last()).toMatchObject({ state: "failed", attempts: tries });
});

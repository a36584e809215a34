import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { createAnnouncer } from "../../../src/flows/announce.ts";
import { createMediaHandler } from "../../../src/flows/media.ts";
import { createSweep } from "../../../src/flows/sweep.ts";
import { newId } from "../../../src/lib/ids.ts";
import { createDiskStore } from "../../../src/storage/disk.ts";
import { silentLog, tempDir } from "../../support/servers.ts";
import { createRestWorld, type RestWorld } from "../rest-world.ts";

const dir = tempDir("erase-files");
const store = createDiskStore(dir);

let rest: RestWorld;
let admin: Awaited<ReturnType<RestWorld["signIn"]>>;
beforeAll(async () => {
  rest = await createRestWorld("erase-files", { MEDIA_URL: `file://${dir}` });
  admin = await rest.signIn("admin");
}, 30_000);
afterAll(() => rest.close());

const SECRET = "my secret pony";

/** A lead whose voice note is kept and written down. */
async function leadWithFile() {
  const { db, organizationId } = rest.world;
  await rest.world.receive({ type: "audio", text: null });
  const { leadId } = await rest.world.conversation();
  const [message] = await db.rows<{ id: string }>`select id from messages`;
  const id = newId();
  await db.rows`
    insert into media (organization_id, id, message_id, meta_media_id, kind, voice, mime_type,
      claimed_mime_type, sha256, filename, state, bytes, reading, wakes, transcript, transcript_clear)
    values (${organizationId}, ${id}, ${message?.id ?? ""}, '4917699887766', 'audio', true,
      'audio/ogg', 'audio/ogg', 'aGFzaA==', ${`${SECRET}.ogg`}, 'stored', 4, 'done', true, ${SECRET},
      true)`;
  await keep(`${organizationId}/${id}`);
  return { leadId, messageId: message?.id ?? "", id, key: `${organizationId}/${id}` };
}

async function keep(key: string): Promise<void> {
  const path = join(await store.incomingDir(), newId());
  await Bun.write(path, "file");
  await store.put(key, path, "audio/ogg");
}

/** A worker takes what the sweep finds. */
async function work(): Promise<number> {
  const { world } = rest;
  world.appended.length = 0;
  const publish = { append: async () => {}, schedule: async () => {}, events: async () => {} };
  const silent = createAnnouncer({ db: world.db, log: silentLog, publish });
  await world.db.rows`
    update media set next_attempt_at = next_attempt_at - interval '4 seconds' where step is not null`;
  // A sweep of its own each time: one and the same waits before it wakes a file again.
  const { files } = await createSweep({
    ...{ db: world.db, clock: world.clock, announcer: silent, monotonicMs: () => 0 },
    publish: { ...publish, append: async (batch) => void world.appended.push(...batch) },
  })();
  const none = () => Promise.reject(new Error("not asked for here"));
  const handle = createMediaHandler({
    ...{ db: world.db, clock: world.clock, log: silentLog, workerId: "w1", crash() {}, store },
    ...{ openMedia: none, sniff: none, recordCall: none, reserveCall: none },
    ...{ transcriber: null, describer: { describe: none } },
    announcer: silent,
  });
  for (const { stream, entry } of world.appended) {
    if (stream === "media") await handle({ entry, signal: new AbortController().signal });
  }
  return files;
}

test("erasing a lead takes the words at once, the file soon after, and in the end the row", async () => {
  const { db } = rest.world;
  const file = await leadWithFile();
  const about = () => admin.ask("GET", `/api/v1/messages/${file.messageId}/media`);
  const { url } = (await about()).body;
  expect((await fetch(`${rest.origin}${url}`)).status).toBe(200);

  expect((await admin.ask("DELETE", `/api/v1/leads/${file.leadId}`)).status).toBe(204);
  const [row] = await db.rows<{ all: string }>`select to_jsonb(m)::text as all from media m`;
  for (const trace of [SECRET, "4917699887766", "aGFzaA=="]) expect(row?.all).not.toContain(trace);
  expect((await about()).body).toMatchObject({ state: "erased", url: null, transcript: null });
  expect((await fetch(`${rest.origin}${url}`)).status).toBe(404);

  expect(await work()).toBe(1);
  expect(await store.exists(file.key)).toBe(false);
  expect(await work()).toBe(0);

  // Somebody who had begun to fetch it before writes it after all, and dies.
  await keep(file.key);
  await db.rows`update media set erased_at = erased_at - interval '16 minutes',
    next_attempt_at = now()`;
  expect(await work()).toBe(1);
  expect(await store.exists(file.key)).toBe(false);
  expect(await db.rows`select 1 from media`).toEqual([]);
}, 30_000);

test("who is at a file while its lead is erased has lost it", async () => {
  const { db } = rest.world;
  await rest.reset();
  const file = await leadWithFile();
  await db.rows`update media set state = 'pending', step = 'fetch', attempts = 1, lease_owner = 'w2',
    lease_until = now() + interval '1 minute'`;
  await admin.ask("DELETE", `/api/v1/leads/${file.leadId}`);
  const [row] = await db.rows`select state, step, lease_owner, attempts from media`;
  expect(row).toEqual({ state: "erased", step: "erase", leaseOwner: null, attempts: 0 });
});

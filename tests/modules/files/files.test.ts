import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createFileForgetter } from "../../../src/flows/files/forget.ts";
import { newId } from "../../../src/lib/ids.ts";
import { sampleDocument, sampleImage } from "../../../src/simulator/phone/sample-files.ts";
import { createDiskStore } from "../../../src/storage/disk.ts";
import { tempDir } from "../../support/servers.ts";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";

const dir = tempDir("files");
const store = createDiskStore(dir);
const PDF = sampleDocument("Offer.pdf");
const PNG = sampleImage("A roof.");

let rest: RestWorld;
let me: Awaited<ReturnType<RestWorld["signIn"]>>;
let conversationId: string;
beforeAll(async () => {
  rest = await createRestWorld("files", { MEDIA_URL: `file://${dir}` });
  me = await rest.signIn();
}, 30_000);
beforeEach(async () => {
  await rest.reset();
  await rest.world.receive({});
  conversationId = (await rest.world.conversation()).id;
  await me.ask("POST", `/api/v1/conversations/${conversationId}/takeover`);
});
afterAll(() => rest.close());

interface Sent {
  key?: string;
  filename?: string;
  type?: string;
  token?: string;
}

async function upload(
  body: BodyInit,
  { key = newId(), filename, type = "image/png", token = me.accessToken }: Sent = {},
): Promise<{ status: number; body: Json }> {
  const query = filename === undefined ? "" : `?filename=${encodeURIComponent(filename)}`;
  const answer = await fetch(`${rest.origin}/api/v1/files${query}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": type,
      "idempotency-key": key,
    },
    body,
  });
  return { status: answer.status, body: await answer.json() };
}

const send = (body: object) =>
  me.ask("POST", `/api/v1/conversations/${conversationId}/messages`, body, {
    "idempotency-key": newId(),
  });

const forget = () => createFileForgetter({ db: rest.world.db, store })();
const isKept = (id: string) => store.exists(`${rest.world.organizationId}/${id}`);

describe("an upload", () => {
  test("is kept as what its bytes are, whatever it claims to be", async () => {
    const { status, body } = await upload(PDF, { filename: "Angebot ä.pdf", type: "text/html" });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      ...{ mimeType: "application/pdf", bytes: PDF.length, filename: "Angebot ä.pdf" },
      kinds: ["document"],
    });
    const kept = await store.get(`${rest.world.organizationId}/${body.id}`);
    expect(await new Response(kept).bytes()).toEqual(new Uint8Array(PDF));
    const [entry] = await rest.world.db.rows`
      select action, resource_id, after from audit_log where resource = 'file'`;
    expect(entry).toMatchObject({ action: "file.uploaded", resourceId: body.id });
  });

  test.each([
    ["a page", "<html><script>alert(1)</script></html>"],
    ["a program", new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
    ["a GIF, which WhatsApp takes from nobody", "GIF89a\u0001\u0000\u0001\u0000"],
    ["nothing", ""],
  ])("of %s is refused, and nothing of it stays", async (_, bytes) => {
    const known = await rest.world.db.rows`select id from files order by id`;
    const { status, body } = await upload(bytes);
    expect([status, body.code]).toEqual([422, "invalid_input"]);
    expect(await rest.world.db.rows`select id from files order by id`).toEqual(known);
    expect(await Array.fromAsync(new Bun.Glob("incoming/*").scan(dir))).toEqual([]);
  });

  test("of a picture over 5 MB is refused: WhatsApp takes none", async () => {
    const large = new Uint8Array(5 * 1024 * 1024 + 1);
    large.set(PNG);
    const { status, body } = await upload(large);
    expect([status, body.code]).toEqual([422, "invalid_input"]);
    expect(body.detail).toContain("at most 5242880 bytes as image");
  });

  test("over the cap is cut off, announced or not", async () => {
    const announced = await fetch(`${rest.origin}/api/v1/files`, {
      method: "POST",
      headers: { authorization: `Bearer ${me.accessToken}`, "idempotency-key": newId() },
      body: new Uint8Array(100 * 1024 * 1024 + 1),
    });
    expect(announced.status).toBe(413);
    expect(await announced.json()).toMatchObject({ code: "payload_too_large" });
    expect(await Array.fromAsync(new Bun.Glob("incoming/*").scan(dir))).toEqual([]);
  });

  test("may come without a length; other bodies may not", async () => {
    const stream = () =>
      new ReadableStream({
        start(controller) {
          controller.enqueue(PNG);
          controller.close();
        },
      });
    expect((await upload(stream())).status).toBe(201);
    const answer = await fetch(`${rest.origin}/api/v1/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: stream(),
    });
    expect([answer.status, (await answer.json()).detail]).toEqual([
      400,
      "Send the body's length: Content-Length is missing.",
    ]);
  });

  test("repeated with its key is one file; the bytes of the repeat go", async () => {
    const key = newId();
    const first = await upload(PNG, { key });
    const again = await upload(PNG, { key });
    expect(again).toEqual(first);
    const other = await upload(PDF, { key });
    expect([other.status, other.body.code]).toEqual([422, "idempotency_key_reused"]);
    const [{ pending = 0 } = {}] = await rest.world.db.rows<{ pending: number }>`
      select count(*)::int as pending from files where state = 'pending' and kept_until <= now()`;
    expect(pending).toBeGreaterThanOrEqual(1);
    expect(await forget()).toBeGreaterThanOrEqual(1);
    expect(await isKept(first.body.id)).toBe(true);
  });
});

describe("a message with a file", () => {
  test("names it, and it opens in the chat through our signed address", async () => {
    const { body: file } = await upload(PNG);
    const { status, body: message } = await send({ type: "image", fileId: file.id, caption: "So" });
    expect(status).toBe(201);
    expect(message.content).toEqual({ type: "image", media: { fileId: file.id }, caption: "So" });
    const { body: media } = await me.ask("GET", `/api/v1/messages/${message.id}/media`);
    expect(media).toMatchObject({ id: file.id, kind: "image", state: "stored", bytes: PNG.length });
    const opened = await fetch(`${rest.origin}${media.url}`);
    expect(opened.headers.get("content-type")).toBe("image/png");
    expect(await opened.bytes()).toEqual(new Uint8Array(PNG));
    await rest.world.deliver();
    expect(rest.world.sends.at(-1)).toMatchObject({ content: { media: { fileId: file.id } } });
  });

  test("as a document carries the name it was uploaded under, or another", async () => {
    const { body: file } = await upload(PDF, { filename: "Offer.pdf" });
    expect((await send({ type: "document", fileId: file.id })).body).toMatchObject({
      text: "Offer.pdf",
      content: { filename: "Offer.pdf" },
    });
    const named = await send({ type: "document", fileId: file.id, filename: "For Ann.pdf" });
    expect(named.body).toMatchObject({ content: { filename: "For Ann.pdf" } });
  });

  test("is refused where WhatsApp would refuse it, naming the field", async () => {
    const { body: file } = await upload(PNG);
    const answer = await send({ type: "audio", fileId: file.id });
    expect(answer).toMatchObject({
      status: 422,
      body: { code: "invalid_input", detail: "fileId: WhatsApp takes no image/png as audio." },
    });
    const twice = await send({ type: "image", fileId: file.id, link: "https://a.example/a.png" });
    expect(twice.body.detail).toBe("Name the file once: by fileId, by metaMediaId or by link.");
  });

  test("cannot name another organization's file, nor one that is gone", async () => {
    const stranger = await rest.signIn("owner", await rest.addOrganization());
    const { body: theirs } = await upload(PNG, { token: stranger.accessToken });
    const gone = "fileId: there is no such file, or not any more.";
    expect((await send({ type: "image", fileId: theirs.id })).body.detail).toBe(gone);
    const { body: mine } = await upload(PNG);
    await rest.world.db.rows`update files set kept_until = now() where id = ${mine.id}`;
    await forget();
    expect((await send({ type: "image", fileId: mine.id })).body.detail).toBe(gone);
  });
});

describe("a file whose time is over", () => {
  test("goes, unless a message carries it", async () => {
    const { body: used } = await upload(PNG);
    const { body: unused } = await upload(PDF);
    await send({ type: "image", fileId: used.id });
    await rest.world.db.rows`update files set kept_until = now() where state = 'stored'`;
    await forget();
    expect([await isKept(used.id), await isKept(unused.id)]).toEqual([true, false]);
    expect(await rest.world.db.rows`select id from files where id = ${unused.id}`).toEqual([]);
    expect(await forget()).toBe(0);
  });

  test("is deleted by the next pass when the first one died between store and row", async () => {
    const { body: file } = await upload(PDF);
    await rest.world.db.rows`update files set kept_until = now() where id = ${file.id}`;
    const dying = { ...store, delete: () => Promise.reject(new Error("The store is away.")) };
    await createFileForgetter({ db: rest.world.db, store: dying })().catch(() => {});
    expect(await isKept(file.id)).toBe(true);
    await rest.world.db.rows`update files set kept_until = now() where state = 'forgotten'`;
    await forget();
    expect(await isKept(file.id)).toBe(false);
  });

  test("goes at once with the lead it was sent to, if to nobody else", async () => {
    const admin = await rest.signIn("admin");
    const { body: file } = await upload(PNG);
    await send({ type: "image", fileId: file.id });
    const { leadId } = await rest.world.conversation();
    const { headers } = await admin.ask("GET", `/api/v1/leads/${leadId}`);
    const ifMatch = { "if-match": headers.get("etag") ?? "" };
    expect((await admin.ask("DELETE", `/api/v1/leads/${leadId}`, undefined, ifMatch)).status).toBe(
      204,
    );
    await forget();
    expect(await isKept(file.id)).toBe(false);
  });
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { newId } from "../../../src/lib/ids.ts";
import { createPassOffice } from "../../../src/modules/media/signed-path.ts";
import { createDiskStore } from "../../../src/storage/disk.ts";
import { tempDir } from "../../support/servers.ts";
import { createRestWorld, type RestWorld } from "../rest-world.ts";

const BYTES = Uint8Array.from({ length: 1_000 }, (_, index) => index % 251);
const SECRET = "a secret of the tests, long enough to sign with";

let rest: RestWorld;
let agent: Awaited<ReturnType<RestWorld["signIn"]>>;
const dir = tempDir("media-serve");
const store = createDiskStore(dir);
const passes = createPassOffice([SECRET]);

beforeAll(async () => {
  rest = await createRestWorld("media-serve", { MEDIA_URL: `file://${dir}` });
  agent = await rest.signIn("viewer");
}, 30_000);
afterAll(() => rest.close());

/** A message with a file that is kept. */
async function message(columns: Record<string, unknown> = {}) {
  const { db, organizationId } = rest.world;
  await rest.world.receive({ type: "image", text: null });
  const [row] = await db.rows<{
    id: string;
  }>`select id from messages order by created_at desc, seq desc limit 1`;
  const id = newId();
  const file = {
    ...{ kind: "image", mime_type: "image/png", claimed_mime_type: "text/html", state: "stored" },
    ...{ filename: null, problem: null, ...columns },
  };
  await db.rows`
    insert into media (organization_id, id, message_id, meta_media_id, kind, voice, mime_type,
      claimed_mime_type, state, problem, filename, bytes, reading, wakes)
    values (${organizationId}, ${id}, ${row?.id ?? ""}, 'm', ${file.kind}, false, ${file.mime_type},
      ${file.claimed_mime_type}, ${file.state}, ${file.problem}, ${file.filename}, 1000, 'none', false)`;
  const path = join(await store.incomingDir(), id);
  await Bun.write(path, BYTES);
  await store.put(`${organizationId}/${id}`, path, "image/png");
  return { messageId: row?.id ?? "", mediaId: id };
}

const about = (messageId: string) => agent.ask("GET", `/api/v1/messages/${messageId}/media`);
const open = (url: string, headers: Record<string, string> = {}) =>
  fetch(`${rest.origin}${url}`, { headers });

describe("what is known of a file", () => {
  test("with an address, while it is kept", async () => {
    const { messageId, mediaId } = await message({ filename: "roof.png" });
    const { status, body } = await about(messageId);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ id: mediaId, messageId, kind: "image", state: "stored", mimeType: "image/png" },
      ...{ bytes: 1_000, filename: "roof.png", problem: null, transcript: null },
    });
    const leftMs = Date.parse(body.urlExpiresAt) - Date.now();
    expect(leftMs).toBeGreaterThan(290_000);
    expect(leftMs).toBeLessThanOrEqual(300_000);
  });

  test("without one, and why, when it was refused", async () => {
    const { messageId } = await message({ state: "refused", problem: "type_not_allowed" });
    expect((await about(messageId)).body).toMatchObject({
      ...{ state: "refused", problem: "type_not_allowed", url: null, urlExpiresAt: null },
    });
  });

  test("is gone with a message that was deleted, also for who has its address", async () => {
    const { messageId } = await message();
    const { url } = (await about(messageId)).body;
    expect((await open(url)).status).toBe(200);
    await rest.world.db.rows`update messages set deleted_at = now() where id = ${messageId}`;
    expect(await about(messageId)).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect((await open(url)).status).toBe(404);
  });

  test("is nobody else's: another organization, a message without a file, nobody", async () => {
    const { messageId } = await message();
    const stranger = await rest.signIn("owner", await rest.addOrganization());
    const path = `/api/v1/messages/${messageId}/media`;
    expect((await stranger.ask("GET", path)).status).toBe(404);
    expect((await rest.stranger("GET", path)).status).toBe(401);
    await rest.world.receive({ text: "Hi" });
    const [plain] = await rest.world.db.rows<{
      id: string;
    }>`select id from messages where kind = 'text' limit 1`;
    expect((await about(plain?.id ?? "")).body.code).toBe("not_found");
  });
});

describe("the bytes", () => {
  test("come with headers under which nothing runs, as what they are and not as was claimed", async () => {
    const { messageId } = await message();
    const answer = await open((await about(messageId)).body.url);
    expect(answer.status).toBe(200);
    expect(await answer.bytes()).toEqual(BYTES);
    const { headers } = answer;
    expect(headers.get("content-type")).toBe("image/png");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
    expect(headers.get("content-disposition")).toBe("inline");
    expect(headers.get("cache-control")).toMatch(/^private, max-age=(29\d|300)$/);
    expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
  });

  test.each(["application/pdf", "text/plain", "video/quicktime"])(
    "%s is downloaded, under the name its sender gave it",
    async (type) => {
      const { messageId } = await message({
        ...{ kind: "document", mime_type: type, filename: 'Fattura "più" (1).pdf' },
      });
      const answer = await open((await about(messageId)).body.url);
      expect(answer.headers.get("content-type")?.split(";")[0]).toBe(type);
      expect(answer.headers.get("content-disposition")).toBe(
        "attachment; filename=\"Fattura _pi__ (1).pdf\"; filename*=UTF-8''Fattura%20%22pi%C3%B9%22%20%281%29.pdf",
      );
    },
  );

  test.each([
    ["bytes=0-9", 206, 0, 9],
    ["bytes=990-", 206, 990, 999],
    ["bytes=-5", 206, 995, 999],
    ["bytes=990-5000", 206, 990, 999],
  ])("%s is that part", async (range, status, from, to) => {
    const { messageId } = await message();
    const answer = await open((await about(messageId)).body.url, { range });
    expect(answer.status).toBe(status);
    expect(answer.headers.get("content-range")).toBe(`bytes ${from}-${to}/1000`);
    expect(await answer.bytes()).toEqual(BYTES.slice(from, to + 1));
  });

  test("a part that is not there is 416, and what is no such range is the whole", async () => {
    const { url } = (await about((await message()).messageId)).body;
    expect((await open(url, { range: "bytes=1000-" })).status).toBe(416);
    for (const range of ["bytes=5-1", "bytes=0-1,4-5", "lines=1-2", "bytes=-"]) {
      expect((await open(url, { range })).status).toBe(200);
    }
  });
});

describe("an address opens nothing", () => {
  const pass = async (change: object, office = passes) => {
    const { mediaId } = await message();
    const { organizationId } = rest.world;
    const expiresAtS = Math.floor(Date.now() / 1_000) + 60;
    return office.sign({ organizationId, mediaId, expiresAtS, ...change });
  };

  test("that was signed by somebody else; ours does", async () => {
    expect((await open(`/media/${await pass({})}`)).status).toBe(200);
    const forged = await pass({}, createPassOffice(["another secret of somebody else altogether"]));
    expect((await open(`/media/${forged}`)).status).toBe(404);
  });

  test("that was changed in any letter", async () => {
    const token = await pass({});
    for (let at = 0; at < token.length; at += 7) {
      const other = token[at] === "A" ? "B" : "A";
      const changed = `${token.slice(0, at)}${other}${token.slice(at + 1)}`;
      expect((await open(`/media/${changed}`)).status).toBe(404);
    }
    for (const broken of ["x", `${token}A`, token.slice(0, -1), `${token}=`]) {
      expect((await open(`/media/${broken}`)).status).toBe(404);
    }
  });

  test("that has expired", async () => {
    const nowS = Math.floor(Date.now() / 1_000);
    expect((await open(`/media/${await pass({ expiresAtS: nowS })}`)).status).toBe(404);
    expect((await open(`/media/${await pass({ expiresAtS: nowS - 1 })}`)).status).toBe(404);
  });

  test("of another organization under this one's id", async () => {
    const organizationId = await rest.addOrganization();
    expect((await open(`/media/${await pass({ organizationId })}`)).status).toBe(404);
  });

  test("of a file that is not kept any more", async () => {
    const { messageId, mediaId } = await message();
    const { url } = (await about(messageId)).body;
    await rest.world.db.rows`update media set state = 'erased' where id = ${mediaId}`;
    expect((await open(url)).status).toBe(404);
  });
});

test("a secret that was rotated still opens what it has signed", () => {
  const pass = { organizationId: newId(), mediaId: newId(), expiresAtS: 2_000_000_000 };
  const old = createPassOffice(["the old one"]).sign(pass);
  expect(createPassOffice(["the new one", "the old one"]).read(old)).toEqual(pass);
  expect(createPassOffice(["the new one"]).read(old)).toBeNull();
});

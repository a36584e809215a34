import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import S3rver from "s3rver";
import { newId } from "../../src/lib/ids.ts";
import { createDiskStore } from "../../src/storage/disk.ts";
import { createS3Store } from "../../src/storage/s3.ts";
import type { MediaStore } from "../../src/storage/store.ts";
import { signedAccess, startSignedS3 } from "./signed-s3.ts";

const BUCKET = "media-test";
const dirs: string[] = [];
const tempDir = async () => {
  const dir = await mkdtemp(join(tmpdir(), "leadline-store-"));
  dirs.push(dir);
  return dir;
};
afterAll(async () => {
  for (const dir of dirs) await rm(dir, { recursive: true, force: true });
});

let server: S3rver;
let endpoint: string;
const signing = startSignedS3();
afterAll(() => signing.stop());
beforeAll(async () => {
  server = new S3rver({
    ...{ port: 0, address: "127.0.0.1", silent: true, directory: await tempDir() },
    configureBuckets: [{ name: BUCKET, configs: [] }],
  });
  const { port } = await server.run();
  endpoint = `http://127.0.0.1:${port}`;
});
afterAll(() => server.close());

const s3 = (accessKeyId: string, at = endpoint) =>
  createS3Store({
    ...{ kind: "s3", endpoint: at, region: "us-east-1", bucket: BUCKET, prefix: "kept/here/" },
    ...{ accessKeyId, secretAccessKey: "S3RVER" },
  });

const signed = (over: Partial<typeof signedAccess> = {}) => {
  const { endpoint, region } = signing;
  return createS3Store({
    ...{ kind: "s3", endpoint, region, bucket: BUCKET, prefix: "kept (here)/ü+/" },
    ...signedAccess,
    ...over,
  });
};

/** One contract, over a folder, a server that speaks S3, and one that checks that it is spoken signed. */
const backends: Readonly<Record<string, () => Promise<MediaStore>>> = {
  disk: async () => createDiskStore(await tempDir()),
  s3: async () => s3("S3RVER"),
  "s3, signed": async () => signed(),
};

async function put(store: MediaStore, key: string, bytes: Uint8Array): Promise<string> {
  const path = join(await store.incomingDir(), newId());
  await Bun.write(path, bytes);
  await store.put(key, path, "image/png");
  return path;
}
const read = async (stream: ReadableStream<Uint8Array> | null) =>
  stream === null ? null : await new Response(stream).bytes();
const some = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 7) % 251);

describe.each(Object.keys(backends))("%s", (name) => {
  let store: MediaStore;
  beforeAll(async () => {
    store = (await backends[name]?.()) ?? createDiskStore("");
  });

  test("gives back what was put, and takes it from where it lay", async () => {
    const key = `${newId()}/${newId()}`;
    const path = await put(store, key, some(1_000));
    expect(await read(await store.get(key))).toEqual(some(1_000));
    expect(await store.exists(key)).toBe(true);
    expect(await Bun.file(path).exists()).toBe(false);
  });

  test("a part is what lies between its ends, both included", async () => {
    const key = `${newId()}/${newId()}`;
    await put(store, key, some(1_000));
    expect(await read(await store.get(key, { from: 10, to: 19 }))).toEqual(
      some(1_000).slice(10, 20),
    );
    expect(await read(await store.get(key, { from: 999, to: 999 }))).toEqual(
      some(1_000).slice(999),
    );
  });

  test("a second one under the same key takes the first one's place", async () => {
    const key = `${newId()}/${newId()}`;
    await put(store, key, some(1_000));
    await put(store, key, some(10));
    expect(await read(await store.get(key))).toEqual(some(10));
  });

  test("12 MB come back whole", async () => {
    const key = `${newId()}/${newId()}`;
    const bytes = new Uint8Array(12 * 1024 * 1024).fill(3);
    await put(store, key, bytes);
    const back = await read(await store.get(key));
    expect(Bun.hash(back ?? "")).toBe(Bun.hash(bytes));
  });

  test("what was deleted, or never there, is not there; deleting it again is no fault", async () => {
    const key = `${newId()}/${newId()}`;
    await put(store, key, some(10));
    await store.delete(key);
    await store.delete(key);
    expect(await store.exists(key)).toBe(false);
    expect(await store.get(key)).toBeNull();
  });

  test("a put that fails leaves nothing, neither there nor here", async () => {
    const key = `${newId()}/${newId()}`;
    const path = join(await store.incomingDir(), newId());
    expect(await store.put(key, path, "image/png").catch(() => "refused")).toBe("refused");
    expect(await store.exists(key)).toBe(false);
    expect(await readdir(await store.incomingDir())).not.toContain(path);
  });
});

describe("an S3 server", () => {
  test("gets nothing that is not signed with the secret, whatever is asked of it", async () => {
    const key = `${newId()}/${newId()}`;
    await put(signed(), key, some(10));
    const before = [...signing.objects];
    for (const over of [{ secretAccessKey: "another" }, { accessKeyId: "another" }]) {
      const stranger = signed(over);
      const path = join(await stranger.incomingDir(), newId());
      await Bun.write(path, some(20));
      for (const ask of [
        () => stranger.put(key, path, "image/png"),
        () => stranger.get(key),
        () => stranger.exists(key),
        () => stranger.delete(key),
      ]) {
        expect(await ask().then(String, () => "refused")).toBe("refused");
      }
    }
    expect([...signing.objects]).toEqual(before);
    expect(new Set(signing.verified)).toEqual(new Set(["PUT", "POST", "HEAD", "GET", "DELETE"]));
  });

  test("that does not know the key is an error, not an empty store", async () => {
    const stranger = s3("SOMEBODY-ELSE");
    expect(await stranger.exists("a/b").catch(() => "refused")).toBe("refused");
    expect(await stranger.get("a/b").catch(() => "refused")).toBe("refused");
  });

  test("that is away is an error, not an empty store", async () => {
    expect(
      await s3("S3RVER", "http://127.0.0.1:1")
        .exists("a/b")
        .catch(() => "away"),
    ).toBe("away");
  });
});

import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withDeadline } from "../lib/deadline.ts";
import type { MediaAddress } from "./address.ts";
import type { MediaStore } from "./store.ts";

/** A stat or delete is one small request; a put may be a hundred megabytes. */
const SMALL_DEADLINE_MS = 15_000;
const PUT_DEADLINE_MS = 90_000;

const within = <T>(work: Promise<T>, deadlineMs = SMALL_DEADLINE_MS) =>
  withDeadline(work, deadlineMs, "The file store");

/** Any server that speaks S3, through Bun's own client; large files go up in parts. */
export function createS3Store(address: Extract<MediaAddress, { kind: "s3" }>): MediaStore {
  const { prefix, endpoint, region, bucket, accessKeyId, secretAccessKey } = address;
  const client = new Bun.S3Client({ endpoint, region, bucket, accessKeyId, secretAccessKey });
  const nameOf = (key: string) => `${prefix}${key}`;
  // Bun's `exists` says no as well when the key is refused or the server is away.
  const isThere = async (key: string) => {
    try {
      await within(client.stat(nameOf(key)));
      return true;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "NoSuchKey") return false;
      throw error;
    }
  };
  return {
    incomingDir: async () => {
      const incoming = join(tmpdir(), "leadline-incoming");
      await mkdir(incoming, { recursive: true, mode: 0o700 });
      return incoming;
    },
    put: async (key, path, mimeType) => {
      try {
        const written = client.write(nameOf(key), Bun.file(path), { type: mimeType });
        await within(written, PUT_DEADLINE_MS);
      } finally {
        await rm(path, { force: true });
      }
    },
    get: async (key, range) => {
      if (!(await isThere(key))) return null;
      const file = client.file(nameOf(key));
      return (range ? file.slice(range.from, range.to + 1) : file).stream();
    },
    delete: async (key) => {
      await within(client.delete(nameOf(key)));
    },
    exists: isThere,
  };
}

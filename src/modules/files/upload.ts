import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Db } from "../../db/client.ts";
import { utc } from "../../db/queries/public-state.ts";
import { sendableKinds, sendObstacle, UNUSED_FILE_DAYS } from "../../funnel/media.ts";
import type { Actor } from "../../http/plugins/auth.ts";
import { AppError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import type { MediaStore } from "../../storage/store.ts";
import type { Mutate } from "../mutate.ts";
import type { File } from "./model.ts";
import { type Received, receiveFile } from "./receive.ts";

/** Each may hold a hundred megabytes of this machine's disk. */
const UPLOADS_AT_ONCE = 8;
const BUSY_RETRY_MS = 5_000;

/** Whose upload died with its process is forgotten after this. */
const UNFINISHED_HOURS = 1;

export interface FilesDeps {
  db: Db;
  mutate: Mutate;
  store: MediaStore;
  sniff(path: string): Promise<string | null>;
}

export interface Upload {
  actor: Actor;
  idempotencyKey: string;
  filename: string | null;
  request: Request;
}

/**
 * Takes files that are to be sent. The row comes before the bytes and says `stored` only after them, so
 * that nothing lies in the store that no row knows of. Fails as `receiveFile` does, with
 * `idempotency_key_reused`, and with `too_many_requests` while this process takes as many as it can.
 */
export function createUploads(deps: FilesDeps): (upload: Upload) => Promise<File> {
  let underWay = 0;
  return async (upload) => {
    if (underWay >= UPLOADS_AT_ONCE) {
      const details = { retryAfterMs: BUSY_RETRY_MS };
      throw new AppError("too_many_requests", "Too many files are being uploaded.", details);
    }
    underWay += 1;
    const path = join(await deps.store.incomingDir(), newId());
    try {
      return await keep(deps, upload, path, await receiveFile(upload.request, path, deps.sniff));
    } finally {
      underWay -= 1;
      await rm(path, { force: true });
    }
  };
}

async function keep(
  { db, mutate, store }: FilesDeps,
  { actor, idempotencyKey, filename }: Upload,
  path: string,
  { mimeType, bytes, sha256 }: Received,
): Promise<File> {
  const { organizationId } = actor;
  const id = newId();
  await db.rows`
    insert into files (organization_id, id, mime_type, bytes, sha256, filename, kept_until)
    values (${organizationId}, ${id}, ${mimeType}, ${bytes}::bigint, ${sha256}, ${filename},
      now() + ${UNFINISHED_HOURS} * interval '1 hour')`;
  await store.put(`${organizationId}/${id}`, path, mimeType);
  const file = await mutate(
    actor,
    async (change) => {
      const kept = await change.first<{ keptUntil: string }>`
        update files set state = 'stored', kept_until = now() + ${UNUSED_FILE_DAYS} * interval '1 day'
        where organization_id = ${organizationId} and id = ${id} and state = 'pending'
        returning ${change.fragment(utc("kept_until"))} as kept_until`;
      if (!kept) throw new AppError("deadline_exceeded", "The file took too long to be kept.");
      const kinds = sendableKinds(mimeType).filter(
        (kind) => sendObstacle(kind, { mimeType, bytes }) === null,
      );
      change.audit({
        action: "file.uploaded",
        resourceId: id,
        after: { mimeType, bytes, filename },
      });
      return { id, mimeType, bytes, filename, kinds, ...kept };
    },
    { key: idempotencyKey, request: ["file", filename, sha256] },
  );
  // A repeat has the first one's: this one is nobody's.
  if (file.id !== id) {
    await db.rows`update files set kept_until = now()
      where organization_id = ${organizationId} and id = ${id} and state = 'pending'`;
  }
  return file;
}

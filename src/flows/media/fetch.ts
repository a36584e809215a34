import { rm } from "node:fs/promises";
import { join } from "node:path";
import { isAllowedType, type MediaProblem, maxMediaBytes } from "../../funnel/media.ts";
import { errorMessage } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import { type Spooled, spool } from "../../storage/spool.ts";
import type { MediaStore } from "../../storage/store.ts";
import type { MediaAnswer } from "../../whatsapp/media.ts";
import { type MediaClaim, storageKey } from "./claim.ts";
import type { Stored } from "./settle.ts";

/** What became of one try to get a file. `failed` and `refused` are for good. */
export type Fetched =
  | ({ kind: "stored" } & Stored)
  | { kind: "refused" | "failed"; problem: MediaProblem }
  | { kind: "later"; problem: MediaProblem; why: string; retryAfterMs: number };

export interface FetchDeps {
  store: MediaStore;
  /** Opens the file at Meta; `signal` ends the body too. */
  openMedia(claim: MediaClaim, signal: AbortSignal): Promise<MediaAnswer>;
  sniff(path: string): Promise<string | null>;
}

/**
 * Gets one file: streamed to a local one under the kind's cap while it is hashed, then looked at, and put
 * into the store only when all is as it should be. Nothing of what is not stays anywhere.
 */
export async function fetchFile(
  { store, openMedia, sniff }: FetchDeps,
  claim: MediaClaim,
  signal: AbortSignal,
): Promise<Fetched> {
  const answer = await openMedia(claim, signal);
  if (answer.kind === "gone") return { kind: "failed", problem: "expired" };
  if (answer.kind === "foreign_host") return { kind: "refused", problem: "foreign_host" };
  if (answer.kind === "unavailable") return later(answer.why, answer.retryAfterMs);
  const path = join(await store.incomingDir(), newId());
  try {
    const saved = await save(answer, path, maxMediaBytes[claim.kind]);
    if (saved === "too_large") return { kind: "refused", problem: "too_large" };
    if (claim.sha256 !== null && saved.sha256 !== claim.sha256) {
      return {
        ...later("The bytes are not those that Meta told of.", 0),
        problem: "hash_mismatch",
      };
    }
    const mimeType = await sniff(path);
    if (mimeType === null || !isAllowedType(claim.kind, mimeType)) {
      return { kind: "refused", problem: "type_not_allowed" };
    }
    await store.put(storageKey(claim), path, mimeType);
    return { kind: "stored", mimeType, bytes: saved.bytes };
  } catch (error) {
    return later(errorMessage(error), 0);
  } finally {
    await rm(path, { force: true });
  }
}

function later(why: string, retryAfterMs = 0): Extract<Fetched, { kind: "later" }> {
  return { kind: "later", problem: "unavailable", why, retryAfterMs };
}

/** Writes the body to `path`; stops at the first byte over the cap. */
async function save(
  { body, announcedBytes }: Extract<MediaAnswer, { kind: "open" }>,
  path: string,
  maxBytes: number,
): Promise<"too_large" | Spooled> {
  if (announcedBytes !== null && announcedBytes > maxBytes) {
    await body.cancel();
    return "too_large";
  }
  const saved = await spool(body, path, maxBytes);
  if (saved !== "too_large" && announcedBytes !== null && saved.bytes < announcedBytes) {
    throw new Error(`The connection ended after ${saved.bytes} of ${announcedBytes} bytes.`);
  }
  return saved;
}

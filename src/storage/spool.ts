import { createHash } from "node:crypto";
import { open } from "node:fs/promises";

/** What was written. */
export interface Spooled {
  bytes: number;
  /** Base64. */
  sha256: string;
}

/**
 * Writes a body to a new local file while it is hashed, and stops at the first byte over `maxBytes`.
 * Rejects with the body's failure, or once `cut` fires; what was written stays for the caller to remove.
 */
export async function spool(
  body: ReadableStream<Uint8Array>,
  path: string,
  maxBytes: number,
  cut?: AbortSignal,
): Promise<"too_large" | Spooled> {
  const hash = createHash("sha256");
  let bytes = 0;
  const file = await open(path, "w", 0o600);
  const reader = body.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  cut?.addEventListener("abort", stop, { once: true });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes += value.byteLength;
      if (bytes > maxBytes) {
        await reader.cancel();
        return "too_large";
      }
      hash.update(value);
      await file.appendFile(value);
    }
    cut?.throwIfAborted();
  } finally {
    cut?.removeEventListener("abort", stop);
    await file.close();
  }
  return { bytes, sha256: hash.digest("base64") };
}

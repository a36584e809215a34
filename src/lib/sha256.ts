import { createHash } from "node:crypto";

/** SHA-256 in hex: of tokens that are long and random, and of what needs only a fingerprint. */
export function sha256(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("hex");
}

/// <reference lib="dom" />

/** Not crypto.randomUUID: that one is missing when the dashboard is opened over plain http from elsewhere. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

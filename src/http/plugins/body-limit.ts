import { Elysia } from "elysia";
import { AppError } from "../../lib/errors.ts";

/**
 * For Bun's `maxRequestBodySize`: it cuts off bodies without a length, with a bare 413. Above every
 * limit of ours, so that ours answer first, with a problem body.
 */
export const SERVER_BODY_LIMIT_BYTES = 101 * 1024 * 1024;

/**
 * Refuses bodies that announce more than `maxBytes`, or no length at all, before anything reads them.
 * Paths under one of `exemptPrefixes` bring their own limit, and count what they read.
 */
export function bodyLimit(settings: { maxBytes: number; exemptPrefixes: readonly string[] }) {
  const { maxBytes, exemptPrefixes } = settings;
  return new Elysia({ name: "body-limit" }).onRequest(({ request: { headers, url } }) => {
    const length = headers.get("content-length");
    const isBounded =
      length === null ? !headers.has("transfer-encoding") : Number(length) <= maxBytes;
    if (isBounded) return;
    const { pathname } = new URL(url);
    if (exemptPrefixes.some((prefix) => pathname.startsWith(prefix))) return;
    if (length === null) {
      throw new AppError("malformed_request", "Send the body's length: Content-Length is missing.");
    }
    throw new AppError("payload_too_large", `The body may have at most ${maxBytes} bytes.`);
  });
}

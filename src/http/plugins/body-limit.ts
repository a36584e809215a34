import { Elysia } from "elysia";
import { AppError } from "../../lib/errors.ts";

/**
 * For Bun's `maxRequestBodySize`: it cuts off bodies without a length, with a bare 413. Above every
 * limit of ours, so that ours answer first, with a problem body.
 */
export const SERVER_BODY_LIMIT_BYTES = 8 * 1024 * 1024;

/**
 * Refuses bodies that announce more than `maxBytes`, before anything reads them. Paths under
 * `exemptPrefixes` bring their own limit, or the server's is theirs.
 */
export function bodyLimit({
  maxBytes,
  exemptPrefixes,
}: {
  maxBytes: number;
  exemptPrefixes: readonly string[];
}) {
  return new Elysia({ name: "body-limit" }).onRequest(({ request }) => {
    const length = Number(request.headers.get("content-length") ?? 0);
    if (length <= maxBytes) return;
    const { pathname } = new URL(request.url);
    if (exemptPrefixes.some((prefix) => pathname.startsWith(prefix))) return;
    throw new AppError("payload_too_large", `The body may have at most ${maxBytes} bytes.`);
  });
}

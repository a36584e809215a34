import { Elysia } from "elysia";
import { newId } from "../../lib/ids.ts";

const HEADER = "x-request-id";
const ACCEPTABLE = /^[A-Za-z0-9._-]{8,128}$/;

interface HeadersHolder {
  headers: Readonly<Record<string, unknown>>;
}

/**
 * Gives each request an id, or keeps the caller's, and answers with it. First of all plugins: the
 * others read it with `requestIdOf`.
 */
export function requestId() {
  return new Elysia({ name: "request-id" }).onRequest(({ request, set }) => {
    const given = request.headers.get(HEADER);
    set.headers[HEADER] = given !== null && ACCEPTABLE.test(given) ? given : newId();
  });
}

/** The id of the request whose answer is being made; a new one where the plugin is not in use. */
export function requestIdOf(set: HeadersHolder): string {
  const id = set.headers[HEADER];
  return typeof id === "string" ? id : newId();
}

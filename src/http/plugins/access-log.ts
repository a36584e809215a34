import { Elysia, StatusMap } from "elysia";
import type { Log } from "../../lib/log.ts";
import { requestIdOf } from "./request-id.ts";

/** Asked for so often that a good answer is worth a line only when somebody debugs. */
const QUIET_PREFIXES = ["/webhooks/", "/health/", "/metrics"];

/**
 * One line for each answered request: method, path, status, time taken. Never the query, nor the token in
 * the path of a file: whoever reads logs must not be able to open either. Register it before any route.
 */
export function accessLog({ log }: { log: Log }) {
  const startedAtMs = new WeakMap<Request, number>();
  return new Elysia({ name: "access-log" })
    .onRequest(({ request }) => {
      startedAtMs.set(request, performance.now());
    })
    .onAfterResponse({ as: "global" }, ({ request, path, set, responseValue }) => {
      const status = statusOf(set.status, responseValue);
      const quiet = status < 400 && QUIET_PREFIXES.some((prefix) => path.startsWith(prefix));
      const tookMs = performance.now() - (startedAtMs.get(request) ?? performance.now());
      log[quiet ? "debug" : "info"](
        {
          requestId: requestIdOf(set),
          method: request.method,
          path: path.replace(/^\/media\/.+/, "/media/…"),
          status,
          tookMs: Math.round(tookMs * 10) / 10,
        },
        "request",
      );
    });
}

/** A handler may answer by `set.status` (number or name) or by a whole Response. */
function statusOf(status: number | keyof StatusMap | undefined, answer: unknown): number {
  if (answer instanceof Response) return answer.status;
  return typeof status === "string" ? StatusMap[status] : (status ?? 200);
}

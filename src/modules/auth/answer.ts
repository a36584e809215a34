import type { ClientAddress, PeerSource } from "../../http/plugins/client-address.ts";
import { requestIdOf } from "../../http/plugins/request-id.ts";
import { refreshCookie } from "./cookie.ts";
import type { Visitor } from "./identify.ts";
import type { Started } from "./model.ts";
import type { Opened } from "./service.ts";

interface Answering {
  headers: Record<string, string | number>;
}

interface Arrival {
  request: Request;
  server: PeerSource | null;
  set: Answering;
}

/** Where a request without a session comes from. */
export function visitorOf(
  clientAddress: ClientAddress,
  { request, server, set }: Arrival,
): Visitor {
  return {
    address: clientAddress(request, server),
    userAgent: request.headers.get("user-agent")?.slice(0, 300) ?? null,
    requestId: requestIdOf(set),
  };
}

/** Answers with a session; its refresh token goes into the cookie, or into the body if so wished. */
export function startedAnswer(
  { refreshToken, started }: Opened,
  publicUrl: string,
  inBody: boolean,
  set: Answering,
): Started {
  set.headers["cache-control"] = "no-store";
  if (!inBody) set.headers["set-cookie"] = refreshCookie(refreshToken, publicUrl);
  return { ...started, refreshToken: inBody ? refreshToken : null };
}

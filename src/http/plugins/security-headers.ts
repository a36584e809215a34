import { Elysia } from "elysia";

const API_POLICY = "default-src 'none'; frame-ancestors 'none'";
const ONE_YEAR_S = 31_536_000;

/**
 * Headers that every answer carries. Pages set their own `content-security-policy` over this one,
 * which allows nothing. `https`: whether the public address is, so that browsers may insist on it.
 */
export function securityHeaders({ https }: { https: boolean }) {
  return new Elysia({ name: "security-headers" }).onRequest(({ set }) => {
    set.headers["x-content-type-options"] = "nosniff";
    set.headers["referrer-policy"] = "no-referrer";
    set.headers["content-security-policy"] = API_POLICY;
    if (https) set.headers["strict-transport-security"] = `max-age=${ONE_YEAR_S}`;
  });
}

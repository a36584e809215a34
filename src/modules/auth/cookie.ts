import { SESSION_SECONDS } from "./sessions.ts";

const NAME = "ll_refresh";
/** Only what refreshes or ends a session ever sees the cookie. */
const PATH = "/api/v1/auth";

/** Set-Cookie for a refresh token; scripts cannot read it, other sites' requests do not carry it. */
export function refreshCookie(token: string, publicUrl: string): string {
  return serialise(token, publicUrl, SESSION_SECONDS);
}

/** Set-Cookie that makes the browser forget its session. */
export function noRefreshCookie(publicUrl: string): string {
  return serialise("", publicUrl, 0);
}

/** The refresh token as the browser sends it. */
export function refreshTokenOf(request: Request): string | null {
  return new Bun.CookieMap(request.headers.get("cookie") ?? "").get(NAME);
}

function serialise(value: string, publicUrl: string, maxAge: number): string {
  return new Bun.Cookie(NAME, value, {
    path: PATH,
    httpOnly: true,
    sameSite: "strict",
    secure: publicUrl.startsWith("https://"),
    maxAge,
  }).toString();
}

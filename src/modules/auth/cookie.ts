import { SESSION_SECONDS } from "./sessions.ts";

const NAME = "ll_session";

/** Set-Cookie for a new session; scripts cannot read it, other sites' requests do not carry it. */
export function sessionCookie(token: string, publicUrl: string): string {
  return serialise(token, publicUrl, SESSION_SECONDS);
}

/** Set-Cookie that makes the browser forget its session. */
export function noSessionCookie(publicUrl: string): string {
  return serialise("", publicUrl, 0);
}

/** The session's token as the browser sends it. */
export function sessionToken(request: Request): string | null {
  return new Bun.CookieMap(request.headers.get("cookie") ?? "").get(NAME);
}

function serialise(value: string, publicUrl: string, maxAge: number): string {
  return new Bun.Cookie(NAME, value, {
    path: "/",
    httpOnly: true,
    sameSite: "lax",
    secure: publicUrl.startsWith("https://"),
    maxAge,
  }).toString();
}

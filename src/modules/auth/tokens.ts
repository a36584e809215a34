import { createHmac, timingSafeEqual } from "node:crypto";
import { errors, jwtVerify, SignJWT } from "jose";
import type { Clock } from "../../lib/clock.ts";
import { AppError } from "../../lib/errors.ts";
import { sha256 } from "../../lib/sha256.ts";

const ACCESS_SECONDS = 10 * 60;
const ISSUER = "leadline";
const AUDIENCE = "leadline-api";
const ALGORITHM = "HS256";

/** What makes a refresh token: the session's row, and which of its tokens it is. */
export interface RefreshClaim {
  sessionId: string;
  generation: number;
}

export interface Tokens {
  /** A token that opens the API for ten minutes, while its session lives. */
  signAccess(session: { sessionId: string; userId: string }): Promise<AccessToken>;
  /** The session of an access token. Fails with `unauthenticated`. */
  readAccess(token: string): Promise<{ sessionId: string }>;
  /** The same session, salt and generation make the same token: a lost answer can be given again. */
  signRefresh(claim: RefreshClaim, salt: string): string;
  /** What a refresh token says, not yet believed: `isSigned` tells. Null if it is none. */
  readRefresh(token: string): RefreshClaim | null;
  isSigned(token: string, claim: RefreshClaim, salt: string): boolean;
}

export interface AccessToken {
  accessToken: string;
  expiresAt: Date;
}

/**
 * `secrets`: newest first. The first signs, all of them verify: that is how they are rotated. `clock`:
 * the wall's, not the business's.
 */
export function createTokens(secrets: readonly string[], clock: Clock): Tokens {
  const keys = new Map(secrets.map((secret) => [keyId(secret), new TextEncoder().encode(secret)]));
  const [newest] = secrets;
  if (newest === undefined) throw new AppError("invalid_config", "SESSION_SECRETS is empty.");
  const kid = keyId(newest);

  return {
    signAccess: async ({ sessionId, userId }) => {
      const now = clock.now();
      const expiresAt = new Date(now.getTime() + ACCESS_SECONDS * 1_000);
      const accessToken = await new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: ALGORITHM, kid, typ: "at+jwt" })
        .setSubject(userId)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt(now)
        .setExpirationTime(expiresAt)
        .sign(new TextEncoder().encode(newest));
      return { accessToken, expiresAt };
    },
    readAccess: async (token) => {
      const { payload } = await jwtVerify(
        token,
        ({ kid: asked }) => {
          const key = keys.get(asked ?? "");
          if (!key) throw new errors.JWKSNoMatchingKey();
          return key;
        },
        {
          algorithms: [ALGORITHM],
          issuer: ISSUER,
          audience: AUDIENCE,
          typ: "at+jwt",
          currentDate: clock.now(),
        },
      ).catch((cause: unknown) => {
        throw new AppError(
          "unauthenticated",
          "The access token is not valid (any more).",
          {},
          cause,
        );
      });
      const { sid } = payload;
      if (typeof sid === "string") return { sessionId: sid };
      throw new AppError("unauthenticated", "The access token names no session.");
    },
    signRefresh: (claim, salt) => refreshToken(newest, claim, salt),
    readRefresh: (token) => {
      const [, sessionId, generation] = REFRESH_TOKEN.exec(token) ?? [];
      if (sessionId === undefined || generation === undefined) return null;
      return { sessionId, generation: Number(generation) };
    },
    isSigned: (token, claim, salt) =>
      secrets.some((secret) => equal(token, refreshToken(secret, claim, salt))),
  };
}

const REFRESH_TOKEN = /^ll_rt_([0-9a-f-]{36})_(\d{1,9})_[A-Za-z0-9_-]{43}$/;

function refreshToken(secret: string, { sessionId, generation }: RefreshClaim, salt: string) {
  const said = `${sessionId}_${generation}`;
  const signature = createHmac("sha256", secret).update(`refresh:${said}:${salt}`);
  return `ll_rt_${said}_${signature.digest("base64url")}`;
}

function equal(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function keyId(secret: string): string {
  return sha256(secret).slice(0, 16);
}

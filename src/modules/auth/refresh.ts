import type { Db } from "../../db/client.ts";
import { actorOf, type Person } from "../../http/plugins/auth.ts";
import { AppError } from "../../lib/errors.ts";
import type { Mutate } from "../mutate.ts";
import { endSession } from "./end-session.ts";
import { findSession, type NewSession } from "./sessions.ts";
import type { RefreshClaim, Tokens } from "./tokens.ts";

/** For so long after a refresh the token before it is answered with the same new token. */
const GRACE_SECONDS = 10;

export interface RefreshDeps {
  db: Db;
  mutate: Mutate;
  tokens: Tokens;
}

interface Found {
  person: Person;
  salt: string;
  generation: number;
  /** The last refresh was a moment ago. */
  isRecent: boolean;
}

/**
 * The next refresh token of the session: generation n becomes n + 1. Generation n − 1 is answered
 * with n again for a moment, because its answer may have been lost, and tabs refresh together. An
 * older one means that somebody else has a copy: the session ends, whoever asks. Fails with
 * `unauthenticated`.
 */
export async function refresh(deps: RefreshDeps, token: string): Promise<NewSession> {
  const { claim, found } = await sessionOf(deps, token);
  const { person, salt } = found;
  if (claim.generation === found.generation && (await advance(deps.db, claim))) {
    return { person, salt, generation: claim.generation + 1 };
  }
  // Another request with the same token came first, a moment or an age ago.
  const now = claim.generation === found.generation ? await find(deps.db, claim) : found;
  if (now && claim.generation === now.generation - 1 && now.isRecent) {
    return { person, salt, generation: now.generation };
  }
  await endSession(deps.mutate, { ...actorOf(person), kind: "system" }, person, "reuse");
  throw new AppError("unauthenticated", "The refresh token was used before: the session ended.");
}

/** The living session that a refresh token belongs to, whichever generation it is. */
export async function sessionOf(
  { db, tokens }: Pick<RefreshDeps, "db" | "tokens">,
  token: string,
): Promise<{ claim: RefreshClaim; found: Found }> {
  const claim = tokens.readRefresh(token);
  const found = claim && (await find(db, claim));
  if (claim && found && tokens.isSigned(token, claim, found.salt)) return { claim, found };
  throw new AppError("unauthenticated", "The refresh token is none of a living session.");
}

async function find(db: Db, { sessionId }: RefreshClaim): Promise<Found | undefined> {
  return await findSession(db, sessionId, GRACE_SECONDS);
}

/** True for the one request that came first. */
async function advance(db: Db, { sessionId, generation }: RefreshClaim): Promise<boolean> {
  const row = await db.first`
    update sessions set generation = generation + 1, refreshed_at = now(), seen_at = now(),
      expires_at = least(created_at + interval '1 year', now() + interval '30 days')
    where id = ${sessionId} and generation = ${generation} and revoked_at is null
    returning id`;
  return row !== undefined;
}

import type { Db } from "../../db/client.ts";
import type { Principal } from "../../http/plugins/auth.ts";
import { AppError } from "../../lib/errors.ts";
import { KEY_PREFIX, machineOf } from "../api-keys/authenticate.ts";
import { personOf } from "./sessions.ts";
import type { Tokens } from "./tokens.ts";

/**
 * Who stands behind `Authorization: Bearer …`: an access token's person, as their session and role are
 * now, or an API key's machine. Fails with `unauthenticated`.
 */
export async function authenticate(db: Db, tokens: Tokens, request: Request): Promise<Principal> {
  const [, token] = /^bearer (\S+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  if (token === undefined) {
    throw new AppError("unauthenticated", "There is no `Authorization: Bearer …`.");
  }
  if (token.startsWith(KEY_PREFIX)) return await machineOf(db, token);
  const { sessionId } = await tokens.readAccess(token);
  return await personOf(db, sessionId);
}

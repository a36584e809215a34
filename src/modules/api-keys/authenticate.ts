import type { Db } from "../../db/client.ts";
import type { Machine } from "../../http/plugins/auth.ts";
import { isScope } from "../../http/plugins/permissions.ts";
import { AppError } from "../../lib/errors.ts";
import { sha256 } from "../../lib/sha256.ts";

/** Every key begins so: people and secret scanners recognise one that lies about. */
export const KEY_PREFIX = "ll_key_";

/** Whose living key this is; its use is noted once a minute. Fails with `unauthenticated`. */
export async function machineOf(db: Db, key: string): Promise<Machine> {
  const keyHash = sha256(key);
  const row = await db.first<Omit<Machine, "kind" | "scopes"> & { scopes: string[] }>`
    with used as (
      update api_keys set last_used_at = now()
      where key_hash = ${keyHash} and coalesce(last_used_at < now() - interval '1 minute', true)
    )
    select organization_id, id as key_id, created_by as user_id, name, scopes from api_keys
    where key_hash = ${keyHash} and revoked_at is null and coalesce(expires_at > now(), true)`;
  if (!row) throw new AppError("unauthenticated", "The API key is unknown, revoked or expired.");
  return { kind: "key", ...row, scopes: row.scopes.filter(isScope) };
}

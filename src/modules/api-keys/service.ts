import { randomBytes } from "node:crypto";
import type { Db } from "../../db/client.ts";
import { keyset, pageOf } from "../../db/keyset.ts";
import { utc } from "../../db/queries/public-state.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Actor, Person } from "../../http/plugins/auth.ts";
import { roleAllows, type Scope } from "../../http/plugins/permissions.ts";
import { requireVersion } from "../../http/plugins/versions.ts";
import { AppError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import { sha256 } from "../../lib/sha256.ts";
import type { Change, Mutate } from "../mutate.ts";
import { KEY_PREFIX } from "./authenticate.ts";
import type {
  ApiKey,
  ApiKeyCreation,
  ApiKeyEdit,
  ApiKeysQuery,
  NewApiKey,
  Rotation,
} from "./model.ts";

const KEY_BYTES = 32;
/** Enough to tell keys apart, far too little to guess the rest. */
const SHOWN_LENGTH = KEY_PREFIX.length + 6;

const API_KEY = `k.id, k.name, k.prefix, k.scopes, k.replaced_by, k.version,
  case when k.revoked_at is not null then 'revoked' when k.expires_at <= now() then 'expired'
    else 'active' end as state,
  jsonb_build_object('id', k.created_by, 'name', u.name) as created_by,
  ${utc("k.created_at")} as created_at, ${utc("k.expires_at")} as expires_at,
  ${utc("k.last_used_at")} as last_used_at`;
const FROM = `from api_keys k join users u on u.id = k.created_by`;

const sorts = { createdAt: { sql: "k.created_at", type: "timestamptz" } } as const;

/** Who does it, and what the request's headers say about it. */
export interface By {
  principal: Person;
  actor: Actor;
  headers: { "idempotency-key"?: string | undefined; "if-match"?: string | undefined };
}

/** One page of the organization's keys. Fails with `invalid_input` for a cursor that is not ours. */
export async function listApiKeys(
  db: Db,
  organizationId: string,
  { limit = 50, cursor }: ApiKeysQuery,
) {
  const { after, order, position } = keyset(db, { sorts, sort: "-createdAt", id: "k.id", cursor });
  const rows = await db.rows<ApiKey & { position: string }>`
    select ${db.fragment(API_KEY)}, ${position} as position ${db.fragment(FROM)}
    where k.organization_id = ${organizationId} and ${after}
    order by ${order} limit ${limit + 1}`;
  return pageOf(rows, limit);
}

/** Fails with `not_found`. */
export async function getApiKey(
  db: Pick<Transaction, "first" | "fragment">,
  organizationId: string,
  id: string,
): Promise<ApiKey> {
  const row = await db.first<ApiKey>`
    select ${db.fragment(API_KEY)} ${db.fragment(FROM)}
    where k.organization_id = ${organizationId} and k.id = ${id}`;
  if (!row) throw new AppError("not_found", "There is no such API key.", { id });
  return row;
}

/** Fails with `forbidden` when the maker's own role does not include every scope. */
export async function createApiKey(
  mutate: Mutate,
  { principal, actor, headers }: By,
  body: ApiKeyCreation,
): Promise<NewApiKey> {
  requireScopes(principal, body.scopes);
  return await once(mutate, actor, headers, ["api-key", "create", body], async (change, key) => {
    const { name, scopes, expiresInDays } = body;
    const lifetime = change.part`${expiresInDays} * interval '24 hours'`;
    return await insertKey(change, principal, key, { name: name.trim(), scopes, lifetime });
  });
}

/** Fails with `not_found` and `precondition_failed`. */
export async function renameApiKey(
  mutate: Mutate,
  { principal, actor, headers }: By,
  id: string,
  { name }: ApiKeyEdit,
): Promise<ApiKey> {
  const { organizationId } = principal;
  return await mutate(actor, async (change) => {
    const before = await lockKey(change, organizationId, id);
    requireVersion(headers, before);
    await change.rows`
      update api_keys set name = ${name.trim()}, version = version + 1
      where organization_id = ${organizationId} and id = ${id}`;
    const after = await getApiKey(change, organizationId, id);
    change.audit({ action: "api_key.renamed", resourceId: id, before, after });
    return after;
  });
}

/**
 * Puts a new key in the place of an active one, which goes on working for a while. Fails with
 * `not_found`, `forbidden` for scopes beyond the own role, and `conflict`.
 */
export async function rotateApiKey(
  mutate: Mutate,
  { principal, actor, headers }: By,
  id: string,
  { overlapSeconds }: Rotation,
): Promise<NewApiKey> {
  const { organizationId } = principal;
  const request = ["api-key", "rotate", id, overlapSeconds];
  return await once(mutate, actor, headers, request, async (change, key) => {
    const before = await lockKey(change, organizationId, id);
    requireScopes(principal, before.scopes);
    if (before.state !== "active" || before.replacedBy !== null) {
      throw new AppError("conflict", "Only an active key that was not rotated yet can be.", { id });
    }
    const lifetime = change.part`(select expires_at - created_at from api_keys
      where organization_id = ${organizationId} and id = ${id})`;
    const fresh = await insertKey(change, principal, key, { ...before, lifetime });
    await change.rows`
      update api_keys set replaced_by = ${fresh.id}, version = version + 1,
        expires_at = least(expires_at, now() + ${overlapSeconds} * interval '1 second')
      where organization_id = ${organizationId} and id = ${id}`;
    const after = await getApiKey(change, organizationId, id);
    change.audit({ action: "api_key.rotated", resourceId: id, before, after });
    return fresh;
  });
}

/** Fails with `not_found` and `precondition_failed`; what is revoked stays so. */
export async function revokeApiKey(
  mutate: Mutate,
  { principal, actor, headers }: By,
  id: string,
): Promise<void> {
  const { organizationId } = principal;
  await mutate(actor, async (change) => {
    const before = await lockKey(change, organizationId, id);
    requireVersion(headers, before);
    if (before.state === "revoked") return;
    await change.rows`
      update api_keys set revoked_at = now(), version = version + 1
      where organization_id = ${organizationId} and id = ${id}`;
    const after = await getApiKey(change, organizationId, id);
    change.audit({ action: "api_key.revoked", resourceId: id, before, after });
  });
}

/** The answer kept for repeats is without the key: only the request that made it can show it. */
async function once(
  mutate: Mutate,
  actor: Actor,
  headers: By["headers"],
  request: unknown,
  work: (change: Change, key: string) => Promise<ApiKey>,
): Promise<NewApiKey> {
  let shown: string | null = null;
  const row = await mutate(
    actor,
    async (change) => {
      shown = `${KEY_PREFIX}${randomBytes(KEY_BYTES).toString("base64url")}`;
      return await work(change, shown);
    },
    { key: headers["idempotency-key"], request },
  );
  return { ...row, key: shown };
}

interface KeyToBe {
  name: string;
  scopes: readonly Scope[];
  /** An interval, as SQL. Null there: the key never expires. */
  lifetime: ReturnType<Change["part"]>;
}

async function insertKey(
  change: Change,
  { organizationId, userId }: Person,
  key: string,
  { name, scopes, lifetime }: KeyToBe,
): Promise<ApiKey> {
  const id = newId();
  await change.rows`
    insert into api_keys (organization_id, id, name, prefix, key_hash, scopes, created_by, expires_at)
    values (${organizationId}, ${id}, ${name}, ${key.slice(0, SHOWN_LENGTH)}, ${sha256(key)},
      ${[...scopes]}, ${userId}, now() + ${lifetime})`;
  const after = await getApiKey(change, organizationId, id);
  change.audit({ action: "api_key.created", resourceId: id, after });
  return after;
}

async function lockKey(change: Change, organizationId: string, id: string): Promise<ApiKey> {
  await change.rows`
    select 1 from api_keys
    where organization_id = ${organizationId} and id = ${id} for update`;
  return await getApiKey(change, organizationId, id);
}

function requireScopes({ role }: Person, scopes: readonly Scope[]): void {
  const beyond = scopes.find((scope) => !roleAllows(role, scope));
  if (beyond === undefined) return;
  throw new AppError("forbidden", `The role ${role} does not include ${beyond}.`, {
    scope: beyond,
  });
}

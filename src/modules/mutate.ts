import type { Append } from "../../streams/publish.ts";
import type { Db } from "../db/client.ts";
import type { Transaction } from "../db/transaction.ts";
import type { Actor } from "../http/plugins/auth.ts";
import { AppError } from "../lib/errors.ts";
import type { LiveEvent } from "../lib/events.ts";
import { newId } from "../lib/ids.ts";
import { sha256 } from "../lib/sha256.ts";
import { type AuditEntry, writeAudit } from "./audit/write.ts";

/** Keys live at least this long, and are cleared by later ones. */
const KEY_LIFETIME_HOURS = 48;
const KEYS_CLEARED = 20;

/** A change in the making: statements of one transaction, and what its commit will tell. */
export interface Change extends Transaction {
  /** A row of the audit log. Every change has at least one. */
  audit(entry: AuditEntry): void;
  /** A live event about the row's public state as it is after this change. */
  event(event: Omit<LiveEvent, "eventId" | "organizationId">): void;
  /** Live events that a statement of this change has put into the outbox itself. */
  stored(events: readonly LiveEvent[]): void;
  /** Wake-ups to append to streams once it is committed. */
  wake(...entries: readonly Append[]): void;
}

/** A request that may come twice: `key` is the client's, `request` everything that makes it what it is. */
export interface Once {
  /** Undefined: the client sent none, and each request is its own. */
  key: string | undefined;
  request: unknown;
}

/**
 * Does `work` in one commit together with its audit rows and live events, then announces both. With
 * `once`, a repeat gets the first answer, which must be JSON, without doing anything; the same key for
 * another request fails with `idempotency_key_reused`.
 */
export type Mutate = <T>(
  actor: Actor,
  work: (change: Change) => Promise<T>,
  once?: Once,
) => Promise<T>;

interface MutateDeps {
  db: Db;
  /** Tells the rest of the system what a commit made true. Never rejects. */
  announce(news: { append?: readonly Append[]; events: readonly LiveEvent[] }): Promise<void>;
}

/** The one way in which REST and live frames change anything. */
export function createMutate({ db, announce }: MutateDeps): Mutate {
  return async (actor, work, once) => {
    const news = { append: [] as Append[], events: [] as LiveEvent[] };
    const answer = await db.transaction((tx) =>
      once?.key === undefined
        ? change(tx, actor, work, news)
        : changeOnce(tx, actor, work, news, { ...once, key: once.key }),
    );
    if (news.append.length > 0 || news.events.length > 0) await announce(news);
    return answer;
  };
}

interface News {
  append: Append[];
  events: LiveEvent[];
}

type Work<T> = (change: Change) => Promise<T>;

async function change<T>(tx: Transaction, actor: Actor, work: Work<T>, news: News): Promise<T> {
  const audit: AuditEntry[] = [];
  const fresh: LiveEvent[] = [];
  const { organizationId } = actor;
  const result = await work({
    ...tx,
    audit: (entry) => audit.push(entry),
    event: (event) => fresh.push({ eventId: newId(), organizationId, ...event }),
    stored: (stored) => news.events.push(...stored),
    wake: (...entries) => news.append.push(...entries),
  });
  await writeAudit(tx, actor, audit);
  if (fresh.length > 0) await writeEvents(tx, fresh);
  news.events.push(...fresh);
  return result;
}

async function changeOnce<T>(
  tx: Transaction,
  actor: Actor,
  work: Work<T>,
  news: News,
  { key, request }: { key: string; request: unknown },
): Promise<T> {
  const { organizationId } = actor;
  const earlier = await claimKey(tx, organizationId, key, hashOf(actor, request));
  // What is stored is what `work` returned to the same request.
  if (earlier) return earlier.answer as T;
  const result = await change(tx, actor, work, news);
  await tx.rows`
    update idempotency_keys set answer = ${tx.json(result ?? null)}
    where organization_id = ${organizationId} and key = ${key}`;
  return result;
}

/** Takes the key for this request, or finds whose it is. Waits while another request holds it. */
async function claimKey(
  tx: Transaction,
  organizationId: string,
  key: string,
  hash: string,
): Promise<{ answer: unknown } | undefined> {
  const taken = await tx.first`
    with cleared as (
      delete from idempotency_keys where (organization_id, key) in (
        select organization_id, key from idempotency_keys
        where created_at < now() - ${KEY_LIFETIME_HOURS} * interval '1 hour'
        order by created_at limit ${KEYS_CLEARED} for update skip locked)
    )
    insert into idempotency_keys (organization_id, key, request_hash)
    values (${organizationId}, ${key}, ${hash})
    on conflict do nothing returning key`;
  if (taken) return undefined;
  const earlier = await tx.first<{ requestHash: string; answer: unknown }>`
    select request_hash, answer from idempotency_keys
    where organization_id = ${organizationId} and key = ${key}`;
  if (earlier?.requestHash === hash) return { answer: earlier.answer };
  throw new AppError("idempotency_key_reused", "The key belongs to another request.");
}

async function writeEvents(tx: Transaction, events: readonly LiveEvent[]): Promise<void> {
  await tx.rows`
    insert into outbox (id, organization_id, kind, entity_id, version, data)
    select "eventId", "organizationId", kind, "entityId", version, data
    from jsonb_to_recordset(${tx.json(events)}) as e("eventId" uuid, "organizationId" uuid,
      kind text, "entityId" uuid, version bigint, data jsonb)`;
}

function hashOf(actor: Actor, request: unknown): string {
  return sha256(JSON.stringify([actor.kind, actor.id, request]));
}

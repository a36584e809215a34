import type { Db } from "../../db/client.ts";
import { keyset, pageOf } from "../../db/keyset.ts";
import { utc } from "../../db/queries/public-state.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Actor } from "../../http/plugins/auth.ts";
import { requireVersion } from "../../http/plugins/versions.ts";
import { AppError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import type { Mutate } from "../mutate.ts";
import type { Fact, FactCreation, FactEdit, FactsQuery } from "./model.ts";
import { checkFact } from "./rules.ts";

/** One column, because a fact's own `position` is not the cursor's. */
const FACT = `jsonb_build_object('id', f.id, 'kind', f.kind, 'topic', f.topic, 'text', f.text,
  'amount', trim_scale(f.amount)::text, 'currency', f.currency, 'active', f.active,
  'position', f.position, 'createdAt', ${utc("f.created_at")},
  'updatedAt', ${utc("f.updated_at")}, 'version', f.version) as fact`;

const sorts = { position: { sql: "f.position", type: "integer" } } as const;

/** Who does it, and what the request's headers say about it. */
interface By {
  actor: Actor;
  headers: { "idempotency-key"?: string | undefined; "if-match"?: string | undefined };
}

/** One page in the bot's order. Fails with `invalid_input` for a cursor that is not ours. */
export async function listFacts(
  db: Db,
  organizationId: string,
  { limit = 50, cursor, kind, active, topic }: FactsQuery,
) {
  const { after, order, position } = keyset(db, { sorts, sort: "position", id: "f.id", cursor });
  const filters = [
    ...(kind === undefined ? [] : [db.part`f.kind = ${kind}`]),
    ...(active === undefined ? [] : [db.part`f.active = ${active}`]),
    ...(topic === undefined ? [] : [db.part`f.topic = ${topic}`]),
  ];
  const rows = await db.rows<{ fact: Fact; position: string }>`
    select ${db.fragment(FACT)}, ${position} as position from facts f
    where f.organization_id = ${organizationId}
      and ${filters.reduce((all, one) => db.part`${all} and ${one}`, after)}
    order by ${order} limit ${limit + 1}`;
  const { data, nextCursor } = pageOf(rows, limit);
  return { data: data.map(({ fact }) => fact), nextCursor };
}

/** Fails with `not_found`. */
export async function getFact(
  db: Pick<Transaction, "first" | "fragment">,
  organizationId: string,
  id: string,
): Promise<Fact> {
  const row = await db.first<{ fact: Fact }>`
    select ${db.fragment(FACT)} from facts f
    where f.organization_id = ${organizationId} and f.id = ${id}`;
  if (!row) throw new AppError("not_found", "There is no such fact.", { id });
  return row.fact;
}

/** Without a position it comes last. Fails with `invalid_input`. */
export async function createFact(
  mutate: Mutate,
  { actor, headers }: By,
  body: FactCreation,
): Promise<Fact> {
  const { organizationId } = actor;
  const { kind, topic, text, amount = null, currency = null, active = true } = body;
  checkFact({ kind, text, amount, currency });
  return await mutate(
    actor,
    async (change) => {
      const id = newId();
      await change.rows`
        insert into facts (organization_id, id, kind, topic, text, amount, currency, active, position)
        select ${organizationId}, ${id}, ${kind}, ${topic.trim()}, ${text.trim()}, ${amount},
          ${currency}, ${active},
          coalesce(${body.position ?? null}::int, (select least(coalesce(max(f.position) + 1, 0), 1000000)
            from facts f where f.organization_id = ${organizationId}))`;
      const after = await getFact(change, organizationId, id);
      change.audit({ action: "fact.created", resourceId: id, after });
      return after;
    },
    { key: headers["idempotency-key"], request: ["fact", "create", body] },
  );
}

/** Fails with `not_found`, `precondition_failed` and `invalid_input`. */
export async function editFact(
  mutate: Mutate,
  { actor, headers }: By,
  id: string,
  edit: FactEdit,
): Promise<Fact> {
  const { organizationId } = actor;
  return await mutate(actor, async (change) => {
    const before = await lockFact(change, organizationId, id);
    requireVersion(headers, before);
    const wanted = { ...before, ...edit };
    checkFact(wanted);
    await change.rows`
      update facts set kind = ${wanted.kind}, topic = ${wanted.topic.trim()},
        text = ${wanted.text.trim()}, amount = ${wanted.amount}, currency = ${wanted.currency},
        active = ${wanted.active}, position = ${wanted.position}, updated_at = now(),
        version = version + 1
      where organization_id = ${organizationId} and id = ${id}`;
    const after = await getFact(change, organizationId, id);
    change.audit({ action: "fact.updated", resourceId: id, before, after });
    return after;
  });
}

/** Fails with `not_found` and `precondition_failed`. */
export async function deleteFact(
  mutate: Mutate,
  { actor, headers }: By,
  id: string,
): Promise<void> {
  const { organizationId } = actor;
  await mutate(actor, async (change) => {
    const before = await lockFact(change, organizationId, id);
    requireVersion(headers, before);
    await change.rows`
      delete from facts where organization_id = ${organizationId} and id = ${id}`;
    change.audit({ action: "fact.deleted", resourceId: id, before });
  });
}

async function lockFact(tx: Transaction, organizationId: string, id: string): Promise<Fact> {
  await tx.rows`
    select 1 from facts where organization_id = ${organizationId} and id = ${id} for update`;
  return await getFact(tx, organizationId, id);
}

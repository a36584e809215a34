import type { Db } from "../../db/client.ts";
import { keyset, pageOf } from "../../db/keyset.ts";
import { utc } from "../../db/queries/public-state.ts";
import type { Transaction } from "../../db/transaction.ts";
import { minuteOf } from "../../funnel/availability.ts";
import type { Actor } from "../../http/plugins/auth.ts";
import { requireVersion } from "../../http/plugins/versions.ts";
import { AppError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import type { Mutate } from "../mutate.ts";
import type { Cta, CtaCreation, CtaEdit, CtasQuery } from "./model.ts";

/** One column, because a CTA's own `position` is not the cursor's. */
const CTA = `jsonb_build_object('id', a.id, 'kind', a.kind, 'name', a.name,
  'description', a.description, 'url', a.url, 'availability', a.availability, 'active', a.active, 'position', a.position,
  'createdAt', ${utc("a.created_at")}, 'updatedAt', ${utc("a.updated_at")},
  'version', a.version) as cta`;

const sorts = { position: { sql: "a.position", type: "integer" } } as const;

/** Who does it, and what the request's headers say about it. */
interface By {
  actor: Actor;
  headers: { "idempotency-key"?: string | undefined; "if-match"?: string | undefined };
}

/** One page in the bot's order. Fails with `invalid_input` for a cursor that is not ours. */
export async function listCtas(
  db: Db,
  organizationId: string,
  { limit = 50, cursor, kind, active }: CtasQuery,
) {
  const { after, order, position } = keyset(db, { sorts, sort: "position", id: "a.id", cursor });
  const filters = [
    ...(kind === undefined ? [] : [db.part`a.kind = ${kind}`]),
    ...(active === undefined ? [] : [db.part`a.active = ${active}`]),
  ];
  const rows = await db.rows<{ cta: Cta; position: string }>`
    select ${db.fragment(CTA)}, ${position} as position from ctas a
    where a.organization_id = ${organizationId}
      and ${filters.reduce((all, one) => db.part`${all} and ${one}`, after)}
    order by ${order} limit ${limit + 1}`;
  const { data, nextCursor } = pageOf(rows, limit);
  return { data: data.map(({ cta }) => cta), nextCursor };
}

/** Fails with `not_found`. */
export async function getCta(
  db: Pick<Transaction, "first" | "fragment">,
  organizationId: string,
  id: string,
): Promise<Cta> {
  const row = await db.first<{ cta: Cta }>`
    select ${db.fragment(CTA)} from ctas a
    where a.organization_id = ${organizationId} and a.id = ${id}`;
  if (!row) throw new AppError("not_found", "There is no such CTA.", { id });
  return row.cta;
}

/** Without a position it comes last. Fails with `invalid_input`. */
export async function createCta(
  mutate: Mutate,
  { actor, headers }: By,
  body: CtaCreation,
): Promise<Cta> {
  const { organizationId } = actor;
  const { kind, name, description, url = null, availability = null, active = true } = body;
  checkCta({ kind, url, availability });
  return await mutate(
    actor,
    async (change) => {
      const id = newId();
      await change.rows`
        insert into ctas (organization_id, id, kind, name, description, url, availability, active,
          position)
        select ${organizationId}, ${id}, ${kind}, ${name.trim()}, ${description.trim()}, ${url},
          ${availability && change.json(availability)}::jsonb, ${active},
          coalesce(${body.position ?? null}::int, (select least(coalesce(max(a.position) + 1, 0), 1000000)
            from ctas a where a.organization_id = ${organizationId}))`;
      const after = await getCta(change, organizationId, id);
      change.audit({ action: "cta.created", resourceId: id, after });
      return after;
    },
    { key: headers["idempotency-key"], request: ["cta", "create", body] },
  );
}

/** Fails with `not_found`, `precondition_failed` and `invalid_input`. */
export async function editCta(
  mutate: Mutate,
  { actor, headers }: By,
  id: string,
  edit: CtaEdit,
): Promise<Cta> {
  const { organizationId } = actor;
  return await mutate(actor, async (change) => {
    const before = await lockCta(change, organizationId, id);
    requireVersion(headers, before);
    const wanted = { ...before, ...edit };
    checkCta(wanted);
    await change.rows`
      update ctas set kind = ${wanted.kind}, name = ${wanted.name.trim()},
        description = ${wanted.description.trim()}, url = ${wanted.url},
        availability = ${wanted.availability && change.json(wanted.availability)}::jsonb,
        active = ${wanted.active}, position = ${wanted.position}, updated_at = now(), version = version + 1
      where organization_id = ${organizationId} and id = ${id}`;
    const after = await getCta(change, organizationId, id);
    change.audit({ action: "cta.updated", resourceId: id, before, after });
    return after;
  });
}

/** Fails with `not_found`, `precondition_failed`, and `conflict` while bookings refer to it. */
export async function deleteCta(mutate: Mutate, { actor, headers }: By, id: string): Promise<void> {
  const { organizationId } = actor;
  await mutate(actor, async (change) => {
    // A booking made meanwhile waits for this lock, and then finds no CTA to refer to.
    const before = await lockCta(change, organizationId, id);
    requireVersion(headers, before);
    const booked = await change.first`
      select 1 from bookings where organization_id = ${organizationId} and cta_id = ${id} limit 1`;
    if (booked) {
      throw new AppError("conflict", "Bookings refer to this CTA: make it inactive instead.", {
        id,
      });
    }
    await change.rows`
      delete from booking_holds where organization_id = ${organizationId} and cta_id = ${id}`;
    await change.rows`delete from ctas where organization_id = ${organizationId} and id = ${id}`;
    change.audit({ action: "cta.deleted", resourceId: id, before });
  });
}

async function lockCta(tx: Transaction, organizationId: string, id: string): Promise<Cta> {
  await tx.rows`
    select 1 from ctas where organization_id = ${organizationId} and id = ${id} for update`;
  return await getCta(tx, organizationId, id);
}

function checkCta({ kind, url, availability }: Pick<Cta, "kind" | "url" | "availability">): void {
  if (kind === "link" && url === null) {
    throw new AppError("invalid_input", "url is missing: a link has one.");
  }
  if (url !== null && !URL.canParse(url)) {
    throw new AppError("invalid_input", "url is no address.");
  }
  if (kind === "link" && availability !== null) {
    throw new AppError("invalid_input", "availability: a link has no times.");
  }
  const backwards = availability?.weekly.find(({ from, to }) => minuteOf(from) >= minuteOf(to));
  if (backwards) {
    throw new AppError(
      "invalid_input",
      `availability.weekly: ${backwards.from} is not before ${backwards.to}.`,
    );
  }
}

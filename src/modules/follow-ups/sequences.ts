import type { Db } from "../../db/client.ts";
import { keyset, pageOf } from "../../db/keyset.ts";
import { utc } from "../../db/queries/public-state.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { FollowUpStep } from "../../funnel/follow-up.ts";
import type { Actor } from "../../http/plugins/auth.ts";
import { requireVersion } from "../../http/plugins/versions.ts";
import { AppError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import type { Change, Mutate } from "../mutate.ts";
import type { FollowUpSequence, SequenceCreation, SequenceEdit, SequencesQuery } from "./model.ts";

const SEQUENCE = `s.id, s.name, s.steps, s.ghost_after_minutes, s.active,
  ${utc("s.created_at")} as created_at, ${utc("s.updated_at")} as updated_at, s.version`;

const sorts = { createdAt: { sql: "s.created_at", type: "timestamptz" } } as const;

/** Who does it, and what the request's headers say about it. */
interface By {
  actor: Actor;
  headers: { "idempotency-key"?: string | undefined; "if-match"?: string | undefined };
}

/** One page, oldest first. Fails with `invalid_input` for a cursor that is not ours. */
export async function listSequences(
  db: Db,
  organizationId: string,
  { limit = 50, cursor, active }: SequencesQuery,
) {
  const { after, order, position } = keyset(db, { sorts, sort: "createdAt", id: "s.id", cursor });
  const rows = await db.rows<FollowUpSequence & { position: string }>`
    select ${db.fragment(SEQUENCE)}, ${position} as position from follow_up_sequences s
    where s.organization_id = ${organizationId} and ${after}
      and ${active === undefined ? db.fragment("true") : db.part`s.active = ${active}`}
    order by ${order} limit ${limit + 1}`;
  return pageOf(rows, limit);
}

/** Fails with `not_found`. */
export async function getSequence(
  db: Pick<Transaction, "first" | "fragment">,
  organizationId: string,
  id: string,
): Promise<FollowUpSequence> {
  const row = await db.first<FollowUpSequence>`
    select ${db.fragment(SEQUENCE)} from follow_up_sequences s
    where s.organization_id = ${organizationId} and s.id = ${id}`;
  if (!row) throw new AppError("not_found", "There is no such sequence.", { id });
  return row;
}

/** The organization's first becomes its active one. Fails with `invalid_input`. */
export async function createSequence(
  mutate: Mutate,
  { actor, headers }: By,
  body: SequenceCreation,
): Promise<FollowUpSequence> {
  const { organizationId } = actor;
  const { name, ghostAfterMinutes } = body;
  const steps = stepsOf(body.steps, ghostAfterMinutes);
  return await mutate(
    actor,
    async (change) => {
      await lockSequences(change, organizationId);
      const current = await activeId(change, organizationId);
      const active = body.active ?? current === undefined;
      if (active && current !== undefined) await relieve(change, organizationId, current);
      const id = newId();
      await change.rows`
        insert into follow_up_sequences (organization_id, id, name, steps, ghost_after_minutes,
          active)
        values (${organizationId}, ${id}, ${name.trim()}, ${change.json(steps)},
          ${ghostAfterMinutes}, ${active})`;
      const after = await getSequence(change, organizationId, id);
      change.audit({ action: "follow_up_sequence.created", resourceId: id, after });
      return after;
    },
    { key: headers["idempotency-key"], request: ["follow-up-sequence", "create", body] },
  );
}

/** Fails with `not_found`, `precondition_failed`, `invalid_input` and `conflict`. */
export async function editSequence(
  mutate: Mutate,
  { actor, headers }: By,
  id: string,
  edit: SequenceEdit,
): Promise<FollowUpSequence> {
  const { organizationId } = actor;
  return await mutate(actor, async (change) => {
    await lockSequences(change, organizationId);
    const before = await getSequence(change, organizationId, id);
    requireVersion(headers, before);
    const wanted = { ...before, ...edit };
    const steps = stepsOf(wanted.steps, wanted.ghostAfterMinutes);
    if (before.active && !wanted.active) {
      throw new AppError("conflict", "One sequence stays active: make another one so.", { id });
    }
    const current = await activeId(change, organizationId);
    if (wanted.active && current !== undefined && current !== id) {
      await relieve(change, organizationId, current);
    }
    await change.rows`
      update follow_up_sequences set name = ${wanted.name.trim()}, steps = ${change.json(steps)},
        ghost_after_minutes = ${wanted.ghostAfterMinutes}, active = ${wanted.active},
        updated_at = now(), version = version + 1
      where organization_id = ${organizationId} and id = ${id}`;
    const after = await getSequence(change, organizationId, id);
    change.audit({ action: "follow_up_sequence.updated", resourceId: id, before, after });
    return after;
  });
}

/** Fails with `not_found`, `precondition_failed`, and `conflict` for the active one. */
export async function deleteSequence(
  mutate: Mutate,
  { actor, headers }: By,
  id: string,
): Promise<void> {
  const { organizationId } = actor;
  await mutate(actor, async (change) => {
    await lockSequences(change, organizationId);
    const before = await getSequence(change, organizationId, id);
    requireVersion(headers, before);
    if (before.active) {
      throw new AppError("conflict", "It is the active one: make another one active first.", {
        id,
      });
    }
    await change.rows`
      delete from follow_up_sequences where organization_id = ${organizationId} and id = ${id}`;
    change.audit({ action: "follow_up_sequence.deleted", resourceId: id, before });
  });
}

/** One change of an organization's sequences at a time: two could both become the active one. */
async function lockSequences(change: Change, organizationId: string): Promise<void> {
  await change.rows`select 1 from organizations where id = ${organizationId} for no key update`;
}

async function activeId(change: Change, organizationId: string): Promise<string | undefined> {
  const row = await change.first<{ id: string }>`
    select id from follow_up_sequences where organization_id = ${organizationId} and active`;
  return row?.id;
}

async function relieve(change: Change, organizationId: string, id: string): Promise<void> {
  const before = await getSequence(change, organizationId, id);
  await change.rows`
    update follow_up_sequences set active = false, updated_at = now(), version = version + 1
    where organization_id = ${organizationId} and id = ${id}`;
  const after = await getSequence(change, organizationId, id);
  change.audit({ action: "follow_up_sequence.updated", resourceId: id, before, after });
}

/** As they are stored. Fails with `invalid_input` unless they ascend and end before the last wait. */
function stepsOf(steps: SequenceCreation["steps"], ghostAfterMinutes: number): FollowUpStep[] {
  const minutes = steps.map(({ afterMinutes }) => afterMinutes);
  if (minutes.some((one, at) => one <= (minutes[at - 1] ?? 0))) {
    throw new AppError("invalid_input", "steps: afterMinutes do not ascend.");
  }
  if (ghostAfterMinutes <= (minutes.at(-1) ?? 0)) {
    throw new AppError("invalid_input", "ghostAfterMinutes lies before the last step.");
  }
  return steps.map(({ afterMinutes, hint }) => ({ afterMinutes, hint: hint?.trim() ?? null }));
}

import type { Db } from "../../db/client.ts";
import { keyset, pageOf } from "../../db/keyset.ts";
import {
  conversationNews,
  conversationState,
  outboxEvents,
  outboxInsert,
  utc,
} from "../../db/queries/public-state.ts";
import { endOf, type FollowUpSequence, noSequence } from "../../funnel/follow-up.ts";
import type { Actor } from "../../http/plugins/auth.ts";
import { requireVersion } from "../../http/plugins/versions.ts";
import { AppError } from "../../lib/errors.ts";
import type { LiveEvent } from "../../lib/events.ts";
import type { Change, Mutate } from "../mutate.ts";
import type { FollowUp, FollowUpsQuery } from "./model.ts";

const ROW = `c.id, jsonb_build_object('id', l.id, 'name', l.name) as lead,
  c.follow_up_step as step, ${utc("c.follow_up_at")} as due_at, c.version,
  (select s.steps from follow_up_sequences s
    where s.organization_id = c.organization_id and s.active) as steps`;

const sorts = { dueAt: { sql: "c.follow_up_at", type: "timestamptz" } } as const;

interface Found extends Omit<FollowUp, "kind"> {
  steps: FollowUpSequence["steps"] | null;
  position: string;
}

/** One page of what is planned, soonest first. Fails with `invalid_input` for a foreign cursor. */
export async function listFollowUps(
  db: Db,
  organizationId: string,
  { limit = 50, cursor }: FollowUpsQuery,
) {
  const { after, order, position } = keyset(db, { sorts, sort: "dueAt", id: "c.id", cursor });
  const found = await db.rows<Found>`
    select ${db.fragment(ROW)}, ${position} as position
    from conversations c
    join leads l on l.organization_id = c.organization_id and l.id = c.lead_id
    where c.organization_id = ${organizationId} and c.follow_up_at is not null and ${after}
    order by ${order} limit ${limit + 1}`;
  const { data, nextCursor } = pageOf(found, limit);
  return { data: data.map(withKind), nextCursor };
}

function withKind({ steps, ...row }: Omit<Found, "position">): FollowUp {
  const isEnd = row.step >= endOf({ steps: steps ?? noSequence.steps });
  return { ...row, kind: isEnd ? "ghost" : "nudge" };
}

interface Planned {
  version: number;
  state: object;
  /** A worker is writing the nudge: its commit would send it and plan the next. */
  isBeingWritten: boolean;
}

/**
 * Takes back what is planned for a conversation; the bot goes on answering. Fails with `not_found`,
 * also when nothing is planned, `precondition_failed`, and `conflict` when it is under way.
 */
export async function cancelFollowUp(
  mutate: Mutate,
  { actor, headers }: { actor: Actor; headers: { "if-match"?: string | undefined } },
  conversationId: string,
): Promise<void> {
  const { organizationId } = actor;
  await mutate(actor, async (change) => {
    const before = await lockPlanned(change, organizationId, conversationId);
    requireVersion(headers, before);
    if (before.isBeingWritten) {
      throw new AppError("conflict", "It is being written: take the conversation over instead.", {
        conversationId,
      });
    }
    const sql = change.fragment;
    const row = await change.first<{ state: object; events: LiveEvent[] }>`
      with cancelled as (
        update conversations c set follow_up_at = null, follow_up_step = 0,
          version = c.version + 1
        where c.organization_id = ${organizationId} and c.id = ${conversationId}
        returning c.*
      ), news as (
        ${sql(outboxInsert(conversationNews("follow_up.cancelled", "cancelled")))}
      )
      select ${sql(conversationState("cancelled"))} as state, ${sql(outboxEvents("news"))} as events
      from cancelled`;
    change.stored(row?.events ?? []);
    change.audit({
      action: "follow_up.cancelled",
      resourceId: conversationId,
      before: before.state,
      after: row?.state,
    });
  });
}

async function lockPlanned(
  change: Change,
  organizationId: string,
  conversationId: string,
): Promise<Planned> {
  const sql = change.fragment;
  await change.rows`
    select 1 from conversations
    where organization_id = ${organizationId} and id = ${conversationId} for update`;
  const planned = await change.first<Planned>`
    select c.version, ${sql(conversationState("c"))} as state,
      c.lease_owner is not null and exists (select 1 from turns t
        where t.organization_id = c.organization_id and t.conversation_id = c.id
          and t.epoch = c.lease_epoch and t.cause = 'follow_up') as is_being_written
    from conversations c
    where c.organization_id = ${organizationId} and c.id = ${conversationId}
      and c.follow_up_at is not null`;
  if (planned) return planned;
  throw new AppError("not_found", "Nothing is planned for such a conversation.", {
    conversationId,
  });
}

import type { LiveEvent } from "../../lib/events.ts";
import type { Db } from "../client.ts";
import { leadNews, outboxEvents, outboxInsert } from "./public-state.ts";

/** Leads freed by one commit: one person may have owned tens of thousands. */
const FREED_AT_ONCE = 500;

/**
 * Takes leads from owners who were removed: of one member, or (null) of whoever left some. What is over
 * the limit, or being changed right now, is left to the sweep.
 */
export async function freeLeads(
  db: Pick<Db, "first" | "fragment" | "part">,
  member: { organizationId: string; userId: string } | null,
): Promise<LiveEvent[]> {
  const sql = db.fragment;
  const whose = member
    ? db.part`m.organization_id = ${member.organizationId} and m.user_id = ${member.userId}`
    : sql("true");
  const row = await db.first<{ events: LiveEvent[] }>`
    with left_over as (
      select l.organization_id, l.id from memberships m
      join leads l on l.organization_id = m.organization_id and l.owner_id = m.user_id
      where ${whose} and m.removed_at is not null
        and l.erased_at is null and l.merged_into is null
      limit ${FREED_AT_ONCE} for update of l skip locked
    ), freed as (
      update leads l set owner_id = null, version = l.version + 1 from left_over o
      where l.organization_id = o.organization_id and l.id = o.id
      returning l.*
    ), news as (
      ${sql(outboxInsert(leadNews("lead.updated", "freed")))}
    )
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}

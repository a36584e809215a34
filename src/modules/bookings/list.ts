import type { Db } from "../../db/client.ts";
import { keyset, pageOf } from "../../db/keyset.ts";
import { instantOf } from "../../http/plugins/instants.ts";
import type { Booking, BookingsQuery } from "./model.ts";
import { BOOKING, FROM_BOOKINGS } from "./service.ts";

const sorts = {
  createdAt: { sql: "b.created_at", type: "timestamptz" },
  scheduledAt: { sql: "b.scheduled_at", type: "timestamptz" },
} as const;

/** One page of the action centre. Fails with `invalid_input` for a foreign cursor or no instant. */
export async function listBookings(db: Db, organizationId: string, query: BookingsQuery) {
  const { limit = 50, cursor, sort = "-createdAt" } = query;
  const { after, order, position } = keyset(db, { sorts, sort, id: "b.id", cursor });
  const where = conditions(db, query).reduce((all, one) => db.part`${all} and ${one}`, after);
  const rows = await db.rows<{ booking: Booking; position: string }>`
    select ${db.fragment(BOOKING)}, ${position} as position ${db.fragment(FROM_BOOKINGS)}
    where b.organization_id = ${organizationId} and ${where}
    order by ${order} limit ${limit + 1}`;
  const { data, nextCursor } = pageOf(rows, limit);
  return { data: data.map(({ booking }) => booking), nextCursor };
}

function conditions(db: Db, query: BookingsQuery) {
  const { sort, status, ctaId, conversationId, leadId, from, to } = query;
  const bySchedule = sort?.endsWith("scheduledAt") === true;
  const at = db.fragment(bySchedule ? sorts.scheduledAt.sql : sorts.createdAt.sql);
  return [
    ...(bySchedule ? [db.fragment("b.scheduled_at is not null")] : []),
    ...(status === undefined ? [] : [db.part`b.status = ${status}`]),
    ...(ctaId === undefined ? [] : [db.part`b.cta_id = ${ctaId}`]),
    ...(conversationId === undefined ? [] : [db.part`b.conversation_id = ${conversationId}`]),
    ...(leadId === undefined ? [] : [db.part`c.lead_id = ${leadId}`]),
    ...(from === undefined ? [] : [db.part`${at} >= ${instantOf(from)}`]),
    ...(to === undefined ? [] : [db.part`${at} < ${instantOf(to)}`]),
  ];
}

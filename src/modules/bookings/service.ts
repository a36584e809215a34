import { bookingState } from "../../db/queries/public-state.ts";
import type { Transaction } from "../../db/transaction.ts";
import { isClosed, mayBecome } from "../../funnel/booking.ts";
import type { Actor } from "../../http/plugins/auth.ts";
import { instantOf } from "../../http/plugins/instants.ts";
import { requireVersion } from "../../http/plugins/versions.ts";
import { AppError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import type { Change, Mutate } from "../mutate.ts";
import type { Booking, BookingCreation, BookingEdit } from "./model.ts";

/** What live events carry, with names for people. */
export const BOOKING = `${bookingState("b")} || jsonb_build_object(
  'lead', jsonb_build_object('id', l.id, 'name', l.name),
  'cta', jsonb_build_object('id', a.id, 'name', a.name, 'kind', a.kind)) as booking`;

export const FROM_BOOKINGS = `from bookings b
  join conversations c on c.organization_id = b.organization_id and c.id = b.conversation_id
  join leads l on l.organization_id = c.organization_id and l.id = c.lead_id
  join ctas a on a.organization_id = b.organization_id and a.id = b.cta_id`;

/** Who does it, and what the request's headers say about it. */
interface By {
  actor: Actor;
  headers: { "idempotency-key"?: string | undefined; "if-match"?: string | undefined };
}

/** Fails with `not_found`. */
export async function getBooking(
  db: Pick<Transaction, "first" | "fragment">,
  organizationId: string,
  id: string,
): Promise<Booking> {
  const row = await db.first<{ booking: Booking }>`
    select ${db.fragment(BOOKING)} ${db.fragment(FROM_BOOKINGS)}
    where b.organization_id = ${organizationId} and b.id = ${id}`;
  if (!row) throw new AppError("not_found", "There is no such booking.", { id });
  return row.booking;
}

/** Fails with `invalid_input` when the conversation or an active CTA is not there. */
export async function createBooking(
  mutate: Mutate,
  { actor, headers }: By,
  body: BookingCreation,
): Promise<Booking> {
  const { organizationId } = actor;
  const { conversationId, ctaId, requestedTime = null, note = null } = body;
  const scheduledAt = instantOrNull(body.scheduledAt);
  return await mutate(
    actor,
    async (change) => {
      await requireReferences(change, organizationId, body);
      const id = newId();
      await change.rows`
        insert into bookings (organization_id, id, conversation_id, cta_id, requested_time,
          scheduled_at, note, status)
        values (${organizationId}, ${id}, ${conversationId}, ${ctaId}, ${requestedTime},
          ${scheduledAt}, ${note}, 'initiated')`;
      const after = await told(change, organizationId, id);
      change.audit({ action: "booking.created", resourceId: id, after });
      return after;
    },
    { key: headers["idempotency-key"], request: ["booking", "create", body] },
  );
}

/** Fails with `not_found`, `precondition_failed`, and `conflict` for a move that is none. */
export async function editBooking(
  mutate: Mutate,
  { actor, headers }: By,
  id: string,
  edit: BookingEdit,
): Promise<Booking> {
  const { organizationId } = actor;
  return await mutate(actor, async (change) => {
    await change.rows`
      select 1 from bookings where organization_id = ${organizationId} and id = ${id} for update`;
    const before = await getBooking(change, organizationId, id);
    requireVersion(headers, before);
    requireMove(before, edit);
    const wanted = { ...before, ...edit };
    await change.rows`
      update bookings set status = ${wanted.status}, note = ${wanted.note},
        scheduled_at = ${instantOrNull(wanted.scheduledAt)}, version = version + 1
      where organization_id = ${organizationId} and id = ${id}`;
    const after = await told(change, organizationId, id);
    change.audit({ action: "booking.updated", resourceId: id, before, after });
    return after;
  });
}

/** The booking as it is now, as a live event and for the answer. */
async function told(change: Change, organizationId: string, id: string): Promise<Booking> {
  const row = await change.first<{ state: { version: number } }>`
    select ${change.fragment(bookingState("b"))} as state from bookings b
    where b.organization_id = ${organizationId} and b.id = ${id}`;
  if (row) {
    const { version } = row.state;
    change.event({ kind: "cta.initiated", entityId: id, version, data: row.state });
  }
  return await getBooking(change, organizationId, id);
}

/** The CTA is locked, so that nobody deletes it before the booking is there. */
async function requireReferences(
  change: Change,
  organizationId: string,
  { conversationId, ctaId }: BookingCreation,
): Promise<void> {
  const conversation = await change.first`
    select 1 from conversations
    where organization_id = ${organizationId} and id = ${conversationId}`;
  if (!conversation) {
    throw new AppError("invalid_input", "conversationId: there is no such conversation.");
  }
  const cta = await change.first`
    select 1 from ctas where organization_id = ${organizationId} and id = ${ctaId} and active
    for key share`;
  if (!cta) throw new AppError("invalid_input", "ctaId: there is no such active CTA.");
}

function requireMove({ id, status }: Booking, edit: BookingEdit): void {
  if (edit.status !== undefined && !mayBecome(status, edit.status)) {
    throw new AppError("conflict", `A booking that is ${status} cannot become ${edit.status}.`, {
      id,
    });
  }
  if (edit.scheduledAt !== undefined && isClosed(status)) {
    throw new AppError("conflict", `The booking is ${status}: its time stays.`, { id });
  }
}

function instantOrNull(text: string | null | undefined): Date | null {
  return text === null || text === undefined ? null : instantOf(text);
}

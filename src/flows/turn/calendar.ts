import type { Db } from "../../db/client.ts";
import { findFreeTimes } from "../../db/queries/free-times.ts";
import { takenTimes } from "../../db/queries/taken-times.ts";
import { type Availability, isOpenAt, overlaps } from "../../funnel/availability.ts";
import type { BookingOutcome } from "../../funnel/turn.ts";

/** Longer than any turn: a commit that comes later finds nothing held, and books nothing. */
const HOLD_SECONDS = 120;
const DAY_MS = 86_400_000;

interface CalendarQuestion {
  organizationId: string;
  ctaId: string;
  /** Whose own times count as free, because it may move its appointment. */
  conversationId: string;
  /** Business time. */
  now: Date;
}

/** Whoever keeps the times of a CTA. `weeklyCalendar` is built in; another one may stand in its place. */
export interface Calendar {
  /** The next free times from `from` on, earliest first; null if the CTA has no calendar. */
  freeTimes(question: CalendarQuestion & { from: Date; limit: number }): Promise<Date[] | null>;
  /**
   * Keeps a time for the conversation until the turn is committed, or for two minutes. It replaces the
   * conversation's earlier hold. Of two that want the same time one gets it.
   */
  hold(
    question: CalendarQuestion & { turnId: string; at: Date },
  ): Promise<Extract<BookingOutcome, "booked" | "taken" | "closed_then" | "not_bookable">>;
}

interface Hours {
  availability: Availability | null;
  timeZone: string;
}

/** The hours written on the CTA itself, minus what is booked or held. */
export function weeklyCalendar(db: Db): Calendar {
  return {
    async freeTimes({ from, limit, now, ...subject }) {
      const found = await findFreeTimes(db, exceptOwn(subject), { from, now, limit });
      return found?.times ?? null;
    },
    hold: (question) => hold(db, question),
  };
}

/** A transaction, because what is taken can be read only once the CTA is locked. */
async function hold(
  db: Db,
  { at, now, turnId, ...subject }: Parameters<Calendar["hold"]>[0],
): ReturnType<Calendar["hold"]> {
  const { organizationId, ctaId, conversationId } = subject;
  return await db.transaction(async (tx) => {
    const hours = await tx.first<Hours>`
      select t.availability, o.time_zone from ctas t join organizations o on o.id = t.organization_id
      where t.organization_id = ${organizationId} and t.id = ${ctaId} for update of t`;
    if (!hours?.availability) return "not_bookable";
    const { availability, timeZone } = hours;
    if (!isOpenAt({ availability, timeZone }, at, now)) return "closed_then";
    const near = { from: dayBefore(at), until: new Date(at.getTime() + DAY_MS) };
    const taken = await takenTimes(tx, exceptOwn(subject), near);
    if (taken.some((other) => overlaps(availability, at, other))) return "taken";
    await tx.rows`
      insert into booking_holds (organization_id, conversation_id, cta_id, turn_id, starts_at,
        held_until)
      values (${organizationId}, ${conversationId}, ${ctaId}, ${turnId}, ${at},
        now() + ${HOLD_SECONDS} * interval '1 second')
      on conflict (organization_id, conversation_id) do update set cta_id = excluded.cta_id,
        turn_id = excluded.turn_id, starts_at = excluded.starts_at,
        held_until = excluded.held_until`;
    return "booked";
  });
}

/** An appointment that began before may still be running. */
function dayBefore(at: Date): Date {
  return new Date(at.getTime() - DAY_MS);
}

function exceptOwn({ organizationId, ctaId, conversationId }: Omit<CalendarQuestion, "now">) {
  return { organizationId, ctaId, exceptConversationId: conversationId };
}

/** The same calendar for somebody who only looks: it says what a hold would have answered, and holds nothing. */
export function onlyLooking(calendar: Calendar): Calendar {
  return {
    ...calendar,
    async hold({ at, turnId: _, ...question }) {
      const times = await calendar.freeTimes({ ...question, from: at, limit: 1 });
      if (times === null) return "not_bookable";
      return times[0]?.getTime() === at.getTime() ? "booked" : "taken";
    },
  };
}

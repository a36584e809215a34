import { t } from "elysia";
import { bookingStatuses } from "../../funnel/booking.ts";
import { Id, Instant, pageOfRows, paging, Version } from "../../http/plugins/fields.ts";
import { instantInput } from "../../http/plugins/instants.ts";

const Status = t.UnionEnum(bookingStatuses, { examples: ["confirmed"] });

const ScheduledAt = t.Nullable(instantInput("The time that was settled; null: none yet."));

const Note = t.Nullable(
  t.String({
    minLength: 1,
    maxLength: 2_000,
    pattern: "\\S",
    description: "Of the team, for the team: the bot does not read it.",
    examples: ["Gate code 4521."],
  }),
);

/** A booking as REST and live events both carry it. */
const state = {
  id: Id,
  conversationId: Id,
  ctaId: Id,
  requestedTime: t.Nullable(t.String({ description: "In the lead's own words." })),
  scheduledAt: t.Nullable(Instant),
  note: t.Nullable(t.String()),
  status: Status,
  createdAt: Instant,
  version: Version,
};

export const Booking = t.Object(
  {
    ...state,
    lead: t.Object({ id: Id, name: t.Nullable(t.String()) }),
    cta: t.Object({
      id: Id,
      name: t.String(),
      kind: t.UnionEnum(["call", "demo", "visit", "link"]),
    }),
  },
  { title: "Booking", description: "A next step that a lead agreed to." },
);
export type Booking = typeof Booking.static;

export const BookingPage = pageOfRows(Booking);

const bookingSorts = ["-createdAt", "createdAt", "-scheduledAt", "scheduledAt"] as const;

export const BookingsQuery = t.Object({
  ...paging(50),
  sort: t.Optional(
    t.UnionEnum(bookingSorts, {
      default: "-createdAt",
      description: "By `scheduledAt` only bookings are shown that have one.",
    }),
  ),
  status: t.Optional(t.UnionEnum(bookingStatuses)),
  ctaId: t.Optional(Id),
  conversationId: t.Optional(Id),
  leadId: t.Optional(Id),
  from: t.Optional(instantInput("Not before this instant, in the time it is sorted by.")),
  to: t.Optional(instantInput("Before this instant, in the time it is sorted by.")),
});
export type BookingsQuery = typeof BookingsQuery.static;

export const BookingCreation = t.Object({
  conversationId: Id,
  ctaId: t.String({ format: "uuid", description: "Of an active CTA." }),
  requestedTime: t.Optional(
    t.Nullable(
      t.String({
        minLength: 1,
        maxLength: 200,
        pattern: "\\S",
        description: "As the lead said it.",
        examples: ["Saturday morning"],
      }),
    ),
  ),
  scheduledAt: t.Optional(ScheduledAt),
  note: t.Optional(Note),
});
export type BookingCreation = typeof BookingCreation.static;

export const BookingEdit = t.Partial(
  t.Object({ status: Status, scheduledAt: ScheduledAt, note: Note }),
  { title: "BookingEdit", minProperties: 1 },
);
export type BookingEdit = typeof BookingEdit.static;

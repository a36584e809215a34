import { endpoint } from "../../http/plugins/endpoint.ts";
import { Booking, BookingPage } from "./model.ts";

const tag = "Bookings";

export const list = endpoint({
  access: "bookings:read",
  tag,
  summary: "List the bookings",
  description:
    "What the bot initiated and people wrote down, newest first. Filters join: all of them have to hold.",
  answer: [200, BookingPage, "One page."],
});

export const create = endpoint({
  access: "bookings:write",
  tag,
  summary: "Write down a booking",
  description:
    "For what was agreed with a lead in person. It starts as `initiated`; nothing is sent to the lead. Live clients get `cta.initiated`.",
  answer: [201, Booking, "The booking."],
});

export const one = endpoint({
  access: "bookings:read",
  tag,
  summary: "Read a booking",
  description: "Lead and CTA as they are now.",
  answer: [200, Booking, "The booking."],
  problems: ["not_found"],
});

export const edit = endpoint({
  access: "bookings:write",
  tag,
  summary: "Change a booking",
  description:
    "`initiated` becomes `confirmed`, `cancelled` or `done`; `confirmed` becomes `done` or `cancelled`; these two are closed, and of a closed one only the note changes (`conflict`). Nothing is sent to the lead. Live clients get `cta.initiated` with the newer version.",
  answer: [200, Booking, "As it is after the change."],
  problems: ["not_found", "conflict"],
});

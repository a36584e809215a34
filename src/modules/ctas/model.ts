import { t } from "elysia";
import { Id, Instant, pageOfRows, paging, Version } from "../../http/plugins/fields.ts";
import { instantInput } from "../../http/plugins/instants.ts";

const kinds = ["call", "demo", "visit", "link"] as const;

const Url = t.Nullable(
  t.String({
    maxLength: 2_000,
    pattern: "^https?://\\S+$",
    description: "Where the lead goes for it. A `link` has one.",
    examples: ["https://example.com/book"],
  }),
);

const written = {
  kind: t.UnionEnum(kinds, { examples: ["visit"] }),
  name: t.String({ minLength: 1, maxLength: 100, pattern: "\\S", examples: ["Free site visit"] }),
  description: t.String({
    maxLength: 1_000,
    description: "For whom it is, and what the bot has to ask for.",
    examples: ["A technician looks at the roof. Ask for the address and a day."],
  }),
};

const TimeOfDay = t.String({
  pattern: "^([01]\\d|2[0-3]):[0-5]\\d$|^24:00$",
  description: "`HH:MM` in the organization's time zone; `24:00` is the end of the day.",
  examples: ["09:00"],
});

const OpenHours = t.Object({
  weekday: t.Integer({
    minimum: 1,
    maximum: 7,
    description: "1 = Monday … 7 = Sunday.",
    examples: [1],
  }),
  from: TimeOfDay,
  to: t.String({ ...TimeOfDay, examples: ["17:00"] }),
});

const Availability = t.Object(
  {
    slotMinutes: t.Integer({
      minimum: 5,
      maximum: 480,
      description: "How long one appointment takes. It ends at `to` at the latest.",
      examples: [60],
    }),
    noticeMinutes: t.Integer({
      minimum: 0,
      maximum: 43_200,
      description: "How far ahead it has to be asked for, at least.",
      examples: [120],
    }),
    daysAhead: t.Integer({
      minimum: 1,
      maximum: 90,
      description: "How far ahead it may be asked for, at most.",
      examples: [14],
    }),
    weekly: t.Array(OpenHours, {
      minItems: 1,
      maxItems: 50,
      examples: [[{ weekday: 1, from: "09:00", to: "17:00" }]],
    }),
  },
  { title: "Availability", description: "When it can be had: the same hours each week." },
);

const available = {
  availability: t.Nullable(Availability, {
    description:
      "With it the bot names free times and books them by itself, one appointment at a time; null: it passes the lead's wish on, and people settle the time.",
  }),
};

const placed = {
  active: t.Boolean({ description: "False: kept, but the bot does not offer it." }),
  position: t.Integer({
    minimum: 0,
    maximum: 1_000_000,
    description: "Smaller ones come first, and of equal ones the older.",
    examples: [0],
  }),
};

export const Cta = t.Object(
  {
    id: Id,
    ...written,
    url: Url,
    ...available,
    ...placed,
    createdAt: Instant,
    updatedAt: Instant,
    version: Version,
  },
  { title: "Cta", description: "A next step that the business offers." },
);
export type Cta = typeof Cta.static;

export const CtaPage = pageOfRows(Cta);

export const CtasQuery = t.Object({
  ...paging(50),
  kind: t.Optional(t.UnionEnum(kinds)),
  active: t.Optional(t.Boolean()),
});
export type CtasQuery = typeof CtasQuery.static;

export const CtaCreation = t.Object({
  ...written,
  url: t.Optional(Url),
  availability: t.Optional(available.availability),
  active: t.Optional(placed.active),
  position: t.Optional(placed.position),
});
export type CtaCreation = typeof CtaCreation.static;

export const CtaEdit = t.Partial(t.Object({ ...written, url: Url, ...available, ...placed }), {
  title: "CtaEdit",
  minProperties: 1,
});
export type CtaEdit = typeof CtaEdit.static;

export const FreeTimesQuery = t.Object({
  from: t.Optional(instantInput("Not before this instant; else from now on.")),
  limit: t.Optional(t.Integer({ minimum: 1, maximum: 100, default: 20 })),
});
export type FreeTimesQuery = typeof FreeTimesQuery.static;

export const FreeTimes = t.Object(
  {
    timeZone: t.String({ description: "Of the organization.", examples: ["America/Denver"] }),
    data: t.Array(Instant, { description: "When an appointment could begin, earliest first." }),
  },
  { title: "FreeTimes" },
);

import { t } from "elysia";
import { Id, Instant, OrganizationName, Version } from "../../http/plugins/fields.ts";

const TimeOfDay = t.String({
  pattern: "^([01][0-9]|2[0-3]):[0-5][0-9]$",
  description: "Local time, 24 hours.",
  examples: ["21:00"],
});

const Allowance = t.Nullable(
  t.String({
    pattern: "^[0-9]{1,5}(\\.[0-9]{1,12})?$",
    description: "USD, exact decimal; null: no limit.",
    examples: ["25.00"],
  }),
);

/** What an organization may change about itself. */
const profile = {
  name: OrganizationName,
  website: t.Nullable(
    t.String({ maxLength: 500, pattern: "^https?://\\S+$", examples: ["https://example.com"] }),
  ),
  contactEmail: t.Nullable(
    t.String({
      format: "email",
      maxLength: 254,
      description: "For people who ask the team. The bot does not know it.",
    }),
  ),
  description: t.String({
    maxLength: 10_000,
    description: "What the business is and does. The bot reads it before each answer.",
    examples: ["Designs and installs rooftop solar."],
  }),
  policy: t.String({
    maxLength: 20_000,
    description:
      "How the business wants to sell: tone, order of questions, what goes to a person. Safety and facts stand above it.",
    examples: ["Answer first, then ask one question."],
  }),
  language: t.String({
    minLength: 2,
    maxLength: 35,
    description: "BCP 47. The bot answers in the lead's language and falls back to this one.",
    examples: ["en", "pt-BR"],
  }),
  timeZone: t.String({
    minLength: 1,
    maxLength: 64,
    description: "IANA name, spelled as in the time zone database.",
    examples: ["America/Denver"],
  }),
  quietHours: t.Nullable(
    t.Object(
      { from: TimeOfDay, to: TimeOfDay },
      {
        description:
          "No follow-up goes out from `from` until `to` in the organization's time zone; may pass midnight. One that would waits for the end. Answers to leads are not held back.",
        examples: [{ from: "21:00", to: "08:00" }],
      },
    ),
  ),
  debounce: t.Object(
    {
      quietMs: t.Integer({
        minimum: 0,
        maximum: 30_000,
        description: "Silence after the lead's last text before the bot thinks.",
        examples: [2_000],
      }),
      quietCapMs: t.Integer({
        minimum: 0,
        maximum: 120_000,
        description: "Longest wait from the first unseen text; not below `quietMs`.",
        examples: [10_000],
      }),
    },
    { description: "So that texts sent in a row get one answer." },
  ),
  holdingLine: t.Nullable(
    t.String({
      minLength: 1,
      maxLength: 1_024,
      pattern: "\\S",
      description:
        "Said when the bot may not answer; null: a built-in line where a draft was stopped, else nothing.",
      examples: ["A colleague will answer you here."],
    }),
  ),
  describeImages: t.Boolean({
    description:
      "Pictures that leads send go to the model, which puts them into words for the bot; off: a person is called to look at those without a caption.",
  }),
  budgets: t.Nullable(
    t.Object(
      { dailyUsd: Allowance, monthlyUsd: Allowance },
      {
        description:
          "For the models' cost on a local day and in a month. Calls that no longer fit are not made: the bot says the holding line and calls a person.",
      },
    ),
  ),
};

export const Organization = t.Object(
  { id: Id, ...profile, createdAt: Instant, version: Version },
  { title: "Organization" },
);
export type Organization = typeof Organization.static;

export const OrganizationEdit = t.Partial(t.Object(profile), {
  title: "OrganizationEdit",
  minProperties: 1,
});
export type OrganizationEdit = typeof OrganizationEdit.static;

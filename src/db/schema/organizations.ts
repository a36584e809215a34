import { sql } from "drizzle-orm";
import {
  boolean,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, instant, organizationId, rowVersion } from "./columns.ts";

/** Why nothing of a number may go out. */
export const stopReasons = ["access", "registration", "account", "payment"] as const;
export type StopReason = (typeof stopReasons)[number];

export const alertSeverities = ["info", "warning", "critical"] as const;
export type AlertSeverity = (typeof alertSeverities)[number];

export const memberRoles = ["owner", "admin", "agent", "viewer"] as const;

export const organizations = pgTable("organizations", {
  id: uuid().primaryKey(),
  name: text().notNull(),
  website: text(),
  /** For people who ask the team, not for the bot. */
  contactEmail: text(),
  description: text().notNull().default(""),
  /** How this business wants to sell: the organization's flow, below safety and facts. */
  policy: text().notNull().default(""),
  language: text().notNull().default("en"),
  timeZone: text().notNull().default("UTC"),
  /** Debounce: silence after a lead's last text before the bot thinks, and its upper bound. */
  quietMs: integer().notNull().default(2_000),
  quietCapMs: integer().notNull().default(10_000),
  /** Whether pictures go to the model, to be put into words for the bot. */
  describeImages: boolean().notNull().default(false),
  /** Said to the lead when the bot may not answer; null = stay silent. */
  holdingLine: text(),
  /** Local minutes of the day between which no nudge is sent; may pass midnight. Both or none. */
  quietHoursFrom: smallint(),
  quietHoursTo: smallint(),
  /** USD; null = no limit. */
  dailyBudget: numeric({ precision: 18, scale: 12 }),
  monthlyBudget: numeric({ precision: 18, scale: 12 }),
  createdAt: createdAt(),
  version: rowVersion(),
});

export const users = pgTable(
  "users",
  {
    id: uuid().primaryKey(),
    /** Lower case. */
    email: text().notNull(),
    name: text().notNull(),
    passwordHash: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex("users_email_key").on(table.email)],
);

export const memberships = pgTable(
  "memberships",
  {
    organizationId: organizationId().references(() => organizations.id),
    userId: uuid()
      .notNull()
      .references(() => users.id),
    role: text({ enum: memberRoles }).notNull(),
    createdAt: createdAt(),
    /** Kept as a row, because what the person did stays theirs. */
    removedAt: instant(),
    version: rowVersion(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.userId] }),
    index("memberships_user_index").on(table.userId),
  ],
);

/** One WhatsApp number of one organization. Secrets are sealed by `lib/secret-box`. */
export const integrations = pgTable(
  "integrations",
  {
    organizationId: organizationId().references(() => organizations.id),
    id: uuid().notNull(),
    phoneNumberId: text().notNull(),
    wabaId: text().notNull(),
    /** Business portfolio: the scope in which a lead's BSUID is unique. */
    portfolioId: text().notNull(),
    displayPhoneNumber: text().notNull(),
    /** The name that leads see, as Meta has approved it. */
    verifiedName: text(),
    /** Empty while disconnected: nothing needs it then. */
    accessTokenBox: text().notNull(),
    /** Path key and secrets of the organization's own Meta app; null = the platform's app. */
    webhookKey: text(),
    appSecretBox: text(),
    /** The secret before the last rotation: verifies until then, so that no webhook is lost. */
    oldAppSecretBox: text(),
    oldAppSecretUntil: instant(),
    verifyTokenBox: text(),
    /** False: disconnected. Its chats stay readable; nothing comes in or goes out. */
    active: boolean().notNull().default(true),
    /**
     * The number's breaker (`funnel/number-breaker`): sends without a clear answer in a row, until when
     * nothing goes out, how many may go out at once while it recovers (null: not recovering).
     */
    unknownStreak: smallint().notNull().default(0),
    pausedUntil: instant(),
    sendCredits: smallint(),
    /** Since when the breaker has not been closed; null while it is. */
    breakerOpenedAt: instant(),
    /**
     * Nothing goes out until what is wrong is put right: Meta refuses the number itself, not a message.
     * All three are set, or none.
     */
    stoppedAt: instant(),
    stopReason: text({ enum: stopReasons }),
    /** In words for the team: what Meta said, and what to do. */
    stopText: text(),
    /** The bot is silent until then, because Meta slows the number down for spam; people may write. */
    botPausedUntil: instant(),
    /** The template that asks a lead to write again once the window is closed. */
    reopeningTemplateId: uuid(),
    /** Messages a second that Meta takes from this number: 80, 20 beside the phone app, or 1,000. */
    sendsPerSecond: integer().notNull().default(80),
    /** People the portfolio may open a chat with in 24 hours; null: Meta has not said, or no limit. */
    messagingLimit: integer(),
    /** When Meta said the limit, and what stopped or freed the account: older news changes neither. */
    messagingLimitAt: instant(),
    accountToldAt: instant(),
    /** Until then Meta takes no templates from the account, only answers. */
    templatesHeldUntil: instant(),
    /** When Meta's list of templates was last read whole, and when it is to be read again; null: now. */
    templatesSyncedAt: instant(),
    templatesDueAt: instant(),
    /** Last webhook taken in for this number: silence counts only while this is fresh. */
    lastIngressAt: instant(),
    /** What Meta last said about number and token, and when: `modules/numbers` owns the shape. */
    picture: jsonb(),
    checkedAt: instant(),
    createdAt: createdAt(),
    version: rowVersion(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    // A number that was disconnected may be connected elsewhere.
    uniqueIndex("integrations_phone_number_key").on(table.phoneNumberId).where(sql`active`),
    uniqueIndex("integrations_webhook_key").on(table.webhookKey),
  ],
);

/** What an organization's people should know of. Raised once, never changed. */
export const alerts = pgTable(
  "alerts",
  {
    organizationId: organizationId().references(() => organizations.id),
    id: uuid().notNull(),
    /** The number it is about; null: the organization's account. */
    integrationId: uuid(),
    kind: text().notNull(),
    severity: text({ enum: alertSeverities }).notNull(),
    /** What is wrong, and what to do. */
    text: text().notNull(),
    /** What makes it the same alert: a webhook that comes twice raises one. */
    digest: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    uniqueIndex("alerts_digest_key").on(table.organizationId, table.digest),
    index("alerts_created_index").on(table.organizationId, table.createdAt, table.id),
  ],
);

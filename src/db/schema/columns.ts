import { bigint, customType, timestamp, uuid } from "drizzle-orm/pg-core";

/** An instant, stored as timestamptz. */
export const instant = () => timestamp({ withTimezone: true, mode: "date" });

export const createdAt = () => instant().notNull().defaultNow();

/** First column of every tenant table's key: a row cannot point into another organization. */
export const organizationId = () => uuid().notNull();

export const bytes = customType<{ data: Uint8Array }>({ dataType: () => "bytea" });

/** Raised by one with every change of the row, so a reader can drop what is older than it has. */
export const rowVersion = () => bigint({ mode: "number" }).notNull().default(1);

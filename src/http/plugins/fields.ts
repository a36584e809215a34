import { t } from "elysia";

/** A row's id. */
export const Id = t.String({ format: "uuid" });

/** ISO 8601 in UTC, with milliseconds: `2026-11-22T22:15:00.000Z`. */
export const Instant = t.String({ format: "date-time" });

/** Rows of one page of a list; a list goes on as long as there is a cursor. */
export const pageLimit = (usual: number) =>
  t.Integer({ minimum: 1, maximum: 100, default: usual, description: "Rows of one page." });

export const NextCursor = t.Nullable(
  t.String({ description: "Give it back to go on; null at the end." }),
);

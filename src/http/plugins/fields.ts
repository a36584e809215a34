import { type TSchema, t } from "elysia";

/** A row's id. */
export const Id = t.String({ format: "uuid" });

export const IdParams = t.Object({ id: Id });

/** Upper and lower case are one: it is kept in lower case. */
export const EmailAddress = t.String({
  format: "email",
  maxLength: 254,
  examples: ["ada@example.com"],
});

/** What people call themselves. */
export const PersonName = t.String({
  minLength: 1,
  maxLength: 100,
  pattern: "\\S",
  examples: ["Ada Lovelace"],
});

/** What an organization is called. */
export const OrganizationName = t.String({
  minLength: 1,
  maxLength: 200,
  pattern: "\\S",
  examples: ["Northwind Solar"],
});

/** ISO 8601 in UTC, with milliseconds: `2026-11-22T22:15:00.000Z`. */
export const Instant = t.String({ format: "date-time" });

/** Rises with each change of the row; also its `ETag`. */
export const Version = t.Integer({ description: "Rises with each change; also the `ETag`." });

/** Rows of one page of a list; a list goes on as long as there is a cursor. */
export const pageLimit = (usual: number) =>
  t.Integer({ minimum: 1, maximum: 100, default: usual, description: "Rows of one page." });

const Cursor = t.String({ maxLength: 500, description: "`nextCursor` of the page before." });

export const NextCursor = t.Nullable(
  t.String({ description: "Give it back to go on; null at the end." }),
);

/** `limit` and `cursor` of a list's query. */
export const paging = (usual: number) => ({
  limit: t.Optional(pageLimit(usual)),
  cursor: t.Optional(Cursor),
});

/** One page of a list. */
export const pageOfRows = <Row extends TSchema>(row: Row) =>
  t.Object({ data: t.Array(row), nextCursor: NextCursor });

const key = t.String({
  minLength: 8,
  maxLength: 128,
  description: "Made by the client once per act: a repeat gets the first answer and does nothing.",
});

/** Headers of a POST that may be repeated safely. */
export const Idempotency = t.Object({ "idempotency-key": t.Optional(key) });

/** The same where a repeat without one would reach a customer. */
export const IdempotencyRequired = t.Object({ "idempotency-key": key });

import { DrizzleQueryError } from "drizzle-orm";
import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { withDeadline } from "../lib/deadline.ts";
import { errorCode } from "../lib/errors.ts";
import { type DbSettings, databaseUnavailable } from "./client.ts";

/**
 * drizzle's builder without `transaction`, which is postgres.js's `begin` unguarded: a dead backend
 * could leave half of it committed. `db/transaction.ts` is the way to have one.
 */
export type QueryBuilder = Pick<PostgresJsDatabase, "select" | "insert" | "update" | "delete">;

/** Built queries, for the REST modules. Flows use `Db`, whose statements are written by hand. */
export interface Orm {
  /**
   * Runs the query that `build` makes. Rejects with `database_unavailable` after the deadline, with
   * the database's own error otherwise.
   */
  run<T>(build: (builder: QueryBuilder) => PromiseLike<T>): Promise<T>;
  close(graceMs?: number): Promise<void>;
}

/**
 * Opens a pool of its own, apart from `Db`'s: drizzle replaces the date and JSON parsers of the client
 * it is given, so on a shared one `Db` would suddenly read instants as text.
 */
export function createOrm(settings: DbSettings): Orm {
  const deadlineMs = settings.queryDeadlineMs ?? 10_000;
  let pool = open(settings, deadlineMs);

  return {
    run: async (build) => {
      const used = pool;
      try {
        const query = build(used.builder);
        return await withDeadline(query, deadlineMs, "Postgres", "database_unavailable");
      } catch (error) {
        const cause = bare(error);
        const thrown = databaseUnavailable(cause) ?? cause;
        if (errorCode(thrown) === "database_unavailable" && pool === used) {
          // As in `Db`: a pool that missed a deadline may hold a dead socket, and is thrown away.
          pool = open(settings, deadlineMs);
          used.client.end({ timeout: 1 }).catch(() => {});
        }
        throw thrown;
      }
    },
    close: (graceMs = 5_000) => pool.client.end({ timeout: graceMs / 1_000 }),
  };
}

function open(settings: DbSettings, deadlineMs: number) {
  const serverLimitMs = Math.max(deadlineMs - 1_000, 500);
  const client = postgres(settings.url, {
    max: settings.maxConnections,
    connect_timeout: 5,
    onnotice: () => {},
    connection: {
      application_name: settings.name,
      statement_timeout: serverLimitMs,
      lock_timeout: Math.floor(serverLimitMs / 2),
    },
  });
  const builder: QueryBuilder = drizzle({ client, casing: "snake_case" });
  return { client, builder };
}

/** drizzle puts every parameter into its error's message: customer text and secrets, bound for a log. */
function bare(error: unknown): unknown {
  return error instanceof DrizzleQueryError
    ? (error.cause ?? new Error("The query failed."))
    : error;
}

import postgres from "postgres";
import { withDeadline } from "../lib/deadline.ts";
import { AppError, errorCode, errorMessage } from "../lib/errors.ts";
import { arrayTypes } from "./array-types.ts";
import { asJson } from "./json-parameter.ts";
import { type Transaction, transaction } from "./transaction.ts";

export interface DbSettings {
  url: string;
  /** Connections of this process's pool. */
  maxConnections: number;
  /** Shown in pg_stat_activity. */
  name: string;
  /** Longest a statement may take, seen from here; the server's own limit lies just below. */
  queryDeadlineMs?: number;
  /** Sees each statement before it leaves. For tests: it makes every statement dearer. */
  onStatement?: OnStatement | undefined;
}

/** `types`: Postgres's ids of the parameters' types; 0 where the server finds out. */
export type OnStatement = (
  sql: string,
  parameters: readonly unknown[],
  types: readonly number[],
) => void;

/** A value bound to a statement, or a piece of SQL made by `fragment`. */
export type Parameter = postgres.ParameterOrFragment<never>;

/**
 * The statements of the product. `rows` and `first` are tagged templates: values become bound
 * parameters of a prepared statement, columns come back in camelCase, int8 as number, numeric as
 * string; arrays go in and out as far as `array-types.ts` knows them. Each statement has a deadline.
 * Whatever makes Postgres look away rejects with `database_unavailable`; every other database error
 * passes through unchanged.
 */
export interface Db {
  rows<Row extends object>(text: TemplateStringsArray, ...values: Parameter[]): Promise<Row[]>;
  /** The first row, or undefined. */
  first<Row extends object>(
    text: TemplateStringsArray,
    ...values: Parameter[]
  ): Promise<Row | undefined>;
  /** A piece of static SQL to place inside a statement. Never with outside text in it. */
  fragment(staticSql: string): Parameter;
  /** A piece of a statement with values of its own, to place inside a statement. */
  part(text: TemplateStringsArray, ...values: Parameter[]): Parameter;
  /** Any JSON value as a jsonb parameter. */
  json(value: unknown): Parameter;
  /**
   * Runs `work` between begin and commit: all of it happens, or nothing. See `db/transaction.ts`.
   * Where one statement can do it, one statement is better.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Lets running statements finish for at most `graceMs`, then closes the pool. */
  close(graceMs?: number): Promise<void>;
}

const SERVER_LIMIT_MARGIN_MS = 1_000;

/** Opens a pool. Connects lazily: the first statement tells whether Postgres is there. */
export function createDb(settings: DbSettings): Db {
  const deadlineMs = settings.queryDeadlineMs ?? 10_000;
  let sql = open(settings, deadlineMs);

  // postgres.js cannot tell a wedged socket from a slow query and would wait for either forever, and
  // a connection that died under a statement can wedge the next one: such a pool goes as a whole.
  function recycle(wedged: postgres.Sql): void {
    if (sql !== wedged) return;
    sql = open(settings, deadlineMs);
    wedged.end({ timeout: 1 }).catch(() => {});
  }

  async function rows<Row extends object>(
    text: TemplateStringsArray,
    ...values: Parameter[]
  ): Promise<Row[]> {
    const pool = sql;
    try {
      return await withDeadline(
        pool<Row[]>(text, ...values),
        deadlineMs,
        "Postgres",
        "database_unavailable",
      );
    } catch (error) {
      const away = databaseUnavailable(error) ?? error;
      if (isWedged(error, away)) recycle(pool);
      throw away;
    }
  }

  return {
    rows,
    first: async (text, ...values) => (await rows<never>(text, ...values))[0],
    fragment: (staticSql) => sql.unsafe(staticSql),
    part: (text, ...values) => sql(text, ...values),
    transaction: async (work) => {
      const pool = sql;
      try {
        return await transaction(pool, deadlineMs, work);
      } catch (error) {
        const away = databaseUnavailable(error) ?? error;
        if (isWedged(error, away)) recycle(pool);
        throw away;
      }
    },
    json: (value) => sql.json(asJson(value)),
    close: (graceMs = 5_000) => sql.end({ timeout: graceMs / 1_000 }),
  };
}

function open(settings: DbSettings, deadlineMs: number): postgres.Sql {
  const { onStatement } = settings;
  const serverLimitMs = Math.max(deadlineMs - SERVER_LIMIT_MARGIN_MS, 500);
  return postgres(settings.url, {
    max: settings.maxConnections,
    connect_timeout: 5,
    // Seconds. A database that comes back is noticed within one.
    backoff: (tries: number) => Math.min(0.1 * 2 ** tries, 1),
    onnotice: () => {},
    transform: { column: { from: postgres.toCamel } },
    fetch_types: false,
    types: { bigint: { to: 20, from: [20], serialize: String, parse: Number }, ...arrayTypes },
    ...(onStatement && { debug: (_, ...statement) => onStatement(...statement) }),
    connection: {
      application_name: settings.name,
      // The working set is in memory; at the default of 4 middling tables are scanned whole.
      random_page_cost: 1.1,
      statement_timeout: serverLimitMs,
      lock_timeout: Math.floor(serverLimitMs / 2),
      idle_in_transaction_session_timeout: serverLimitMs,
    },
  });
}

/** Error codes of postgres.js, the socket and the server that mean "not now", not "wrong". */
const AWAY =
  /^(CONNECT|ECONN|EPIPE|ENOTFOUND|ENOENT|ETIMEDOUT|EHOSTUNREACH|57P0[123]|08|53[0-3]|57014)/;

/** The server's own limit ended a statement: it answers, and the pool is as good as before. */
const STATEMENT_TIMEOUT = "57014";

function isWedged(error: unknown, away: unknown): boolean {
  return errorCode(away) === "database_unavailable" && codeOf(error) !== STATEMENT_TIMEOUT;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** The error as `database_unavailable`, if it means that Postgres is not there now. */
function databaseUnavailable(error: unknown): AppError | undefined {
  if (error instanceof AppError) return undefined;
  const code = codeOf(error);
  if (!AWAY.test(code)) return undefined;
  return new AppError(
    "database_unavailable",
    `Postgres does not answer (${code}). Is it running and reachable?`,
    { reason: errorMessage(error) },
    error,
  );
}

import { setImmediate as nextLoopTurn } from "node:timers/promises";
import postgres from "postgres";
import { AppError, errorMessage } from "../lib/errors.ts";
import type { Db } from "./client.ts";
import { asJson } from "./json-parameter.ts";

/** The statements of one open transaction. After its end, or a failed one, each rejects. */
export type Transaction = Pick<Db, "rows" | "first" | "fragment" | "part" | "json">;

/**
 * Runs `work` between begin and commit on one connection of `sql`: commits when it resolves, rolls
 * back when it rejects. All of it happens, or nothing. Errors of statements and of `work` pass
 * through; after `deadlineMs`, waiting for a connection included, it is `database_unavailable`.
 * If the answer to the commit itself went missing, the error's details say `commitUnknown: true`.
 *
 * postgres.js alone does not keep that promise (porsager/postgres#1133). When the backend dies, its
 * `begin` rejects but the callback runs on, and the callback's next statement, or the commit or
 * rollback that follows it, reaches the socket reopened for somebody else: the first is committed
 * by itself, the others end that somebody's transaction early. So here nothing is sent after the
 * first failure or the end, and a callback whose connection is gone never returns to `begin`.
 */
export async function transaction<T>(
  sql: postgres.Sql,
  deadlineMs: number,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const gate = createGate();
  let lost = false;
  let committing = false;

  const begun = sql.begin(async (raw) => {
    try {
      const result = await Promise.race([gate.run(raw, work), gate.cut]);
      committing = true;
      return { result };
    } catch (error) {
      // A broken connection rejects its statement first and `begin` a few microtasks later.
      await nextLoopTurn();
      if (lost) return await new Promise<never>(() => {});
      throw error;
    }
  });
  begun.catch((error) => {
    lost = true;
    gate.close(error);
  });

  const timer = setTimeout(() => gate.close(tooLate(deadlineMs)), deadlineMs);
  try {
    return (await Promise.race([begun, gate.cut])).result;
  } catch (error) {
    throw committing ? unanswered(error) : error;
  } finally {
    clearTimeout(timer);
  }
}

/** Lets statements through until one fails, the work is done, or it is closed from outside. */
function createGate() {
  let stopped: { reason: unknown } | undefined;
  const running = new Set<Promise<unknown>>();
  const { promise: cut, reject } = Promise.withResolvers<never>();
  cut.catch(() => {});

  const stop = (reason: unknown) => {
    stopped ??= { reason };
  };
  const refuseIfStopped = () => {
    if (stopped) throw stopped.reason;
  };

  async function send<Rows>(statement: () => PromiseLike<Rows>): Promise<Rows> {
    refuseIfStopped();
    try {
      return await Promise.race([statement(), cut]);
    } catch (error) {
      stop(error);
      throw error;
    }
  }

  /** Known as running until settled, so that one nobody awaited still counts. */
  function track<Rows>(statement: Promise<Rows>): Promise<Rows> {
    running.add(statement);
    const settled = () => running.delete(statement);
    statement.then(settled, settled);
    return statement;
  }

  async function run<T>(
    raw: postgres.TransactionSql,
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    refuseIfStopped();
    const rows: Transaction["rows"] = (text, ...values) =>
      track(send(() => raw<never>(text, ...values)));
    try {
      const result = await work({
        rows,
        first: async (text, ...values) => (await rows<never>(text, ...values))[0],
        fragment: (staticSql) => raw.unsafe(staticSql),
        part: (text, ...values) => raw(text, ...values),
        json: (value) => raw.json(asJson(value)),
      });
      while (running.size > 0) await Promise.allSettled(running);
      refuseIfStopped();
      return result;
    } finally {
      stop(new AppError("internal", "A statement came after the end of its transaction."));
    }
  }

  return {
    run,
    /** Rejects when the gate is closed from outside, with its reason. */
    cut,
    close: (reason: unknown) => {
      stop(reason);
      reject(reason);
    },
  };
}

function tooLate(deadlineMs: number): AppError {
  return new AppError(
    "database_unavailable",
    `The transaction was not done after ${deadlineMs} ms and was given up.`,
  );
}

/** A commit that Postgres refused is a rollback; one without an answer may have happened. */
function unanswered(error: unknown): unknown {
  if (error instanceof postgres.PostgresError) return error;
  return new AppError(
    "database_unavailable",
    `Postgres did not confirm the commit (${errorMessage(error)}); it may have happened.`,
    { commitUnknown: true },
    error,
  );
}

import { AppError } from "../lib/errors.ts";
import type { Db, Parameter } from "./client.ts";

/** A column a list may be sorted by, and its SQL type. Never null in a row, and never from outside. */
export interface SortColumn {
  sql: string;
  type: "timestamptz" | "text" | "bigint" | "integer";
}

export interface Keyset {
  /** Put it into `where`, after the filters: rows behind the cursor. */
  after: Parameter;
  /** Put it behind `order by`. */
  order: Parameter;
  /** Put it into the select list as `position`. */
  position: Parameter;
}

interface KeysetQuery<Sort extends string> {
  /** The columns that may be asked for. */
  sorts: Readonly<Record<Sort, SortColumn>>;
  /** One of them; with `-` in front: descending. */
  sort: Sort | `-${Sort}`;
  /** SQL of the row's id: breaks ties. */
  id: string;
  cursor: string | undefined;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Pages by the exact value and the id of the last row seen, so that rows inserted or removed meanwhile
 * neither repeat a row nor hide one. Fails with `invalid_input` for a cursor that is not ours, or was
 * made for another order.
 */
export function keyset<Sort extends string>(
  db: Pick<Db, "fragment" | "part">,
  { sorts, sort, id, cursor }: KeysetQuery<Sort>,
): Keyset {
  const descending = sort.startsWith("-");
  const name = sort.replace("-", "");
  const column = Object.entries<SortColumn>(sorts).find(([key]) => key === name)?.[1];
  if (!column) throw new AppError("invalid_input", `There is no order named ${name}.`);
  const { sql, type } = column;
  const direction = descending ? "desc" : "asc";
  const from = cursor === undefined ? undefined : readCursor(cursor, sort, type);
  const compare = db.fragment(`(${sql}, ${id}) ${descending ? "<" : ">"}`);
  return {
    after: from
      ? db.part`${compare} (${from.value}::text::${db.fragment(type)}, ${from.id}::uuid)`
      : db.fragment("true"),
    order: db.fragment(`${sql} ${direction}, ${id} ${direction}`),
    position: db.fragment(`json_build_array('${sort}', (${sql})::text, ${id})::text`),
  };
}

/**
 * The page from one row more than it may have: what lies behind it decides whether there is a next.
 * Rows come with the `position` of `keyset`.
 */
export function pageOf<Row extends { position: string }>(
  rows: readonly Row[],
  limit: number,
): { data: Omit<Row, "position">[]; nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    data: page.map(({ position: _, ...row }) => row),
    nextCursor: last ? Buffer.from(last.position).toString("base64url") : null,
  };
}

/** What Postgres writes for a value of the type: anything else it would fail over. */
const WRITTEN: Record<SortColumn["type"], RegExp> = {
  timestamptz: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d)?$/,
  text: /^[^\0]*$/,
  bigint: /^-?\d{1,18}$/,
  integer: /^-?\d{1,9}$/,
};

function readCursor(
  cursor: string,
  sort: string,
  type: SortColumn["type"],
): { value: string; id: string } {
  const parts = parse(Buffer.from(cursor, "base64url").toString());
  const [madeFor, value, id] = parts;
  if (
    madeFor !== sort ||
    value === undefined ||
    id === undefined ||
    !UUID.test(id) ||
    !WRITTEN[type].test(value)
  ) {
    throw new AppError("invalid_input", "The cursor is not one of this list in this order.");
  }
  return { value, id };
}

function parse(text: string): string[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

import { and, eq, type SQL, sql } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import { AppError } from "../lib/errors.ts";
import type { Orm } from "./orm.ts";

/** Any table of the schema whose rows belong to one organization. */
export type TenantTable = PgTable & { organizationId: PgColumn };

type Row<Table extends TenantTable> = Table["$inferSelect"];
type NewRow<Table extends TenantTable> = Omit<Table["$inferInsert"], "organizationId">;

export interface Find {
  where?: SQL | undefined;
  orderBy?: readonly (SQL | PgColumn)[];
  limit: number;
}

/**
 * The rows of one organization, in every table. Nothing it returns or changes belongs to another, and
 * what it inserts belongs to this one. Rows naming another organization are refused (`invalid_input`).
 */
export interface TenantDb {
  readonly organizationId: string;
  find<Table extends TenantTable>(table: Table, query: Find): Promise<Row<Table>[]>;
  /** The one row meant by `where`, or undefined. */
  first<Table extends TenantTable>(table: Table, where: SQL): Promise<Row<Table> | undefined>;
  insert<Table extends TenantTable>(table: Table, row: NewRow<Table>): Promise<Row<Table>>;
  /** The rows as they are after the change. */
  update<Table extends TenantTable>(
    table: Table,
    where: SQL,
    changes: Partial<NewRow<Table>>,
  ): Promise<Row<Table>[]>;
  /** The rows that were removed. */
  remove<Table extends TenantTable>(table: Table, where: SQL): Promise<Row<Table>[]>;
}

/** The only door of the modules to tenant tables. */
export function forOrg(orm: Orm, organizationId: string): TenantDb {
  // In brackets: an `or` in `where` must not reach around the organization.
  const ours = (table: TenantTable, where?: SQL) =>
    and(eq(table.organizationId, organizationId), where && sql`(${where})`);

  async function find<Table extends TenantTable>(table: Table, query: Find) {
    const { where, orderBy = [], limit } = query;
    const rows = await orm.run((builder) =>
      builder
        .select()
        .from(plain(table))
        .where(ours(table, where))
        .orderBy(...orderBy)
        .limit(limit),
    );
    return rowsOf(table, rows);
  }

  return {
    organizationId,
    find,
    first: async (table, where) => (await find(table, { where, limit: 1 }))[0],
    insert: async (table, row) => {
      refuseForeign(row, organizationId);
      const rows = await orm.run((builder) =>
        builder
          .insert(plain(table))
          .values({ ...row, organizationId })
          .returning(),
      );
      const [inserted] = rowsOf(table, rows);
      if (!inserted) throw new AppError("internal", "An insert returned no row.");
      return inserted;
    },
    update: async (table, where, changes) => {
      refuseForeign(changes, organizationId);
      const rows = await orm.run((builder) =>
        builder.update(plain(table)).set(changes).where(ours(table, where)).returning(),
      );
      return rowsOf(table, rows);
    },
    remove: async (table, where) => {
      const rows = await orm.run((builder) =>
        builder.delete(plain(table)).where(ours(table, where)).returning(),
      );
      return rowsOf(table, rows);
    },
  };
}

/** The types do not offer `organizationId`, but a spread object may carry one. */
function refuseForeign(row: object, organizationId: string): void {
  if (!("organizationId" in row) || row.organizationId === organizationId) return;
  throw new AppError("invalid_input", "The row belongs to another organization.", {
    organizationId,
  });
}

/** drizzle's builders cannot resolve columns through a type parameter; any table is a PgTable. */
function plain(table: TenantTable): PgTable {
  return table;
}

/** Holds because `rows` came from a full select or returning on this very table. */
function rowsOf<Table extends TenantTable>(_table: Table, rows: unknown): Row<Table>[] {
  return rows as Row<Table>[];
}

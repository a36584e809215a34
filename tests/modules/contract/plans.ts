import type postgres from "postgres";

/** A node of `explain (format json)`: what the guard reads of it. */
export interface PlanNode {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Index Cond"?: string;
  "Subplan Name"?: string;
  "CTE Name"?: string;
  Filter?: string;
  Plans?: PlanNode[];
}

/** By tenant table, the columns whose value belongs to one organization, or is null with it. */
export type TenantKeys = ReadonlyMap<string, ReadonlySet<string>>;

/** A statement as the app sent it. */
export interface Statement {
  sql: string;
  parameters: readonly unknown[];
  types: readonly number[];
}

/** Tables with an organization, and their columns that imply it: keys, and composite references. */
export async function readTenantKeys(sql: postgres.Sql): Promise<TenantKeys> {
  const rows = await sql<{ table: string; columns: string[] }[]>`
    with tenant as (
      select attrelid as relid from pg_attribute join pg_class c on c.oid = attrelid
      where attname = 'organization_id' and relkind = 'r' and relnamespace = 'public'::regnamespace
    ), implying as (
      select relid, 'organization_id'::name as name from tenant
      union
      -- A member may be one of several organizations: only rows with an id of their own belong to one.
      select conrelid, a.attname from pg_constraint
        join pg_attribute a on a.attrelid = conrelid and a.attnum = any(conkey)
      where contype = 'f' and array_length(conkey, 1) = 2
        and confrelid in (select attrelid from pg_attribute where attname = 'id')
      union
      select indrelid, a.attname from pg_index
        join pg_attribute a on a.attrelid = indrelid and a.attnum = indkey[0]
      where indisunique
      union
      select attrelid, attname from pg_attribute where attname = 'id'
      union
      -- A person is in few organizations, from few devices.
      select attrelid, attname from pg_attribute where attname = 'user_id'
        and attrelid in ('memberships'::regclass, 'sessions'::regclass)
    )
    select relid::regclass::text as table, array_agg(name::text) as columns
    from implying where relid in (select relid from tenant) group by relid`;
  return new Map(rows.map(({ table, columns }) => [table, new Set(columns)]));
}

/** The plan for these very parameters, and the one that Postgres keeps for any. */
export async function explain(
  sql: postgres.Sql,
  { sql: text, parameters, types }: Statement,
): Promise<PlanNode[]> {
  const typed = parameters.map((value, at) => sql.typed(value as never, types[at] ?? 0));
  const own = await sql.unsafe(`explain (format json) ${text}`, typed);
  return [planOf(own), await genericPlan(sql, text, types)];
}

async function genericPlan(
  sql: postgres.Sql,
  text: string,
  types: readonly number[],
): Promise<PlanNode> {
  const names = await sql<{ name: string }[]>`
    select case when oid = 0 then 'unknown' else format_type(oid, null) end as name
    from unnest(${`{${types.join()}}`}::text::oid[]) with ordinality as t(oid, at) order by at`;
  const given = names.length === 0 ? "" : `(${names.map(({ name }) => name).join()})`;
  const nulls = names.length === 0 ? "" : `(${names.map(() => "null").join()})`;
  await sql.unsafe(`prepare guarded ${given} as ${text}`);
  try {
    return planOf(await sql.unsafe(`explain (format json) execute guarded ${nulls}`));
  } finally {
    await sql.unsafe("deallocate guarded");
  }
}

/** Holds by the format of EXPLAIN's answer. */
function planOf([row]: readonly postgres.Row[]): PlanNode {
  return row?.["QUERY PLAN"][0].Plan as PlanNode;
}

/** Scans of tenant tables that do not find their rows by a key of one organization. */
export function looseScans(plan: PlanNode, keys: TenantKeys): string[] {
  return nodes(plan)
    .filter((node) => {
      const columns = keys.get(node["Relation Name"] ?? "");
      return node["Node Type"] !== "ModifyTable" && columns && !isHeld(node, columns);
    })
    .map(described);
}

/** Scans that read a table whole. */
export function wholeScans(plan: PlanNode): string[] {
  return nodes(plan)
    .filter((node) => node["Node Type"] === "Seq Scan")
    .map(described);
}

/**
 * Sorts of rows from tables that grow without end, instead of reading them in an index's order. What a
 * limit has cut before is no longer endless; what stands beside a sort and not in it is not sorted.
 */
export function wholeSorts(
  plan: PlanNode,
  keys: TenantKeys,
  isBounded: (table: string, keyedBy: ReadonlySet<string>) => boolean,
): string[] {
  const named = new Map(nodes(plan).map((node) => [node["Subplan Name"] ?? "", node]));
  const growing = (node: PlanNode) =>
    feeding(node, named)
      .map((below) => ({ table: below["Relation Name"] ?? "", keyedBy: keyedBy(below) }))
      // By its id it is one row, for each that comes from elsewhere.
      .filter(({ table, keyedBy: by }) => keys.has(table) && !by.has("id") && !isBounded(table, by))
      .map(({ table }) => table);
  return nodes(plan)
    .filter((node) => node["Node Type"] === "Sort" && growing(node).length > 0)
    .map((node) => `Sort over ${growing(node).join(", ")}`);
}

/** The nodes whose rows come to this one, up to the limits that bound them. */
function feeding(node: PlanNode, named: ReadonlyMap<string, PlanNode>): PlanNode[] {
  if (node["Node Type"] === "Limit") return [];
  const sources = (node.Plans ?? []).filter((inner) => inner["Subplan Name"] === undefined);
  const cte = named.get(`CTE ${node["CTE Name"] ?? ""}`);
  return [node, ...[...sources, ...(cte ? [cte] : [])].flatMap((inner) => feeding(inner, named))];
}

function nodes(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodes)];
}

function isHeld(node: PlanNode, keys: ReadonlySet<string>): boolean {
  const inner = node.Plans ?? [];
  switch (node["Node Type"]) {
    case "Bitmap Heap Scan":
      return inner.some((source) => isHeld(source, keys));
    case "BitmapAnd":
      return inner.some((source) => isHeld(source, keys));
    case "BitmapOr":
      return inner.every((source) => isHeld(source, keys));
    default:
      return [...keyedBy(node)].some((column) => keys.has(column));
  }
}

/** Columns whose value the index is asked for: its own stand on the left, without their table's name. */
function keyedBy(node: PlanNode): ReadonlySet<string> {
  const found = (node["Index Cond"] ?? "").matchAll(/\((\w+) (?:= |IS NULL)/g);
  return new Set([...found].flatMap(([, column]) => column ?? []));
}

function described(node: PlanNode): string {
  const { "Node Type": type, "Relation Name": table, "Index Name": index, Filter: filter } = node;
  const condition = node["Index Cond"] ?? "none";
  return `${type} on ${table}${index ? ` using ${index}` : ""} (index condition: ${condition}; filter: ${filter ?? "none"})`;
}

import { afterAll, beforeAll, expect, test } from "bun:test";
import postgres from "postgres";
import { wordsFor } from "../../../scripts/bench/large-data/words.ts";
import { fillLargeData, SMALL } from "../../../scripts/bench/large-data.ts";
import { arrayTypes } from "../../../src/db/array-types.ts";
import { type ListCall, listCalls } from "./list-calls.ts";
import { cursorName, listsOf, type Operation, pathParameters } from "./operations.ts";
import {
  explain,
  looseScans,
  type PlanNode,
  readTenantKeys,
  type Statement,
  type TenantKeys,
  wholeScans,
  wholeSorts,
} from "./plans.ts";
import { type Contract, createContract, type Scene } from "./scene.ts";

/**
 * Every list of the document, asked with each of its filters and orders over a business's rows; the
 * statements that the app sends are explained. Sequential scans and sorts are made so dear that they
 * stand in a plan only where no index would do.
 */

/** Tables that stay small within an organization: sorting their rows, once found, costs nothing. */
const BOUNDED: Readonly<Record<string, string>> = {
  memberships: "a team",
  sessions: "the devices of one person",
  api_keys: "made by hand, one per program",
  integrations: "the numbers of one business",
  facts: "written by hand, all of them in each prompt",
  ctas: "written by hand, all of them in each prompt",
  templates: "Meta allows 250 for a business",
  lead_identities: "of one lead: a phone number or two",
};

/** Tables that stay small for one value of a column. */
const BOUNDED_BY: Readonly<Record<string, string>> = {
  // A lead has one chat for each of the business's numbers.
  conversations: "lead_id",
};

/** Lists that are sorted all the same, each with why that stays small. */
const SORTED: Readonly<Record<string, string>> = {
  listLeadTimeline: "one lead's history out of eight tables, each read by the lead's or chat's key",
};

const UNTIL = new Date("2026-11-22T22:00:00.000Z");

let contract: Contract;
let scene: Scene;
let explainer: postgres.Sql;
let keys: TenantKeys;
let words: ReturnType<typeof wordsFor>;
let places: Readonly<Record<string, string>>;
let sent: Statement[] = [];
beforeAll(async () => {
  contract = await createContract("indexes", (sql, parameters, types) => {
    sent.push({ sql, parameters: [...parameters], types: [...types] });
  });
  const { url } = contract.rest.world;
  const data = await fillLargeData(url, { ...SMALL, seed: 1, until: UNTIL });
  words = wordsFor(data, UNTIL);
  places = data.places;
  scene = await contract.newScene(data.organizationId);
  explainer = postgres(url, {
    max: 1,
    fetch_types: false,
    types: { bigint: { to: 20, from: [20], serialize: String, parse: Number }, ...arrayTypes },
    connection: {
      random_page_cost: 1.1,
      enable_seqscan: "off",
      enable_sort: "off",
      plan_cache_mode: "force_generic_plan",
    },
  });
  keys = await readTenantKeys(explainer);
}, 60_000);
afterAll(async () => {
  await explainer.end();
  await contract.rest.close();
});

const lists = () =>
  listsOf(contract.document, contract.operations).filter(
    ({ access }) => !access?.startsWith("internal:"),
  );

async function paramsOf({ path }: Operation): Promise<Record<string, string>> {
  const [name] = pathParameters(path);
  const known = places[path.slice(0, path.indexOf("/{"))];
  if (name !== undefined && known !== undefined && pathParameters(path).length === 1) {
    return { [name]: known };
  }
  return await contract.makeParams(scene, path);
}

/** What the app sent to Postgres for the call's first page, and for the page behind it. */
async function statementsOf(operation: Operation, { query }: ListCall): Promise<Statement[]> {
  const params = await paramsOf(operation);
  const ask = async (more: Record<string, string>) => {
    sent = [];
    const answer = await contract.send(scene.token, operation, {
      params,
      query: { ...query, ...more },
    });
    const { status, body } = answer;
    // A parameter that takes no example needs words of its own: scripts/bench/large-data/words.ts.
    expect([operation.path, query, status, body.code]).toEqual([
      operation.path,
      query,
      200,
      undefined,
    ]);
    return { statements: sent.filter(({ sql }) => /^\s*(select|with)\b/i.test(sql)), body };
  };
  const { statements, body } = await ask({ limit: "2" });
  if (body.nextCursor === null) return statements;
  // A chat read forwards goes on after its last message.
  const cursor = "after" in query ? "after" : cursorName(operation);
  const next = await ask({ limit: "2", [cursor]: body.nextCursor });
  return [...statements, ...next.statements];
}

/** What is wrong with a call's plans, each with whose it is. */
async function complaints(
  operation: Operation,
  call: ListCall,
  judge: (plan: Awaited<ReturnType<typeof explain>>[number]) => string[],
): Promise<string[]> {
  const found = new Set<string>();
  for (const statement of await statementsOf(operation, call)) {
    for (const plan of await explain(explainer, statement)) {
      for (const wrong of judge(plan)) found.add(`${operation.id}, ${call.name}: ${wrong}`);
    }
  }
  return [...found];
}

async function scanComplaints(operations: readonly Operation[]): Promise<string[]> {
  const all: string[] = [];
  for (const operation of operations) {
    for (const call of listCalls(contract.document, operation, words)) {
      // Operators look at every organization's rows: by an index, but by nobody's key.
      const judge = (plan: PlanNode) =>
        operation.access === "operator" ? wholeScans(plan) : looseScans(plan, keys);
      all.push(...(await complaints(operation, call, judge)));
    }
  }
  return all;
}

async function orderComplaints(operations: readonly Operation[]): Promise<string[]> {
  const all: string[] = [];
  const isBounded = (table: string, keyedBy: ReadonlySet<string>) =>
    table in BOUNDED || keyedBy.has(BOUNDED_BY[table] ?? "");
  for (const operation of operations.filter(({ id }) => !(id in SORTED))) {
    const calls = listCalls(contract.document, operation, words).filter(
      ({ query }, at) => at === 0 || "sort" in query,
    );
    for (const call of calls) {
      all.push(...(await complaints(operation, call, (plan) => wholeSorts(plan, keys, isBounded))));
    }
  }
  return all;
}

const listNamed = (id: string) => lists().filter((operation) => operation.id === id);

/** Does something while the indexes are not there. */
async function without<T>(names: readonly string[], work: () => Promise<T>): Promise<T> {
  const found = await explainer<{ definition: string }[]>`
    select indexdef as definition from pg_indexes where indexname in ${explainer(names)}`;
  await explainer.unsafe(`drop index ${names.join()}`);
  try {
    return await work();
  } finally {
    for (const { definition } of found) await explainer.unsafe(definition);
  }
}

test("every list finds a tenant's rows by an index that knows whose they are", async () => {
  expect(lists().length).toBeGreaterThan(0);
  expect(await scanComplaints(lists())).toEqual([]);
}, 120_000);

test("every list comes in the order of an index, and so do its other orders", async () => {
  expect(await orderComplaints(lists())).toEqual([]);
}, 120_000);

test("without its indexes the audit log is read whole, and the guard complains", async () => {
  const parts = ["organization", "actor", "action", "resource", "thing"];
  const indexes = parts.map((part) => `audit_log_${part}_index`);
  const found = await without(indexes, () => scanComplaints(listNamed("listAudit")));
  expect(found).toContainEqual(
    expect.stringMatching(
      /^listAudit, first page: Seq Scan on audit_log \(.*filter: .*organization_id/,
    ),
  );
  expect(found).toContainEqual(expect.stringMatching(/^listAudit, action=rare: Seq Scan/));
});

test.each([
  ["listAudit", "audit_log_organization_index", "audit_log"],
  ["listConversations", "conversations_inbox_index", "conversations"],
  ["listLeads", "leads_created_index", "leads"],
] as const)("%s has to sort without %s, and the guard complains", async (id, index, table) => {
  const operations = listNamed(id);
  const found = await without([index], () => orderComplaints(operations));
  for (const { id: asked } of operations) {
    expect(found).toContainEqual(
      expect.stringMatching(new RegExp(`^${asked}, first page: Sort over .*\\b${table}\\b`)),
    );
  }
});

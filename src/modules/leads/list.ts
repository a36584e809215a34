import type { Db, Parameter } from "../../db/client.ts";
import { keyset, pageOf } from "../../db/keyset.ts";
import { withOwnPlan } from "../../db/own-plan.ts";
import type { Transaction } from "../../db/transaction.ts";
import { chatFilters, every, leadFilters } from "./filters.ts";
import type { Lead, LeadsQuery } from "./model.ts";
import { LEAD } from "./read.ts";

type Reader = Pick<Transaction, "rows" | "fragment">;

interface Row {
  lead: Lead;
  position: string;
}

interface Asked {
  organizationId: string;
  query: LeadsQuery;
  cursor: string | undefined;
  take: number;
}

/**
 * A page is looked for in two ways. First the order's index is walked for this many rows: that finds
 * it at once unless its rows are rare or lie far off. If they do, all rows that fit are gathered by
 * the filters' own indexes and sorted: they are few, or the walk would have met them. No estimate of
 * the planner decides, which knows neither rare tags nor that old leads are lost ones.
 */
const WALKED_ROWS = 2_000;

const leadSorts = {
  createdAt: { sql: "l.created_at", type: "timestamptz" },
  name: { sql: "l.sort_name", type: "text" },
} as const;

const chatSorts = { lastMessageAt: { sql: "c.last_message_at", type: "timestamptz" } } as const;

/**
 * One page of leads, neither erased nor merged. Fails with `invalid_input` for a cursor that is not of
 * this list in this order.
 */
export async function listLeads(
  db: Db,
  organizationId: string,
  query: LeadsQuery,
): Promise<{ data: Lead[]; nextCursor: string | null }> {
  const { sort = "-createdAt", limit = 50, cursor } = query;
  const asked = { organizationId, query, cursor, take: limit + 1 };
  const page =
    sort === "lastMessageAt" || sort === "-lastMessageAt"
      ? await byLastMessage(db, asked, sort)
      : pageOf(await byLead(db, asked, sort), limit);
  return { data: page.data.map(({ lead }) => lead), nextCursor: page.nextCursor };
}

/** Marks cursors among those who never exchanged a message: base64url has no dot. */
const SILENT = "silent.";

const NEVER_HEARD_OF = `not exists (select 1 from conversations n
  where n.organization_id = l.organization_id and n.lead_id = l.id
    and n.last_message_at is not null)`;

/** Those who exchanged messages, then those who never did: entered by hand, in the order of that. */
async function byLastMessage(db: Db, asked: Asked, sort: "lastMessageAt" | "-lastMessageAt") {
  const { query, cursor, take } = asked;
  const isSilent = cursor?.startsWith(SILENT) ?? false;
  const heard = isSilent ? [] : await byChat(db, asked, sort);
  const couldBeSilent =
    chatFilters(db, "c", query).size === 0 && (query.source ?? "manual") === "manual";
  const silent =
    couldBeSilent && heard.length < take
      ? await byLead(
          db,
          {
            ...asked,
            query: { ...query, source: "manual" },
            cursor: isSilent ? cursor?.slice(SILENT.length) : undefined,
            take: take - heard.length,
          },
          sort.startsWith("-") ? "-createdAt" : "createdAt",
          db.fragment(NEVER_HEARD_OF),
        )
      : [];
  const page = pageOf([...heard, ...silent], take - 1);
  const endsSilent = page.nextCursor !== null && heard.length < take - 1;
  return { ...page, nextCursor: endsSilent ? `${SILENT}${page.nextCursor}` : page.nextCursor };
}

/** The first of these that is asked for is part of the walked index; in the order of names none is. */
const leadAnchors = ["adId", "ownerId", "source"];
const chatAnchors = ["stage", "intent", "sentiment"];

function byLead(
  db: Db,
  { organizationId, query, cursor, take }: Asked,
  sort: "createdAt" | "-createdAt" | "name",
  only: Parameter | null = null,
): Promise<Row[]> {
  const keys = keyset(db, { sorts: leadSorts, sort, id: "l.id", cursor });
  const filters = leadFilters(db, query);
  const inIndex = [...firstOf(leadAnchors, filters), "createdFrom", "createdTo"];
  const [walked, others] = split(filters, sort === "name" ? [] : inIndex);
  const chats = chatFilters(db, "c", query);
  const ofLead = db.part`from conversations c where c.organization_id = l.organization_id
    and c.lead_id = l.id and ${every(db, chats.values())}`;
  if (only) others.push(only);
  const from = db.part`from leads l where l.organization_id = ${organizationId}
    and l.erased_at is null and l.merged_into is null and ${every(db, walked)} and ${keys.after}`;
  // `select true` is looked up for one row after the other; `exists` may be joined as a whole.
  const oneByOne = chats.size > 0 ? db.part`(select true ${ofLead} limit 1)` : db.fragment("true");
  const asOne = chats.size > 0 ? db.part`exists (select 1 ${ofLead})` : db.fragment("true");
  return walkOrGather(db, {
    walk: db.part`select l.organization_id, l.id, ${keys.position} as position
      from (select l.* ${from} order by ${keys.order} limit ${WALKED_ROWS}) l
      where ${every(db, others)} and ${oneByOne} order by ${keys.order} limit ${take}`,
    gather: db.part`select l.organization_id, l.id, ${keys.position} as position
      from (select l.* ${from} and ${every(db, others)} and ${asOne} offset 0) l
      order by ${keys.order} limit ${take}`,
    walkIsAll: others.length + chats.size === 0,
    take,
  });
}

/** Walks conversations; of each lead only the latest one that passes the filters counts. */
function byChat(
  db: Db,
  { organizationId, query, cursor, take }: Asked,
  sort: "lastMessageAt" | "-lastMessageAt",
): Promise<Row[]> {
  const keys = keyset(db, { sorts: chatSorts, sort, id: "c.id", cursor });
  const chats = chatFilters(db, "c", query);
  const [walked, others] = split(chats, firstOf(chatAnchors, chats));
  const from = db.part`from conversations c where c.organization_id = ${organizationId}
    and c.last_message_at is not null and ${every(db, walked)} and ${keys.after}`;
  const fits = db.part`${every(db, others)} and l.erased_at is null and l.merged_into is null
    and ${every(db, leadFilters(db, query).values())}
    and c.id = (select d.id from conversations d
      where d.organization_id = c.organization_id and d.lead_id = c.lead_id
        and d.last_message_at is not null and ${every(db, chatFilters(db, "d", query).values())}
      order by d.last_message_at desc, d.id desc limit 1)`;
  return walkOrGather(db, {
    walk: db.part`select l.organization_id, l.id, ${keys.position} as position
      from (select c.* ${from} order by ${keys.order} limit ${WALKED_ROWS}) c
      cross join lateral (select l.* from leads l
        where l.organization_id = c.organization_id and l.id = c.lead_id limit 1) l
      where ${fits} order by ${keys.order} limit ${take}`,
    gather: db.part`select c.organization_id, c.lead_id as id, ${keys.position} as position
      from (select c.* from leads l join (select c.* ${from}) c
          on c.organization_id = l.organization_id and c.lead_id = l.id
        where l.organization_id = ${organizationId} and ${fits} offset 0) c
      order by ${keys.order} limit ${take}`,
    walkIsAll: false,
    take,
  });
}

interface Ways {
  /** The page's rows, of the first rows in order. */
  walk: Parameter;
  /** The page's rows, of all that fit: `offset 0` keeps the planner from walking here too. */
  gather: Parameter;
  /** Whether the walk has no filter of its own, and so finds all there are. */
  walkIsAll: boolean;
  take: number;
}

async function walkOrGather(db: Db, { walk, gather, walkIsAll, take }: Ways): Promise<Row[]> {
  const rows = await shown(db, walk);
  if (walkIsAll || rows.length === take) return rows;
  return await withOwnPlan(db, (tx) => shown(tx, gather));
}

/** The rows of a page, made once it is known which they are. */
async function shown(db: Reader, page: Parameter): Promise<Row[]> {
  return await db.rows<Row>`
    with page as materialized (${page}),
      numbered as (select *, row_number() over () as no from page)
    select ${db.fragment(LEAD)} as lead, p.position from numbered p
    join leads l on l.organization_id = p.organization_id and l.id = p.id
    order by p.no`;
}

function firstOf(names: readonly string[], asked: ReadonlyMap<string, unknown>): string[] {
  return names.filter((name) => asked.has(name)).slice(0, 1);
}

function split(
  conditions: ReadonlyMap<string, Parameter>,
  names: readonly string[],
): [named: Parameter[], others: Parameter[]] {
  const all = [...conditions];
  return [
    all.filter(([name]) => names.includes(name)).map(([, condition]) => condition),
    all.filter(([name]) => !names.includes(name)).map(([, condition]) => condition),
  ];
}

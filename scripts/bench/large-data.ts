import { createDb, type Db } from "../../src/db/client.ts";
import {
  conversationStatements,
  longest,
  messageStatements,
  turnStatements,
} from "./large-data/chats.ts";
import { historyStatements } from "./large-data/history.ts";
import { leadStatements, organizationStatements } from "./large-data/people.ts";
import { type DataSize, idOf, pieces } from "./large-data/sql.ts";

export const LARGE = { leads: 200_000, messages: 1_000_000 };
export const SMALL = { leads: 2_000, messages: 10_000 };

const STATEMENT_LIMIT_MS = 600_000;

/** Ids of what the tests and the bench ask for. */
export interface FilledData {
  organizationId: string;
  /** Its owner, who is an operator too. */
  ownerId: string;
  /** A member with much to do. */
  memberId: string;
  integrationId: string;
  leadId: string;
  /** The lead's: the longest chat. */
  conversationId: string;
  /** By collection, the thing whose lists are the longest; elsewhere any will do. */
  places: Readonly<Record<string, string>>;
}

/**
 * Fills a migrated database with one organization of that size and twenty small ones, skewed as real
 * data is: most chats are old and read, few call for somebody, one name is everywhere. One statement
 * per table; vacuumed and analyzed at the end, as a database that has run for a while is.
 */
export async function fillLargeData(url: string, size: DataSize): Promise<FilledData> {
  const db = createDb({
    url,
    maxConnections: 1,
    name: "leadline-large-data",
    queryDeadlineMs: STATEMENT_LIMIT_MS,
  });
  const use = pieces(size);
  const statements = [
    ...organizationStatements(),
    ...leadStatements(use),
    ...conversationStatements(use, size),
    ...messageStatements(use),
    ...turnStatements(use),
    ...historyStatements(use),
  ];
  const run = (statement: string) => db.rows`${db.fragment(statement)}`;
  try {
    const { drops, indexes, references } = await readScaffolding(db);
    await run("set maintenance_work_mem = '256MB'");
    for (const statement of [...drops, ...statements, ...indexes]) await run(statement);
    await run("vacuum analyze");
    for (const statement of references) await run(statement);
    await run("checkpoint");
  } finally {
    await db.close();
  }
  const leadId = idOf("lead", longest(use));
  const conversationId = idOf("conversation", longest(use));
  return {
    organizationId: idOf("organization", 0),
    ownerId: idOf("user", 1),
    memberId: idOf("user", 2),
    integrationId: idOf("integration", 0),
    leadId,
    conversationId,
    places: { "/api/v1/leads": leadId, "/api/v1/conversations": conversationId },
  };
}

/**
 * Indexes and references cost far less when they are built and checked once, over all rows, than row by
 * row: statements that take them away, and that make them again as they were.
 */
async function readScaffolding(
  db: Db,
): Promise<{ drops: string[]; indexes: string[]; references: string[] }> {
  const references = await db.rows<{ drop: string; make: string }>`
    select format('alter table %s drop constraint %I', conrelid::regclass, conname) as drop,
      format('alter table %s add constraint %I %s', conrelid::regclass, conname,
        pg_get_constraintdef(oid)) as make
    from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`;
  const indexes = await db.rows<{ drop: string; make: string }>`
    select format('drop index %s', i.indexrelid::regclass) as drop,
      pg_get_indexdef(i.indexrelid) as make
    from pg_index i join pg_class c on c.oid = i.indexrelid
    where c.relnamespace = 'public'::regnamespace
      and not exists (select 1 from pg_constraint where conindid = i.indexrelid)`;
  return {
    drops: [...references, ...indexes].map(({ drop }) => drop),
    indexes: indexes.map(({ make }) => make),
    references: references.map(({ make }) => make),
  };
}

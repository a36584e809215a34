import { errorMessage } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import {
  accessTokenContext,
  appSecretContext,
  type SecretBox,
  verifyTokenContext,
} from "../lib/secret-box.ts";
import type { Db } from "./client.ts";

const BATCH = 100;
const FIRST_ID = "00000000-0000-0000-0000-000000000000";

/** Every sealed column there is, and what its boxes are bound to. */
const sealedColumns = [
  { column: "access_token_box", context: accessTokenContext },
  { column: "app_secret_box", context: appSecretContext },
  { column: "old_app_secret_box", context: appSecretContext },
  { column: "verify_token_box", context: verifyTokenContext },
] as const;

type Sealed = (typeof sealedColumns)[number];

export interface ResealReport {
  /** Sealed with the newest key by this run. */
  resealed: number;
  /** Sealed with it before. */
  upToDate: number;
  /** Changed by somebody else meanwhile, perhaps by a process that knows only older keys. */
  changed: number;
  /** Sealed with a key that is not among ours, or damaged: left as they are. */
  unreadable: number;
}

interface ResealDeps {
  db: Db;
  box: SecretBox;
  log: Log;
}

/**
 * Seals each stored secret with the newest key, so that older keys can go. Batch by batch, each box only
 * if it is still the one that was read: safe beside running processes, and to stop and run again.
 */
export async function resealAll(deps: ResealDeps): Promise<ResealReport> {
  const report: ResealReport = { resealed: 0, upToDate: 0, changed: 0, unreadable: 0 };
  for (const sealed of sealedColumns) {
    let rows = await read(deps.db, sealed, FIRST_ID);
    while (rows.length > 0) {
      for (const row of rows) report[await reseal(deps, sealed, row)] += 1;
      rows = await read(deps.db, sealed, rows.at(-1)?.id ?? FIRST_ID);
    }
  }
  return report;
}

interface Row {
  organizationId: string;
  id: string;
  sealed: string;
}

async function read(db: Db, { column }: Sealed, afterId: string): Promise<Row[]> {
  const name = db.fragment(column);
  return await db.rows<Row>`
    select organization_id, id, ${name} as sealed from integrations
    where id > ${afterId} and ${name} <> '' order by id limit ${BATCH}`;
}

async function reseal(
  { db, box, log }: ResealDeps,
  { column, context }: Sealed,
  { organizationId, id, sealed }: Row,
): Promise<keyof ResealReport> {
  if (box.isNewest(sealed)) return "upToDate";
  let fresh: string;
  try {
    fresh = box.seal(box.open(sealed, context(id)), context(id));
  } catch (error) {
    log.warn({ id, column }, `${column} of number ${id}: ${errorMessage(error)}`);
    return "unreadable";
  }
  const name = db.fragment(column);
  const written = await db.first`
    update integrations set ${name} = ${fresh}
    where organization_id = ${organizationId} and id = ${id} and ${name} = ${sealed}
    returning id`;
  return written ? "resealed" : "changed";
}

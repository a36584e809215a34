import type { Db } from "../../db/client.ts";
import { asOf, storeTemplates } from "../../db/queries/store-templates.ts";
import { SYNC_EVERY_MINUTES } from "../../db/queries/template-due.ts";
import { AppError, errorMessage } from "../../lib/errors.ts";
import type { Log } from "../../lib/log.ts";
import { accessTokenContext, type SecretBox } from "../../lib/secret-box.ts";
import type { GraphTemplates } from "../../whatsapp/template-client.ts";
import type { Announcer } from "../announce.ts";

interface SyncDeps {
  db: Db;
  box: SecretBox;
  templates: GraphTemplates;
  announcer: Announcer;
}

/** What became of a number's templates; `listed`: as many as Meta has. */
export interface SyncReport {
  listed: number;
  added: number;
  changed: number;
  gone: number;
}

interface TemplateNumber {
  organizationId: string;
  integrationId: string;
}

/**
 * Reads a number's templates at Meta and makes ours the same. Fails with `not_found`, `conflict` for a
 * disconnected number, and as the Graph API refuses.
 */
export function createTemplateSync({ db, box, templates, announcer }: SyncDeps) {
  return async ({ organizationId, integrationId }: TemplateNumber): Promise<SyncReport> => {
    const number = await db.first<{ wabaId: string; accessTokenBox: string; active: boolean }>`
      select waba_id, access_token_box, active from integrations
      where organization_id = ${organizationId} and id = ${integrationId}`;
    if (!number) throw new AppError("not_found", "There is no such number.", { integrationId });
    if (!number.active) {
      throw new AppError("conflict", "The number is disconnected. Connect it again.");
    }
    const readAt = asOf(new Date());
    const accessToken = box.open(number.accessTokenBox, accessTokenContext(integrationId));
    const listed = await templates.list({ accessToken, wabaId: number.wabaId });
    const reading = { organizationId, integrationId, readAt, complete: true };
    const { events, ...report } = await storeTemplates(db, reading, listed);
    await announcer.announce({ events });
    return { listed: listed.length, ...report };
  };
}

/** Numbers that one pass reads: a pass is short, and any number of processes may make one. */
const NUMBERS_PER_PASS = 4;

/**
 * One pass over the connected numbers whose templates are due: takes some for itself, so that nobody else
 * reads them, and reads them one after the other. One that fails is due again at its next time.
 */
export function createDueTemplateSync(deps: SyncDeps & { log: Log }): () => Promise<number> {
  const sync = createTemplateSync(deps);
  return async () => {
    const due = await deps.db.rows<TemplateNumber>`
      update integrations i set templates_due_at = now() + ${SYNC_EVERY_MINUTES} * interval '1 minute'
      from (
        select organization_id, id from integrations
        where active and coalesce(templates_due_at, '-infinity') <= now()
        order by templates_due_at nulls first limit ${NUMBERS_PER_PASS} for update skip locked) d
      where i.organization_id = d.organization_id and i.id = d.id
      returning i.organization_id, i.id as integration_id`;
    for (const number of due) {
      try {
        const { listed, ...report } = await sync(number);
        deps.log.debug({ ...number, listed, ...report }, "templates synchronised");
      } catch (error) {
        deps.log.warn({ ...number, error: errorMessage(error) }, "templates not synchronised");
      }
    }
    return due.length;
  };
}

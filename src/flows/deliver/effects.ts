import type { Db } from "../../db/client.ts";
import { raiseAlerts, stopNumbers } from "../../db/queries/alerts.ts";
import { stopMarketing } from "../../db/queries/marketing-stop.ts";
import { outboxEvents, templateState } from "../../db/queries/public-state.ts";
import type { LiveEvent } from "../../lib/events.ts";
import { codesWithEffect, graphError, graphErrorEffect } from "../../whatsapp/error-catalogue.ts";

/** Left behind by processes that died; there are hardly ever any. */
const EFFECTS_PER_PASS = 100;

/** How long the bot is silent after Meta has slowed a number down for spam. */
const BOT_PAUSE_MINUTES = 30;

/** A refusal of Meta's, in the answer to a send or in a status after it. */
export interface Refused {
  organizationId: string;
  integrationId: string;
  conversationId: string;
  messageId: string;
  /** Of the template that was refused; null: it was none. */
  template: { name: string; language: string } | null;
  code: number;
  /** What Meta said. */
  text: string;
}

/**
 * Static SQL: since when a message with this error has something to follow; it stands on the row in the
 * statement that notes the error, so that whoever dies before the rest leaves it to the sweep.
 */
export function effectDueAt(code: string): string {
  return `case when ${code} = any('{${codesWithEffect.join(",")}}'::int[]) then now() end`;
}

/** Does what the refusals of messages mean beyond them, then notes that it is done. Answers the events. */
export async function applyEffects(db: Db, refused: readonly Refused[]): Promise<LiveEvent[]> {
  const events: LiveEvent[] = [];
  for (const one of refused) events.push(...(await applyEffect(db, one)));
  const marked = refused.filter(({ code }) => codesWithEffect.includes(code));
  if (marked.length === 0) return events;
  await db.rows`
    update messages m set effect_due_at = null
    from jsonb_to_recordset(${db.json(marked)}) as x("organizationId" uuid, "messageId" uuid)
    where m.organization_id = x."organizationId" and m.id = x."messageId"
      and m.effect_due_at is not null`;
  return events;
}

/** Static SQL: the message `m` as a `Refused`. */
export const REFUSED = `jsonb_build_object('organizationId', m.organization_id,
  'integrationId', m.integration_id, 'conversationId', m.conversation_id, 'messageId', m.id,
  'code', m.error_code, 'text', coalesce(m.error_text, ''),
  'template', case when m.kind = 'template' then m.payload end)`;

/** Whoever noted these errors died before the rest was done. */
export async function findEffectsDue(db: Db): Promise<Refused[]> {
  const rows = await db.rows<{ refused: Refused }>`
    select ${db.fragment(REFUSED)} as refused from messages m
    where m.effect_due_at < now() - interval '5 seconds' and m.error_code is not null
    order by m.effect_due_at limit ${EFFECTS_PER_PASS}`;
  return rows.map(({ refused }) => refused);
}

/** What a refusal changes beyond its message. Twice is once. Answers the live events to publish. */
async function applyEffect(db: Db, refused: Refused): Promise<LiveEvent[]> {
  const effect = graphErrorEffect(refused.code);
  switch (effect?.kind) {
    case "stop_number": {
      const { organizationId, integrationId } = refused;
      const text = told(refused);
      return await stopNumbers(db, [
        { organizationId, integrationId, reason: effect.reason, text },
      ]);
    }
    case "pause_bot":
      return await pauseBot(db, refused);
    case "withdraw_template":
      return await withdrawTemplate(db, refused, effect.status);
    case "stop_marketing":
      return await stopMarketing(db, { ...refused, at: new Date() });
    default:
      return [];
  }
}

/** What Meta said, and what to do. */
function told({ code, text }: Pick<Refused, "code" | "text">): string {
  return `${text.replace(/[.\s]*$/, "")} (${code}). ${graphError(code).action}`;
}

async function pauseBot(db: Db, refused: Refused): Promise<LiveEvent[]> {
  const { organizationId, integrationId } = refused;
  const paused = await db.first<{ until: Date; name: string }>`
    update integrations set
      bot_paused_until = now() + ${BOT_PAUSE_MINUTES} * interval '1 minute', version = version + 1
    where organization_id = ${organizationId} and id = ${integrationId}
      and coalesce(bot_paused_until, now()) <= now()
    returning bot_paused_until as until, display_phone_number as name`;
  if (!paused) return [];
  const { until, name } = paused;
  return await raiseAlerts(db, [
    {
      organizationId,
      integrationId,
      kind: "number_slowed",
      severity: "warning",
      text: `The bot is silent on ${name} for ${BOT_PAUSE_MINUTES} minutes: ${told(refused)}`,
      digest: `number_slowed/${integrationId}/${until.toISOString()}`,
    },
  ]);
}

/** Only takes back what Meta had approved: any other status is newer news of Meta's. */
async function withdrawTemplate(
  db: Db,
  { organizationId, integrationId, template }: Refused,
  status: "PAUSED" | "DISABLED",
): Promise<LiveEvent[]> {
  if (template === null) return [];
  const sql = db.fragment;
  const row = await db.first<{ events: LiveEvent[] }>`
    with withdrawn as (
      update templates t set status = ${status}, updated_at = now(), version = t.version + 1
      where t.organization_id = ${organizationId} and t.integration_id = ${integrationId}
        and t.name = ${template.name} and t.language = ${template.language}
        and t.status = 'APPROVED'
      returning t.*
    ), news as (
      insert into outbox (id, organization_id, kind, entity_id, version, data)
      select gen_random_uuid(), organization_id, 'template.status', id, version,
        ${sql(templateState("withdrawn"))} from withdrawn
      returning outbox.*
    )
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}

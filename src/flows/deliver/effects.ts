import type { Db } from "../../db/client.ts";
import { raiseAlerts, stopNumbers } from "../../db/queries/alerts.ts";
import { stopMarketing } from "../../db/queries/marketing-stop.ts";
import { outboxEvents, templateState } from "../../db/queries/public-state.ts";
import type { LiveEvent } from "../../lib/events.ts";
import { graphError, graphErrorEffect } from "../../whatsapp/error-catalogue.ts";

/** How long the bot is silent after Meta has slowed a number down for spam. */
const BOT_PAUSE_MINUTES = 30;

/** A refusal of Meta's, in the answer to a send or in a status after it. */
export interface Refused {
  organizationId: string;
  integrationId: string;
  conversationId: string;
  /** Of the template that was refused; null: it was none. */
  template: { name: string; language: string } | null;
  code: number;
  /** What Meta said. */
  text: string;
}

/** What a refusal changes beyond its message. Twice is once. Answers the live events to publish. */
export async function applyEffect(db: Db, refused: Refused): Promise<LiveEvent[]> {
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

import type { Db, Parameter } from "../../db/client.ts";
import { outboxEvents, templateState } from "../../db/queries/public-state.ts";
import { wantTemplates } from "../../db/queries/template-due.ts";
import type { LiveEvent } from "../../lib/events.ts";
import { templateEvent } from "../../whatsapp/notices/template-events.ts";
import {
  readTemplateCategory,
  readTemplateQuality,
  readTemplateStatus,
  type TemplateRef,
  templateLabel,
} from "../../whatsapp/notices/template-notices.ts";
import { tidings } from "../../whatsapp/notices/tidings.ts";
import { concernedNumbers, type NoticeEffect, type NoticeFacts } from "./effect.ts";
import { tell, tells } from "./tell.ts";

/** `message_template_status_update`: the status follows, and who looks after templates is told. */
export const templateStatus: NoticeEffect = async (db, notice) => {
  const told = readTemplateStatus(notice.value);
  if (told === null) return [];
  const { status, alert } = templateEvent(told.event);
  const reason = told.reason ?? told.advice;
  const events =
    status === null
      ? []
      : await change(db, notice, told, {
          set: db.part`status = ${status}, rejected_reason = ${status === "REJECTED" ? reason : null}`,
          differs: db.part`(m.status, m.rejected_reason, m.meta_template_id) is distinct from
            (${status}, ${status === "REJECTED" ? reason : null}::text,
              coalesce(m.meta_template_id, ${told.metaTemplateId}))`,
          toldAt: "status_at",
        });
  await resync(db, notice);
  if (alert === null) return events;
  const why = [told.reason, told.advice].filter(Boolean).join(". ");
  const text = `${templateLabel(told)} is ${told.event}${why && `: ${why}`}. ${alert.fix}`;
  const kind = `template_${told.event.toLowerCase()}`.slice(0, 100);
  return [...events, ...(await tell(db, notice, { kind, severity: alert.severity, text }))];
};

/** `message_template_quality_update`, under whatever name it comes. */
export const templateQuality: NoticeEffect = async (db, notice) => {
  const told = readTemplateQuality(notice.value);
  if (told === null) return [];
  const { quality } = told;
  const events = await change(db, notice, told, {
    set: db.part`quality = ${quality}`,
    differs: db.part`m.quality <> ${quality}`,
    toldAt: "quality_at",
  });
  if (quality !== "RED" && quality !== "YELLOW") return events;
  const text = `${templateLabel(told)} has quality ${quality}: people block it or report it. Improve it, or send it to fewer people, before Meta pauses it.`;
  const severity = "warning";
  return [...events, ...(await tell(db, notice, { kind: "template_quality", severity, text }))];
};

const CATEGORIES = new Set(["MARKETING", "UTILITY", "AUTHENTICATION"]);

/** `template_category_update`: what it costs and whom it may reach changes, at once or in a day. */
export const templateCategory: NoticeEffect = async (db, notice) => {
  const told = readTemplateCategory(notice.value);
  if (told === null) return [];
  const { kind, category } = told;
  const at = told.kind === "impending" ? told.at : null;
  const isDone = kind === "done";
  const events = CATEGORIES.has(category)
    ? await change(db, notice, told, {
        set: isDone
          ? db.part`category = ${category}, next_category = null, next_category_at = null`
          : db.part`next_category = ${category}, next_category_at = ${at}::timestamptz`,
        differs: isDone
          ? db.part`(m.category <> ${category} or m.next_category is not null)`
          : db.part`(m.next_category, m.next_category_at) is distinct from
              (${category}, ${at}::timestamptz)`,
        toldAt: "category_at",
      })
    : [];
  const when = isDone ? "is now" : `becomes ${at === null ? "within a day" : `on ${at}`}:`;
  const text = `${templateLabel(told)} ${when} ${category}. It costs what that category costs, and its limits count. Appeal in WhatsApp Manager within 60 days.`;
  const severity = "warning";
  return [...events, ...(await tell(db, notice, { kind: "template_category", severity, text }))];
};

/** `message_template_components_update`: the words are read at Meta, the notice holds only some. */
export const templateComponents: NoticeEffect = async (db, notice) => {
  await resync(db, notice);
  return await tells(tidings.message_template_components_update)(db, notice);
};

async function resync(db: Db, notice: NoticeFacts): Promise<void> {
  const numbers = await concernedNumbers(db, notice);
  await wantTemplates(
    db,
    notice.organizationId,
    numbers.map(({ id }) => id),
  );
}

interface TemplateChange {
  /** Assignments. */
  set: Parameter;
  /** Whether locked row `m` says something else: only then people are told. */
  differs: Parameter;
  /** The column that keeps as of when Meta said so. */
  toldAt: "status_at" | "quality_at" | "category_at";
}

/**
 * Changes the template on each of the account's numbers unless something newer is known. Found by Meta's
 * id or, while that is not known, by name and language: so a crash between Meta's yes to a submission
 * and our commit is healed.
 */
async function change(
  db: Db,
  notice: NoticeFacts,
  { metaTemplateId, name, language }: TemplateRef,
  { set, differs, toldAt }: TemplateChange,
): Promise<LiveEvent[]> {
  const sql = db.fragment;
  const ids = (await concernedNumbers(db, notice)).map(({ id }) => id);
  const row = await db.first<{ events: LiveEvent[] }>`
    with mine as (
      select t.* from templates t
      where t.organization_id = ${notice.organizationId} and t.integration_id = any(${ids}::uuid[])
        and (t.meta_template_id = ${metaTemplateId}
          or (t.meta_template_id is null or ${metaTemplateId}::text is null)
            and t.name = ${name} and t.language = ${language})
      order by t.id for update
    ), judged as (
      select m.organization_id, m.id, ${differs} as is_news from mine m
      where coalesce(m.${sql(toldAt)}, '-infinity') <= ${notice.at}::timestamptz
    ), told as (
      update templates t set ${set}, ${sql(toldAt)} = ${notice.at}::timestamptz,
        meta_template_id = coalesce(t.meta_template_id, ${metaTemplateId}),
        updated_at = case when j.is_news then now() else t.updated_at end,
        version = t.version + j.is_news::int
      from judged j where t.organization_id = j.organization_id and t.id = j.id
      returning t.*, j.is_news
    ), news as (
      insert into outbox (id, organization_id, kind, entity_id, version, data)
      select gen_random_uuid(), organization_id, 'template.status', id, version,
        ${sql(templateState("told"))} from told where is_news
      returning outbox.*
    )
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}

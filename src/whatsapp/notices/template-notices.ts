import { idOrNull, member, momentOf, textOrNull } from "../fields.ts";

/** Which template a notice is about. One of id and name is there. */
export interface TemplateRef {
  metaTemplateId: string | null;
  name: string | null;
  /** As Meta's API spells it, `en_US`: notices also write `en-US`. */
  language: string | null;
}

export interface TemplateStatusNotice extends TemplateRef {
  /** Meta's word: APPROVED, REJECTED, PAUSED … */
  event: string;
  /** Why, in Meta's words; null where it said none. */
  reason: string | null;
  /** What else Meta wrote for people. */
  advice: string | null;
}

/** `message_template_status_update` (whatsapp.md 4); null for what names no template or event. */
export function readTemplateStatus(value: unknown): TemplateStatusNotice | null {
  const ref = readTemplateRef(value);
  const event = idOrNull(member(value, "event"))?.toUpperCase();
  if (ref === null || event === undefined) return null;
  const said = textOrNull(member(value, "reason"));
  const other = member(value, "other_info");
  const rejection = member(value, "rejection_info");
  const advice = [
    textOrNull(member(rejection, "reason")),
    textOrNull(member(rejection, "recommendation")),
    textOrNull(member(other, "description")),
  ].filter(Boolean);
  return {
    ...ref,
    event,
    reason: said === "" || said === "NONE" ? null : said,
    advice: advice.length > 0 ? advice.join(" ") : null,
  };
}

export interface TemplateQualityNotice extends TemplateRef {
  /** GREEN, YELLOW, RED or UNKNOWN. */
  quality: string;
}

/**
 * `message_template_quality_update`. Meta's own example stands under another field's name, so what
 * carries a template's new score is taken for this whatever it is called (whatsapp.md 4).
 */
export function readTemplateQuality(value: unknown): TemplateQualityNotice | null {
  const ref = readTemplateRef(value);
  const quality = idOrNull(member(value, "new_quality_score"))?.toUpperCase();
  return ref === null || quality === undefined ? null : { ...ref, quality };
}

export type TemplateCategoryNotice = TemplateRef &
  (
    | { kind: "done"; category: string }
    /** `at`: when it will be so, ISO 8601; null where Meta does not say. */
    | { kind: "impending"; category: string; at: string | null }
  );

/** `template_category_update`: an impending change carries today's category as `new_category`. */
export function readTemplateCategory(value: unknown): TemplateCategoryNotice | null {
  const ref = readTemplateRef(value);
  const correct = idOrNull(member(value, "correct_category"))?.toUpperCase();
  const fresh = idOrNull(member(value, "new_category"))?.toUpperCase();
  if (ref === null) return null;
  if (correct !== undefined) {
    const at = momentOf(member(value, "category_update_timestamp"));
    return { ...ref, kind: "impending", category: correct, at };
  }
  return fresh === undefined ? null : { ...ref, kind: "done", category: fresh };
}

/** Null for what names no template. */
export function readTemplateRef(value: unknown): TemplateRef | null {
  const metaTemplateId = idOrNull(member(value, "message_template_id"));
  const name = idOrNull(member(value, "message_template_name"));
  const language = idOrNull(member(value, "message_template_language"));
  if (metaTemplateId === null && name === null) return null;
  return { metaTemplateId, name, language: language?.replaceAll("-", "_") ?? null };
}

/** A template as people know it. */
export function templateLabel({ metaTemplateId, name, language }: TemplateRef): string {
  return name === null ? `Template ${metaTemplateId}` : `Template ${name} (${language ?? "?"})`;
}

import { AppError } from "../lib/errors.ts";
import { isJsonObject } from "../lib/json.ts";
import { elements, idOrNull, member } from "./fields.ts";
import { callGraph, type GraphRefusal } from "./graph-call.ts";
import { isNamed, type TemplateComponent } from "./template.ts";
import { templateRefusal } from "./template-refusals.ts";
import { type SampleFile, uploadSample } from "./template-sample.ts";
import { fromGraphComponents, toGraphComponents } from "./template-wire.ts";

/** Of each step of an upload; a sample may have 100 MB. */
const SAMPLE_DEADLINE_MS = 50_000;

/** As many as an account may have without further checks by Meta, so that most are one answer. */
const PAGE_SIZE = 250;

/** 6,000 templates, the most that Meta allows, are 24 pages; a list without an end is not Meta's. */
const MAX_PAGES = 40;

export type TemplateCategory = "MARKETING" | "UTILITY" | "AUTHENTICATION";

/** A template as Meta has it. */
export interface MetaTemplate {
  metaTemplateId: string;
  name: string;
  /** `en_US`. */
  language: string;
  category: TemplateCategory;
  /** Meta's word. */
  status: string;
  /** GREEN, YELLOW, RED or UNKNOWN. */
  quality: string;
  rejectedReason: string | null;
  components: TemplateComponent[];
}

export interface TemplateDraft {
  name: string;
  language: string;
  category: TemplateCategory;
  components: readonly TemplateComponent[];
}

/** What one account asks with. */
export interface TemplateAccess {
  accessToken: string;
  wabaId: string;
}

/** An account's templates at Meta. */
export interface GraphTemplates {
  /** All of them, or those of one name. */
  list(access: TemplateAccess, name?: string): Promise<MetaTemplate[]>;
  /**
   * Never repeated by itself: after a missing answer, `list` tells what became of it. `sample`: for a
   * media header, what its reviewers see.
   */
  create(
    access: TemplateAccess,
    draft: TemplateDraft,
    sample: SampleFile | null,
  ): Promise<MetaTemplate>;
  edit(
    access: TemplateAccess,
    metaTemplateId: string,
    change: { category?: TemplateCategory; components?: readonly TemplateComponent[] },
    sample: SampleFile | null,
  ): Promise<void>;
  /** In one language. What Meta does not have any more counts as deleted. */
  remove(access: TemplateAccess, template: { metaTemplateId: string; name: string }): Promise<void>;
}

interface GraphTemplateSettings {
  /** Without version and trailing slash: `https://graph.facebook.com`. */
  graphUrl: string;
  version: string;
  /** Of each question, its second try included. */
  deadlineMs: number;
}

/**
 * Fails with `invalid_input` or `conflict` in words for whoever wrote the template, and with
 * `whatsapp_unavailable` when Meta does not answer in time or has a fault of its own.
 */
export function createGraphTemplates(settings: GraphTemplateSettings): GraphTemplates {
  const { deadlineMs } = settings;
  const base = `${settings.graphUrl}/${settings.version}`;
  const id = encodeURIComponent;
  const listUrl = (wabaId: string) => `${base}/${id(wabaId)}/message_templates`;
  const shared = { deadlineMs, about: "wabaId", refuse: templateRefusal };
  const handleOf = async (sample: SampleFile | null, accessToken: string) =>
    sample && (await uploadSample({ base, accessToken, deadlineMs: SAMPLE_DEADLINE_MS }, sample));
  return {
    list: async ({ accessToken, wabaId }, name) => {
      const fields = "id,name,language,category,status,quality_score,rejected_reason,components";
      const filter = name === undefined ? "" : `&name=${id(name)}`;
      const url = `${listUrl(wabaId)}?fields=${fields}&limit=${PAGE_SIZE}${filter}`;
      return await everyPage((after) =>
        callGraph({ ...shared, url: url + after, method: "GET", accessToken }),
      );
    },
    create: async ({ accessToken, wabaId }, draft, sample) => {
      const { components } = draft;
      const handle = await handleOf(sample, accessToken);
      const body = {
        ...draft,
        parameter_format: isNamed(components) ? "NAMED" : "POSITIONAL",
        components: toGraphComponents(components, handle),
      };
      const url = listUrl(wabaId);
      const asked = { ...shared, url, method: "POST", accessToken, body, once: true } as const;
      return createdTemplate(draft, await callGraph(asked));
    },
    edit: async ({ accessToken }, metaTemplateId, { category, components }, sample) => {
      const handle = await handleOf(sample, accessToken);
      const body = {
        ...(category && { category }),
        ...(components && { components: toGraphComponents(components, handle) }),
      };
      const url = `${base}/${id(metaTemplateId)}`;
      await callGraph({ ...shared, url, method: "POST", accessToken, body, once: true });
    },
    remove: async ({ accessToken, wabaId }, { metaTemplateId, name }) => {
      const url = `${listUrl(wabaId)}?hsm_id=${id(metaTemplateId)}&name=${id(name)}`;
      const refuse = (error: GraphRefusal) => (isGone(error) ? gone() : templateRefusal(error));
      try {
        await callGraph({ ...shared, refuse, url, method: "DELETE", accessToken });
      } catch (error) {
        if (!(error instanceof AppError) || error.details["refused"] !== "gone") throw error;
      }
    },
  };
}

/** Meta's answer to a deletion of what is not there. */
const NO_SUCH_TEMPLATE = 2593002;

function isGone({ code, subcode }: GraphRefusal): boolean {
  return code === NO_SUCH_TEMPLATE || subcode === NO_SUCH_TEMPLATE;
}

function gone(): AppError {
  return new AppError("not_found", "Meta has no such template.", { refused: "gone" });
}

/** Follows the list to its end; a list that never ends fails, because half of one means nothing. */
async function everyPage(page: (after: string) => Promise<unknown>): Promise<MetaTemplate[]> {
  const templates: MetaTemplate[] = [];
  let after = "";
  for (let no = 0; no < MAX_PAGES; no += 1) {
    const found = await page(after);
    templates.push(...elements(member(found, "data")).flatMap((one) => readTemplate(one) ?? []));
    const paging = member(found, "paging");
    const cursor = idOrNull(member(member(paging, "cursors"), "after"));
    if (cursor === null || member(paging, "next") === undefined) return templates;
    after = `&after=${encodeURIComponent(cursor)}`;
  }
  throw new AppError("whatsapp_unavailable", "Meta's list of templates has no end.");
}

/** What Meta made of a draft: it may be approved at once, or be of another category. */
function createdTemplate(draft: TemplateDraft, answer: unknown): MetaTemplate {
  const { category = draft.category, status = "PENDING" } = isJsonObject(answer) ? answer : {};
  const template = readTemplate({ ...draft, id: member(answer, "id"), status, category });
  if (!template) throw new AppError("whatsapp_unavailable", "Meta named no id for the template.");
  return { ...template, components: [...draft.components] };
}

/** Meta's own pattern, in our columns' terms; undefined for what is no template. */
function readTemplate(one: unknown): MetaTemplate | undefined {
  const metaTemplateId = idOrNull(member(one, "id"));
  const name = idOrNull(member(one, "name"));
  const language = idOrNull(member(one, "language"))?.replaceAll("-", "_");
  const status = idOrNull(member(one, "status"))?.toUpperCase();
  if (metaTemplateId === null || name === null || !language || !status) return undefined;
  const reason = idOrNull(member(one, "rejected_reason"));
  return {
    metaTemplateId,
    name,
    language,
    status,
    category: categoryOf(member(one, "category")),
    quality: idOrNull(member(member(one, "quality_score"), "score"))?.toUpperCase() ?? "UNKNOWN",
    rejectedReason: reason === "NONE" ? null : reason,
    components: fromGraphComponents(member(one, "components")),
  };
}

/** A category of tomorrow counts as marketing: that has the most rules. */
function categoryOf(value: unknown): TemplateCategory {
  return value === "UTILITY" || value === "AUTHENTICATION" ? value : "MARKETING";
}

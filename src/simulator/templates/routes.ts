import { Value } from "@sinclair/typebox/value";
import { Elysia, t } from "elysia";
import { tryParseJson } from "../../lib/json.ts";
import type { Identity } from "../deps.ts";
import { type GraphRefusal, refusal, refusalResponse } from "../graph/errors.ts";
import { badToken } from "../graph/tokens.ts";
import type { World } from "../world.ts";
import {
  componentsObjection,
  creationObjection,
  EditBody,
  editObjection,
  TemplateBody,
} from "./rules.ts";
import { beginUpload, takeUpload } from "./samples.ts";
import type { StoredTemplate } from "./store.ts";

const tags = ["Simulator: Graph API"];
/** Named as the other routes below this prefix name it; here it is an account or a template. */
const params = t.Object({ version: t.String(), phoneNumberId: t.String() });
const route = (summary: string) => ({ params, detail: { tags, summary } });
const USUAL_PAGE = 25;

type Headers = Record<string, string | undefined>;
type Query = Record<string, string | undefined>;
/** A cursor no longer than a page ago: what Meta's are, nobody may know. */
const cursorOf = (at: number) => Buffer.from(`after:${at}`).toString("base64url");

/** Meta's templates (whatsapp.md 9), with its limits. The fault `account` spoils them like accounts. */
export function templateRoutes(world: World) {
  return new Elysia({ prefix: "/graph" })
    .get(
      "/:version/:phoneNumberId/message_templates",
      ({ params: { phoneNumberId: id }, headers, query, request }) =>
        answer(world, id, headers, () => listed(world, id, query, request.url)),
      route("List an account's templates"),
    )
    .post(
      "/:version/:phoneNumberId/message_templates",
      ({ params: { phoneNumberId: id }, headers, body }) =>
        answer(world, id, headers, () => created(world, id, body)),
      { ...route("Create a template"), body: t.Unknown() },
    )
    .delete(
      "/:version/:phoneNumberId/message_templates",
      ({ params: { phoneNumberId: id }, headers, query }) =>
        answer(world, id, headers, () => removed(world, id, query)),
      route("Delete a template, in one language or in all"),
    )
    .post(
      "/:version/:phoneNumberId/uploads",
      ({ headers, query }) => answerMember(world, headers, () => beginUpload(world, query)),
      route("Begin the upload of a sample file"),
    )
    .post(
      "/:version/:phoneNumberId",
      ({ params: { phoneNumberId: id }, headers, body }) =>
        id.startsWith("upload:")
          ? answerMember(world, headers, () => takeUpload(world, id, body))
          : answer(world, world.templates.byId(id)?.wabaId ?? id, headers, () =>
              edited(world, id, body),
            ),
      { ...route("Edit a template, or upload a sample file"), body: t.Unknown() },
    );
}

/** Whoever has any good token. */
function answerMember(world: World, headers: Headers, say: () => object | GraphRefusal): Response {
  const mine = world.tokens.numbersOf(headers["authorization"]);
  const said = mine.length === 0 ? badToken() : say();
  return isRefusal(said) ? refusalResponse(said) : Response.json(said);
}

/** Only who has a token of the account learns anything of it. */
function answer(
  world: World,
  wabaId: string,
  headers: Headers,
  say: () => object | GraphRefusal,
): Response {
  const fault = world.faults.take("graph", "account", { to: [wabaId] });
  if (fault) {
    const refused = refusal(fault.code ?? 2, "Asked for by a fault.");
    return refusalResponse({ ...refused, httpStatus: fault.httpStatus ?? refused.httpStatus });
  }
  const mine = world.tokens.numbersOf(headers["authorization"]);
  if (mine.length === 0) return refusalResponse(badToken());
  const isOwner = mine.some((number: Identity) => number.wabaId === wabaId);
  const said = isOwner
    ? say()
    : { ...refusal(100, `Object with ID '${wabaId}' does not exist.`), subcode: 33 };
  return isRefusal(said) ? refusalResponse(said) : Response.json(said);
}

function listed(world: World, wabaId: string, query: Query, url: string): object | GraphRefusal {
  const filters = ["name", "language", "status", "category"] as const;
  const found = world.templates
    .ofAccount(wabaId)
    .filter((one) => filters.every((key) => query[key] === undefined || one[key] === query[key]));
  const limit = Number(query["limit"] ?? USUAL_PAGE);
  const given = query["after"];
  const from = given === undefined ? 0 : found.findIndex((_, at) => cursorOf(at) === given) + 1;
  if (given !== undefined && from === 0) return refusal(131059, "The cursor is not valid.");
  const page = found.slice(from, from + limit);
  const end = from + page.length;
  const next = new URL(url);
  next.searchParams.set("after", cursorOf(end - 1));
  return {
    data: page.map(shown),
    paging: {
      cursors: { before: cursorOf(from), after: cursorOf(Math.max(0, end - 1)) },
      ...(end < found.length && { next: next.href }),
    },
  };
}

function shown(one: StoredTemplate): object {
  return {
    id: one.id,
    name: one.name,
    language: one.language,
    category: one.category,
    status: one.status,
    parameter_format: one.parameterFormat,
    quality_score: { score: one.quality },
    rejected_reason: one.rejectedReason,
    components: one.components,
  };
}

function created(world: World, wabaId: string, sent: unknown): object | GraphRefusal {
  const body = typeof sent === "string" ? tryParseJson(sent) : sent;
  if (!Value.Check(TemplateBody, body)) {
    const error = Value.Errors(TemplateBody, body).First();
    return refusal(100, `Param ${error?.path ?? "body"}: ${error?.message ?? "not readable"}.`);
  }
  const nowMs = world.deps.clock.now().getTime();
  const { name, language, category, components, parameter_format: format } = body;
  const objection =
    componentsObjection(components, world.templates) ??
    creationObjection(world.templates, { wabaId, name, language }, nowMs);
  if (objection) return objection;
  world.templates.createdAtMs(wabaId).push(nowMs);
  const { id, status } = world.templates.add({
    ...{ wabaId, name, language, category, components },
    parameterFormat: format ?? "POSITIONAL",
    ...{ status: "PENDING", quality: "UNKNOWN", rejectedReason: "NONE", editedAtMs: [] },
  });
  return { id, status, category };
}

function edited(world: World, id: string, sent: unknown): object | GraphRefusal {
  const template = world.templates.byId(id);
  if (!template) return { ...refusal(100, `Object with ID '${id}' does not exist.`), subcode: 33 };
  const body = typeof sent === "string" ? tryParseJson(sent) : sent;
  if (!Value.Check(EditBody, body)) return refusal(100, "This is no change of a template.");
  const nowMs = world.deps.clock.now().getTime();
  const { category, components } = body;
  const objection =
    editObjection(template, category === undefined ? {} : { category }, nowMs) ??
    (components && componentsObjection(components, world.templates));
  if (objection) return objection;
  if (template.status === "APPROVED") template.editedAtMs.push(nowMs);
  Object.assign(template, {
    ...{ status: "PENDING", rejectedReason: "NONE" },
    ...(category && { category }),
    ...(components && { components }),
  });
  return { success: true };
}

function removed(world: World, wabaId: string, query: Query): object | GraphRefusal {
  const { name, hsm_id: id } = query;
  const found = world.templates
    .ofAccount(wabaId)
    .filter((one) => one.name === name && (id === undefined || one.id === id));
  if (found.length === 0) {
    return { ...refusal(100, "The template was not found."), subcode: 2593002 };
  }
  if (found.some(({ status }) => status === "DISABLED")) {
    return { ...refusal(100, "Disabled templates cannot be deleted."), subcode: 2388039 };
  }
  for (const one of found) world.templates.remove(one.id);
  world.templates.deletedAtMs.set(`${wabaId}/${name}`, world.deps.clock.now().getTime());
  return { success: true };
}

function isRefusal(value: object): value is GraphRefusal {
  return "httpStatus" in value;
}

import type { Transaction } from "../../db/transaction.ts";
import {
  type TemplateFacts,
  type TemplateVariable,
  templateValues,
} from "../../funnel/template-values.ts";
import { AppError } from "../../lib/errors.ts";
import { contentFault } from "../../whatsapp/content-limits.ts";
import type { OutboundContent } from "../../whatsapp/message.ts";
import {
  bodyText,
  filledText,
  isNamed,
  needsMoreThanBody,
  type TemplateComponent,
  variableNames,
} from "../../whatsapp/template.ts";
import { noConversation } from "../conversations/service.ts";
import type { SendBody } from "./model.ts";
import { takeMedia } from "./take-media.ts";

/** What goes out, and what of the rules depends on its kind. */
export interface Composed {
  /** WhatsApp's type. */
  kind: string;
  /** What a person reads; null: there is only a file. */
  text: string | null;
  /** Null: the text alone. */
  content: OutboundContent | null;
  /** Id of the message it answers. */
  replyTo: string | null;
  /** Free-form messages go out only while the lead's 24-hour window is open. */
  needsWindow: boolean;
  isMarketing: boolean;
  /** A reaction leaves open what the lead asked. */
  answers: boolean;
  /** The uploaded file that goes out with it. */
  fileId: string | null;
}

export interface Chat {
  organizationId: string;
  conversationId: string;
}

/**
 * Turns a request into what WhatsApp is sent. Fails with `not_found` when it names something of a chat
 * that is not there, and with `invalid_input` when that something is not there, or a limit of WhatsApp's
 * is broken: the message names the field.
 */
export async function compose(tx: Transaction, chat: Chat, body: SendBody): Promise<Composed> {
  const composed = await composeKind(tx, chat, body);
  const fault = contentFault(composed.content ?? { type: "text", body: composed.text ?? "" });
  if (fault === null) return composed;
  const { field, message } = fault;
  throw new AppError("invalid_input", `${field}: ${message}.`, { field });
}

async function composeKind(tx: Transaction, chat: Chat, body: SendBody): Promise<Composed> {
  switch (body.type) {
    case undefined:
    case "text":
      return freeForm("text", body.text, null, body.replyTo);
    case "buttons":
    case "list":
    case "url":
    case "location_request":
    case "contact_request":
      return freeForm("interactive", body.text, interactive(body), body.replyTo);
    case "template":
      await requireChat(tx, chat);
      return await composeTemplate(tx, chat, body.templateId, body.variables);
    case "reaction":
      await requireChat(tx, chat);
      return await composeReaction(tx, chat, body.messageId, body.emoji ?? "");
    default:
      await requireChat(tx, chat);
      return await composeFile(tx, chat, body);
  }
}

type Of<Type extends NonNullable<SendBody["type"]>> = Extract<SendBody, { type: Type }>;

function interactive(
  body: Of<"buttons"> | Of<"list"> | Of<"url"> | Of<"location_request" | "contact_request">,
): OutboundContent {
  switch (body.type) {
    case "buttons": {
      const { type, text, buttons } = body;
      return { type, body: text, buttons, ...defined(body, "header", "footer") };
    }
    case "list": {
      const { type, text, button } = body;
      const rows = body.rows.map((row) => ({
        id: row.id,
        title: row.title,
        ...defined(row, "description"),
      }));
      return { type, body: text, button, rows, ...defined(body, "header", "footer") };
    }
    case "url": {
      const { type, text, button, url } = body;
      return { type, body: text, button, url, ...defined(body, "header", "footer") };
    }
    default:
      return { type: body.type, body: body.text };
  }
}

type FileBody = Of<"image" | "video"> | Of<"document"> | Of<"audio" | "sticker">;

async function composeFile(
  tx: Transaction,
  { organizationId }: Chat,
  body: FileBody,
): Promise<Composed> {
  const { media, file } = await takeMedia(tx, organizationId, body.type, body);
  const fileId = file?.id ?? null;
  switch (body.type) {
    case "image":
    case "video": {
      const content = { type: body.type, media, ...defined(body, "caption") };
      return { ...freeForm(body.type, body.caption ?? null, content, body.replyTo), fileId };
    }
    case "document": {
      const { type, caption, filename = file?.filename ?? undefined } = body;
      const named = { ...body, filename };
      const content = { type, media, ...defined(named, "caption", "filename") };
      return { ...freeForm(type, caption ?? filename ?? null, content, body.replyTo), fileId };
    }
    default: {
      const content: OutboundContent = { type: body.type, media };
      return { ...freeForm(body.type, null, content, body.replyTo), fileId };
    }
  }
}

/** Before anything the body names in it: whose chat is not there learns nothing else. */
async function requireChat(
  tx: Transaction,
  { organizationId, conversationId }: Chat,
): Promise<void> {
  const found = await tx.first`
    select 1 from conversations
    where organization_id = ${organizationId} and id = ${conversationId} for update`;
  if (!found) throw noConversation(conversationId);
}

function freeForm(
  kind: string,
  text: string | null,
  content: OutboundContent | null,
  replyTo: string | null | undefined,
): Composed {
  return {
    kind,
    text,
    content,
    replyTo: replyTo ?? null,
    needsWindow: true,
    isMarketing: false,
    answers: true,
    fileId: null,
  };
}

async function composeTemplate(
  tx: Transaction,
  { organizationId, conversationId }: Chat,
  templateId: string,
  given: readonly string[] | undefined,
): Promise<Composed> {
  const template = await tx.first<SendableTemplate>`
    select t.name, t.language, t.category, t.components, t.status, t.variables,
      jsonb_build_object(
        'lead', jsonb_build_object('name', l.name, 'company', l.company, 'fields', l.fields),
        'business', jsonb_build_object('name', o.name)) as facts
    from templates t join conversations c on c.organization_id = t.organization_id
      and c.integration_id = t.integration_id
    join leads l on l.organization_id = c.organization_id and l.id = c.lead_id
    join organizations o on o.id = t.organization_id
    where t.organization_id = ${organizationId} and t.id = ${templateId}
      and c.id = ${conversationId}`;
  if (!template) throw new AppError("invalid_input", "This number has no such template.");
  const { name, language, category, components, status } = template;
  if (status !== "APPROVED") {
    throw new AppError(
      "invalid_input",
      `The template is ${status}: only approved ones can be sent.`,
    );
  }
  if (needsMoreThanBody(components)) {
    throw new AppError(
      "invalid_input",
      "The template's header or buttons need values of their own: these cannot be sent yet.",
    );
  }
  const body = bodyText(components);
  const names = variableNames(body);
  const variables = valuesFor(template, names, given);
  return {
    kind: "template",
    text: rendered(body, variables),
    content: {
      type: "template",
      name,
      language,
      variables,
      ...(isNamed(components) && { names }),
    },
    replyTo: null,
    needsWindow: false,
    isMarketing: category === "MARKETING",
    answers: true,
    fileId: null,
  };
}

interface SendableTemplate {
  name: string;
  language: string;
  category: string;
  components: TemplateComponent[];
  status: string;
  variables: TemplateVariable[];
  facts: TemplateFacts;
}

/** What was given, else what the template's own variables say. Fails with `invalid_input`. */
function valuesFor(
  { variables, facts }: SendableTemplate,
  names: readonly string[],
  given: readonly string[] | undefined,
): readonly string[] {
  if (given === undefined) {
    const filled = templateValues(names, variables, facts);
    if ("values" in filled) return filled.values;
    const missing = filled.missing.map((name) => `{{${name}}}`).join(", ");
    throw new AppError(
      "invalid_input",
      `variables: nothing fills ${missing}. Give values, or say in the template where they come from.`,
    );
  }
  if (given.length === names.length) return given;
  throw new AppError(
    "invalid_input",
    `The template has ${names.length} variables; ${given.length} were given.`,
  );
}

/** The body as the lead will read it. */
function rendered(body: string, values: readonly string[]): string {
  const names = variableNames(body);
  return filledText(body, new Map(names.map((name, at) => [name, values[at] ?? ""])));
}

async function composeReaction(
  tx: Transaction,
  { organizationId, conversationId }: Chat,
  messageId: string,
  emoji: string,
): Promise<Composed> {
  const target = await tx.first<{ wamid: string }>`
    select wamid from messages
    where organization_id = ${organizationId} and conversation_id = ${conversationId}
      and id = ${messageId} and direction = 'in' and kind <> 'reaction' and wamid is not null`;
  if (!target) throw new AppError("invalid_input", "The lead has no such message in this chat.");
  const content: OutboundContent = { type: "reaction", wamid: target.wamid, emoji };
  return { ...freeForm("reaction", emoji, content, null), answers: false };
}

/** Those of the parts that are there: the Graph API's objects have them or do not. */
function defined<Body extends object, Name extends keyof Body>(
  body: Body,
  ...names: readonly Name[]
): { [Part in Name]?: NonNullable<Body[Part]> } {
  const parts = names.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name]]]));
  return Object.fromEntries(parts);
}

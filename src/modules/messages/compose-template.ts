import type { Transaction } from "../../db/transaction.ts";
import {
  type TemplateFacts,
  type TemplateVariable,
  templateValues,
} from "../../funnel/template-values.ts";
import { AppError } from "../../lib/errors.ts";
import type { OutboundContent } from "../../whatsapp/message.ts";
import {
  bodyText,
  filledText,
  isNamed,
  type TemplateComponent,
  variableNames,
} from "../../whatsapp/template.ts";
import {
  buttonValues,
  type GivenHeader,
  headerFormat,
  headerValue,
} from "../../whatsapp/template-values.ts";
import type { Chat, Composed } from "./compose.ts";
import type { SendBody } from "./model.ts";
import { takeMedia } from "./take-media.ts";

type TemplateBody = Extract<SendBody, { type: "template" }>;

interface SendableTemplate {
  name: string;
  language: string;
  category: string;
  components: TemplateComponent[];
  status: string;
  variables: TemplateVariable[];
  facts: TemplateFacts;
}

/**
 * A template as it goes to this chat's lead, each of its variables filled. Fails with `invalid_input`
 * that names the field, when the number has no such template, Meta has not approved it, or a value is
 * missing or has no place.
 */
export async function composeTemplate(
  tx: Transaction,
  chat: Chat,
  body: TemplateBody,
): Promise<Composed> {
  const template = await findTemplate(tx, chat, body.templateId);
  const { name, language, category, components, status } = template;
  if (status !== "APPROVED") {
    throw new AppError(
      "invalid_input",
      `The template is ${status}: only approved ones can be sent.`,
    );
  }
  if (components.some(({ type }) => type === "OTHER")) {
    throw new AppError("invalid_input", "The template has a part that Leadline cannot fill.");
  }
  const text = bodyText(components);
  const names = variableNames(text);
  const variables = valuesFor(template, names, body.variables);
  const { given, fileId } = await givenHeader(tx, chat, components, body.header);
  const header = accepted(headerValue(components, given));
  const buttons = accepted(buttonValues(components, body.buttons ?? []));
  const content: OutboundContent = {
    ...{ type: "template", name, language, variables },
    // Names are the body's: a header's variable brings its own.
    ...(isNamed(components) && { names }),
    ...(header && { header }),
    ...(buttons.length > 0 && { buttons }),
  };
  return {
    kind: "template",
    text: rendered(text, variables),
    content,
    replyTo: null,
    needsWindow: false,
    isMarketing: category === "MARKETING",
    answers: true,
    fileId,
  };
}

async function findTemplate(
  tx: Transaction,
  { organizationId, conversationId }: Chat,
  templateId: string,
): Promise<SendableTemplate> {
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
  return template;
}

/** What was given for the header, with its file held; a file where none belongs is not looked for. */
async function givenHeader(
  tx: Transaction,
  { organizationId }: Chat,
  components: readonly TemplateComponent[],
  header: TemplateBody["header"],
): Promise<{ given: GivenHeader | undefined; fileId: string | null }> {
  if (header === undefined) return { given: undefined, fileId: null };
  const { text, location, filename, fileId, metaMediaId, link } = header;
  const words = {
    ...(text !== undefined && { text }),
    ...(location && { location }),
  };
  const format = headerFormat(components);
  if (format !== "image" && format !== "video" && format !== "document") {
    return { given: words, fileId: null };
  }
  const named = {
    ...(fileId !== undefined && { fileId }),
    ...(metaMediaId !== undefined && { metaMediaId }),
    ...(link !== undefined && { link }),
  };
  const { media, file } = await takeMedia(tx, organizationId, format, named, "header.");
  const shown = filename ?? file?.filename ?? undefined;
  const given = { ...words, media, ...(shown !== undefined && { filename: shown }) };
  return { given, fileId: file?.id ?? null };
}

function accepted<Value extends object | null>(
  value: Value | { field: string; message: string },
): Value {
  if (value !== null && "field" in value && "message" in value) {
    const { field, message } = value;
    throw new AppError("invalid_input", `${field}: ${message}.`, { field });
  }
  return value;
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
    `variables: the template has ${names.length}; ${given.length} were given.`,
  );
}

/** The body as the lead will read it. */
function rendered(body: string, values: readonly string[]): string {
  const names = variableNames(body);
  return filledText(body, new Map(names.map((name, at) => [name, values[at] ?? ""])));
}

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
  needsMoreThanBody,
  type TemplateComponent,
  variableNames,
} from "../../whatsapp/template.ts";
import { noConversation } from "../conversations/service.ts";
import type { SendBody } from "./model.ts";

/** What goes out, and what of the rules depends on its kind. */
export interface Composed {
  /** WhatsApp's type. */
  kind: string;
  /** What a person reads. */
  text: string;
  /** Null: the text alone. */
  content: OutboundContent | null;
  /** Id of the message it answers. */
  replyTo: string | null;
  /** Free-form messages go out only while the lead's 24-hour window is open. */
  needsWindow: boolean;
  isMarketing: boolean;
  /** A reaction leaves open what the lead asked. */
  answers: boolean;
}

export interface Chat {
  organizationId: string;
  conversationId: string;
}

/**
 * Turns a request into what WhatsApp is sent. Fails with `not_found` when it names something of a chat
 * that is not there, and with `invalid_input` when that something is not there, or a limit of WhatsApp's is broken that the schema cannot say.
 */
export async function compose(tx: Transaction, chat: Chat, body: SendBody): Promise<Composed> {
  switch (body.type) {
    case undefined:
    case "text":
      return freeForm("text", body.text, null, body.replyTo);
    case "buttons": {
      const { text, buttons } = body;
      requireUnique(buttons, "title");
      requireUnique(buttons, "id");
      const content: OutboundContent = { type: "buttons", body: text, buttons };
      return freeForm("interactive", text, content, body.replyTo);
    }
    case "list": {
      const { text, button, rows } = body;
      requireUnique(rows, "id");
      const content: OutboundContent = {
        type: "list",
        body: text,
        button,
        rows: rows.map(defined),
      };
      return freeForm("interactive", text, content, body.replyTo);
    }
    case "template":
      await requireChat(tx, chat);
      return await composeTemplate(tx, chat, body.templateId, body.variables);
    case "reaction":
      await requireChat(tx, chat);
      return await composeReaction(tx, chat, body.messageId, body.emoji ?? "");
    default:
      await requireChat(tx, chat);
      throw new AppError("invalid_input", "There is no such file: none can be uploaded yet.", {
        mediaId: body.mediaId,
      });
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
  text: string,
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
  if (needsMoreThanBody(components) || isNamed(components)) {
    throw new AppError(
      "invalid_input",
      "The template's header or buttons need values of their own: these cannot be sent yet.",
    );
  }
  const body = bodyText(components);
  const variables = valuesFor(template, variableNames(body), given);
  return {
    kind: "template",
    text: rendered(body, variables),
    content: { type: "template", name, language, variables },
    replyTo: null,
    needsWindow: false,
    isMarketing: category === "MARKETING",
    answers: true,
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

function requireUnique<Name extends string>(
  choices: readonly Readonly<Record<Name, string>>[],
  name: Name,
): void {
  if (new Set(choices.map((choice) => choice[name])).size === choices.length) return;
  throw new AppError("invalid_input", `Each ${name} may be there only once.`);
}

/** Without the keys that are undefined: the Graph API's rows have them or do not. */
function defined({ id, title, description }: { id: string; title: string; description?: string }) {
  return description === undefined ? { id, title } : { id, title, description };
}

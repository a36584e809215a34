import type { Transaction } from "../../db/transaction.ts";
import { AppError } from "../../lib/errors.ts";
import { contentFault } from "../../whatsapp/content-limits.ts";
import type { OutboundContent } from "../../whatsapp/message.ts";
import { noConversation } from "../conversations/service.ts";
import { composeTemplate } from "./compose-template.ts";
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
      return await composeTemplate(tx, chat, body);
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

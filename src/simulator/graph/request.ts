import { type Static, type TObject, type TProperties, Type } from "@sinclair/typebox";
import { type ValueError, ValueErrorType } from "@sinclair/typebox/errors";
import { Value } from "@sinclair/typebox/value";
import { idOrNull, member } from "../../whatsapp/fields.ts";
import type { SentTemplate } from "../templates/send-check.ts";
import { type GraphRefusal, refusal } from "./errors.ts";

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const Reply = Type.Object({ id: text(256), title: text(20) });
const Row = Type.Object({
  id: text(200),
  title: text(24),
  description: Type.Optional(Type.String({ maxLength: 72 })),
});
const Section = Type.Object({
  title: Type.Optional(Type.String({ maxLength: 24 })),
  rows: Type.Array(Row, { minItems: 1 }),
});
const Footer = Type.Optional(Type.Object({ text: text(60) }));

const TextMessage = Type.Object({ text: Type.Object({ body: text(4096) }) });
const ButtonMessage = Type.Object({
  interactive: Type.Object({
    body: Type.Object({ text: text(1024) }),
    footer: Footer,
    action: Type.Object({
      buttons: Type.Array(Type.Object({ type: Type.Literal("reply"), reply: Reply }), {
        minItems: 1,
        maxItems: 3,
      }),
    }),
  }),
});
const ListMessage = Type.Object({
  interactive: Type.Object({
    body: Type.Object({ text: text(4096) }),
    footer: Footer,
    action: Type.Object({
      button: text(20),
      sections: Type.Array(Section, { minItems: 1, maxItems: 10 }),
    }),
  }),
});
const OtherInteractive = Type.Object({
  interactive: Type.Object({
    type: Type.String(),
    body: Type.Optional(Type.Object({ text: Type.String({ maxLength: 1024 }) })),
  }),
});
const TemplateMessage = Type.Object({
  template: Type.Object({
    name: text(512),
    language: Type.Object({ code: text(16) }),
    components: Type.Optional(
      Type.Array(
        Type.Object({
          type: Type.String(),
          parameters: Type.Optional(
            Type.Array(Type.Object({ text: Type.Optional(Type.String({ maxLength: 1024 })) })),
          ),
        }),
      ),
    ),
  }),
});

const ReactionMessage = Type.Object({
  reaction: Type.Object({ message_id: text(512), emoji: Type.String({ maxLength: 32 }) }),
});

/** The fields every send has; `to` and `recipient` may both be there, then `to` wins. */
const SendRequest = Type.Object({
  messaging_product: Type.Literal("whatsapp"),
  to: Type.Optional(text(200)),
  recipient: Type.Optional(text(200)),
  type: Type.Optional(Type.String()),
  context: Type.Optional(Type.Object({ message_id: Type.String() })),
  biz_opaque_callback_data: Type.Optional(Type.String({ maxLength: 512 })),
});
export type SendRequest = Static<typeof SendRequest>;

const ReadRequest = Type.Object({
  messaging_product: Type.Literal("whatsapp"),
  status: Type.Literal("read"),
  message_id: text(512),
  typing_indicator: Type.Optional(Type.Object({ type: Type.Literal("text") })),
});

/** What is sent, as a phone shows it. */
export type Content =
  | { kind: "text"; text: string }
  | { kind: "buttons"; text: string; buttons: readonly Static<typeof Reply>[] }
  | { kind: "list"; text: string; button: string; rows: readonly Static<typeof Row>[] }
  | { kind: "template"; text: string; template: SentTemplate; category: string }
  /** `mediaId`: of the file that it shows. */
  | { kind: "other"; text: string; mediaId?: string };

export type Call =
  | { kind: "send"; request: SendRequest; type: string; content: Content }
  | { kind: "read"; wamid: string; typing: boolean }
  | { kind: "refused"; refusal: GraphRefusal };

/** Kinds that are accepted without a look inside. */
const otherTypes = ["image", "video", "audio", "document", "sticker", "location", "contacts"];

function refused(code: number, details: string): Call {
  return { kind: "refused", refusal: refusal(code, details) };
}

/** 131008 for what is missing, 131009 for what is over a limit, 100 for what has the wrong shape. */
function complain(error: ValueError | undefined): Call {
  const where = error?.path.slice(1).replaceAll("/", ".") ?? "body";
  if (!error || error.type === ValueErrorType.ObjectRequiredProperty) {
    return refused(131008, `Parameter ${where} is required.`);
  }
  const isShape = error.type === ValueErrorType.Object || error.type === ValueErrorType.String;
  return refused(isShape ? 100 : 131009, `Parameter ${where}: ${error.message}.`);
}

function read<P extends TProperties>(
  schema: TObject<P>,
  body: unknown,
  use: (value: Static<TObject<P>>) => Call,
): Call {
  return Value.Check(schema, body) ? use(body) : complain(Value.Errors(schema, body).First());
}

function repeated(values: readonly string[]): boolean {
  return new Set(values).size < values.length;
}

function readButtons(request: SendRequest, body: unknown): Call {
  return read(ButtonMessage, body, ({ interactive }) => {
    const buttons = interactive.action.buttons.map(({ reply }) => reply);
    if (repeated(buttons.map(({ id }) => id)) || repeated(buttons.map(({ title }) => title))) {
      return refused(131009, "Button ids and titles must be unique.");
    }
    const content: Content = { kind: "buttons", text: interactive.body.text, buttons };
    return { kind: "send", request, type: "interactive", content };
  });
}

function readList(request: SendRequest, body: unknown): Call {
  return read(ListMessage, body, ({ interactive }) => {
    const { button, sections } = interactive.action;
    const rows = sections.flatMap((section) => section.rows);
    if (rows.length > 10) return refused(131009, "A list has at most 10 rows in total.");
    if (repeated(rows.map(({ id }) => id))) return refused(131009, "Row ids must be unique.");
    if (sections.length > 1 && sections.some(({ title }) => !title)) {
      return refused(131009, "Each of several sections needs a title.");
    }
    const content: Content = { kind: "list", text: interactive.body.text, button, rows };
    return { kind: "send", request, type: "interactive", content };
  });
}

function readInteractive(request: SendRequest, body: unknown): Call {
  return read(OtherInteractive, body, ({ interactive }) => {
    if (interactive.type === "button") return readButtons(request, body);
    if (interactive.type === "list") return readList(request, body);
    const content: Content = { kind: "other", text: interactive.body?.text ?? interactive.type };
    return { kind: "send", request, type: "interactive", content };
  });
}

function readMessage(request: SendRequest, body: unknown): Call {
  const { type = "text" } = request;
  const send = (content: Content): Call => ({ kind: "send", request, type, content });
  if (type === "text") {
    return read(TextMessage, body, (message) => send({ kind: "text", text: message.text.body }));
  }
  if (type === "interactive") return readInteractive(request, body);
  if (type === "template") {
    return read(TemplateMessage, body, ({ template: { name, language, components = [] } }) => {
      const values = components.flatMap(({ parameters = [] }) => parameters.map((one) => one.text));
      const template = { name, language: language.code, components };
      return send({
        kind: "template",
        text: [`[${name}]`, ...values].join(" "),
        template,
        category: "marketing",
      });
    });
  }
  if (type === "reaction") {
    return read(ReactionMessage, body, ({ reaction }) =>
      send({ kind: "other", text: reaction.emoji || "[reaction removed]" }),
    );
  }
  if (otherTypes.includes(type)) {
    const mediaId = idOrNull(member(member(body, type), "id"));
    return send({ kind: "other", text: `[${type}]`, ...(mediaId !== null && { mediaId }) });
  }
  return refused(100, `Parameter type: ${type} is not a message type.`);
}

/** Reads the body of `POST /{number}/messages`: a message, a read receipt, or why it is refused. */
export function readCall(body: unknown): Call {
  if (Value.Check(ReadRequest, body)) {
    const typing = body.typing_indicator !== undefined;
    return { kind: "read", wamid: body.message_id, typing };
  }
  return read(SendRequest, body, (request) => {
    if (request.to === undefined && request.recipient === undefined) {
      return refused(131008, "Parameter to or recipient is required.");
    }
    return readMessage(request, body);
  });
}

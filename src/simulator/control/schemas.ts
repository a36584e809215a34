import { t } from "elysia";
import { faultKinds } from "../faults.ts";
import { ServerTraits } from "../model/server.ts";

const strict = { additionalProperties: false };
const MAX_DELAY_MS = 240_000;
const delayMs = t.Integer({ minimum: 0, maximum: MAX_DELAY_MS });

const targets = [
  t.Literal("graph"),
  t.Literal("model"),
  t.Literal("media"),
  t.Literal("webhooks"),
] as const;
const Target = t.Union([...targets]);
const Kind = t.Union(
  [...faultKinds.graph, ...faultKinds.model, ...faultKinds.media, ...faultKinds.webhooks].map(
    (kind) => t.Literal(kind),
  ),
);
const Step = t.Union([
  t.Literal("brain"),
  t.Literal("mouth"),
  t.Literal("memory"),
  t.Literal("describe"),
  t.Literal("transcribe"),
]);

export const FaultBody = t.Object(
  {
    target: Target,
    kind: Kind,
    count: t.Optional(t.Integer({ minimum: 1, description: "Fires so often, then no more." })),
    rate: t.Optional(
      t.Number({
        exclusiveMinimum: 0,
        maximum: 1,
        description: "Share of the matching events, evenly.",
      }),
    ),
    match: t.Optional(
      t.Object(
        {
          to: t.Optional(t.String({ description: "Persona id, phone digits or BSUID." })),
          text: t.Optional(t.String({ description: "Part of the sent text, or of the prompt." })),
          step: t.Optional(Step),
          model: t.Optional(t.String({ description: "The model that is asked." })),
        },
        strict,
      ),
    ),
    delayMs: t.Optional(delayMs),
    retryAfterSeconds: t.Optional(t.Integer({ minimum: 0, maximum: 3_600 })),
    code: t.Optional(
      t.Integer({ minimum: 0, description: "graph_code, fail_later: the Graph error code." }),
    ),
    httpStatus: t.Optional(t.Integer({ minimum: 400, maximum: 599 })),
  },
  strict,
);

export const FaultQuery = t.Object(
  {
    id: t.Optional(t.String()),
    target: t.Optional(Target),
    kind: t.Optional(Kind),
  },
  strict,
);

const PHONE = "^[1-9][0-9]{6,14}$";
const BSUID = "^[A-Z]{2}\\.[A-Za-z0-9.]{1,132}$";

const leadKinds = [
  "text",
  "button_reply",
  "list_reply",
  "button",
  "image",
  "video",
  "audio",
  "document",
  "sticker",
  "location",
  "contacts",
  "flow_reply",
  "address_reply",
  "call_permission",
  "order",
  "reaction",
  "edit",
  "revoke",
  "changed_number",
  "changed_user_id",
  "unsupported",
  "raw",
] as const;

export const MessageBody = t.Object(
  {
    persona: t.Optional(t.String({ description: "Id of a persona." })),
    from: t.Optional(
      t.Union(
        [
          t.String({ pattern: "^\\+?[1-9][0-9]{6,14}$" }),
          t.Object({ bsuid: t.String({ pattern: BSUID }) }, strict),
        ],
        { description: 'A phone number, or `{"bsuid"}` of somebody who hides theirs.' },
      ),
    ),
    name: t.Optional(t.String({ maxLength: 200, description: "Profile name." })),
    username: t.Optional(t.String({ maxLength: 64 })),
    phoneNumberId: t.Optional(t.String({ description: "The business number written to." })),
    type: t.Optional(
      t.Union(
        leadKinds.map((kind) => t.Literal(kind)),
        { default: "text", description: "What is sent; each kind has fields of its own." },
      ),
    ),
    text: t.Optional(t.String({ minLength: 1, description: "text, edit; order: a note." })),
    id: t.Optional(
      t.String({ minLength: 1, description: "Of the choice tapped; button: payload." }),
    ),
    title: t.Optional(t.String({ minLength: 1 })),
    description: t.Optional(t.String()),
    mediaId: t.Optional(t.String({ minLength: 1, maxLength: 100 })),
    mimeType: t.Optional(t.String({ minLength: 1, maxLength: 100 })),
    sha256: t.Optional(t.String({ minLength: 1, maxLength: 100, description: "Base64." })),
    caption: t.Optional(t.String({ minLength: 1, maxLength: 1_024 })),
    filename: t.Optional(t.String({ minLength: 1, maxLength: 240 })),
    voice: t.Optional(t.Boolean({ description: "audio: recorded in the chat; true unless said." })),
    animated: t.Optional(t.Boolean()),
    latitude: t.Optional(t.Number({ minimum: -90, maximum: 90 })),
    longitude: t.Optional(t.Number({ minimum: -180, maximum: 180 })),
    placeName: t.Optional(t.String({ minLength: 1, maxLength: 200 })),
    address: t.Optional(t.String({ minLength: 1, maxLength: 500 })),
    cards: t.Optional(
      t.Array(
        t.Object(
          { name: t.String({ minLength: 1 }), phone: t.Optional(t.String({ pattern: PHONE })) },
          strict,
        ),
        { minItems: 1, maxItems: 257 },
      ),
    ),
    origin: t.Optional(
      t.Union([t.Literal("contact_request"), t.Literal("other")], {
        description: "contacts: `contact_request` = the lead's own number, because we asked.",
      }),
    ),
    answers: t.Optional(t.Unknown({ description: "flow_reply, address_reply: any JSON." })),
    response: t.Optional(t.Union([t.Literal("accept"), t.Literal("reject")])),
    items: t.Optional(
      t.Array(
        t.Object(
          {
            retailerId: t.String({ minLength: 1 }),
            quantity: t.Integer({ minimum: 1 }),
            price: t.Number({ minimum: 0 }),
            currency: t.String({ pattern: "^[A-Z]{3}$" }),
          },
          strict,
        ),
        { minItems: 1, maxItems: 100 },
      ),
    ),
    messageId: t.Optional(
      t.String({ minLength: 1, description: "reaction, edit, revoke: wamid of the message." }),
    ),
    emoji: t.Optional(t.String({ maxLength: 32, description: "None or empty takes it back." })),
    newPhone: t.Optional(t.String({ pattern: PHONE })),
    newBsuid: t.Optional(t.String({ pattern: BSUID })),
    what: t.Optional(t.String({ minLength: 1, description: "unsupported: poll, edit …" })),
    referral: t.Optional(
      t.Record(t.String(), t.Unknown(), {
        description: "The ad that brought the lead, as Meta writes it: source_id, ctwa_clid …",
      }),
    ),
    forwarded: t.Optional(t.Boolean()),
    context: t.Optional(t.String({ description: "wamid of the message answered." })),
    message: t.Optional(
      t.Record(t.String(), t.Unknown(), {
        description: "raw: the message object as Meta would send it; ids and time are added.",
      }),
    ),
    clientRef: t.Optional(t.String({ maxLength: 200 })),
  },
  strict,
);

export const ClockBody = t.Object(
  { advanceMs: t.Integer({ minimum: 0, maximum: 366 * 24 * 60 * 60 * 1_000 }) },
  strict,
);

export const ScriptBody = t.Object(
  {
    script: t.Optional(
      t.Array(
        t.Object(
          {
            step: Step,
            json: t.Optional(
              t.Unknown({
                description:
                  "The answer. An object is laid over the rules' own answer, so one field is enough.",
              }),
            ),
            text: t.Optional(t.String({ description: "The answer as raw text instead." })),
            match: t.Optional(t.Object({ text: t.String() }, strict)),
            delayMs: t.Optional(delayMs),
          },
          strict,
        ),
        { maxItems: 500 },
      ),
    ),
    latencyMs: t.Optional(delayMs),
    server: t.Optional(t.Partial(ServerTraits, strict)),
  },
  strict,
);

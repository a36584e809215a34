import { t } from "elysia";
import { faultKinds } from "../faults.ts";

const strict = { additionalProperties: false };
const MAX_DELAY_MS = 240_000;
const delayMs = t.Integer({ minimum: 0, maximum: MAX_DELAY_MS });

const targets = [t.Literal("graph"), t.Literal("model"), t.Literal("webhooks")] as const;
const Target = t.Union([...targets]);
const Kind = t.Union(
  [...faultKinds.graph, ...faultKinds.model, ...faultKinds.webhooks].map((kind) => t.Literal(kind)),
);
const Step = t.Union([t.Literal("brain"), t.Literal("mouth"), t.Literal("memory")]);

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

export const MessageBody = t.Object(
  {
    persona: t.Optional(t.String({ description: "Id of a persona." })),
    from: t.Optional(
      t.Union(
        [
          t.String({ pattern: "^\\+?[1-9][0-9]{6,14}$" }),
          t.Object({ bsuid: t.String({ pattern: "^[A-Z]{2}\\.[A-Za-z0-9.]{1,132}$" }) }, strict),
        ],
        { description: 'A phone number, or `{"bsuid"}` of somebody who hides theirs.' },
      ),
    ),
    name: t.Optional(t.String({ maxLength: 200, description: "Profile name." })),
    username: t.Optional(t.String({ maxLength: 64 })),
    phoneNumberId: t.Optional(t.String({ description: "The business number written to." })),
    type: t.Optional(
      t.Union(
        [t.Literal("text"), t.Literal("button_reply"), t.Literal("list_reply"), t.Literal("raw")],
        { default: "text" },
      ),
    ),
    text: t.Optional(t.String({ minLength: 1 })),
    id: t.Optional(t.String({ minLength: 1 })),
    title: t.Optional(t.String({ minLength: 1 })),
    description: t.Optional(t.String()),
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
  },
  strict,
);

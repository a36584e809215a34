import { t } from "elysia";

const Label = t.String({ minLength: 1, maxLength: 25, pattern: "\\S", examples: ["Yes, please"] });

const Sample = t.String({ minLength: 1, maxLength: 200, pattern: "\\S", examples: ["Ann"] });

const Button = t.Union([
  t.Object({ type: t.Literal("QUICK_REPLY"), text: Label }),
  t.Object({
    type: t.Literal("URL"),
    text: Label,
    url: t.String({
      maxLength: 2_000,
      pattern: "^https?://\\S+$",
      description: "May end in {{1}}, and then has a `sample`.",
      examples: ["https://example.com/offers"],
    }),
    sample: t.Optional(Sample),
  }),
  t.Object({
    type: t.Literal("PHONE_NUMBER"),
    text: Label,
    phoneNumber: t.String({ pattern: "^\\+[0-9]{6,19}$", examples: ["+13035550142"] }),
  }),
  t.Object({
    type: t.Literal("COPY_CODE"),
    sample: t.String({ minLength: 1, maxLength: 15, pattern: "\\S", examples: ["SUN10"] }),
  }),
]);

const parts = [
  t.Object({
    type: t.Literal("BODY"),
    text: t.String({ minLength: 1, maxLength: 1_024, pattern: "\\S" }),
    samples: t.Optional(
      t.Array(Sample, { maxItems: 100, description: "For each variable one, in order." }),
    ),
  }),
  t.Object({
    type: t.Literal("HEADER"),
    format: t.Literal("TEXT"),
    text: t.String({ minLength: 1, maxLength: 60, pattern: "\\S" }),
    sample: t.Optional(Sample),
  }),
  t.Object({
    type: t.Literal("HEADER"),
    format: t.UnionEnum(["IMAGE", "VIDEO", "DOCUMENT"]),
    sampleFileId: t.Optional(
      t.String({
        format: "uuid",
        description:
          "Of `POST /api/v1/files`: what Meta's reviewers see. To submit it, it has one.",
      }),
    ),
  }),
  t.Object({ type: t.Literal("HEADER"), format: t.Literal("LOCATION") }),
  t.Object({
    type: t.Literal("FOOTER"),
    text: t.String({ minLength: 1, maxLength: 60, pattern: "\\S" }),
  }),
  t.Object({
    type: t.Literal("BUTTONS"),
    buttons: t.Array(Button, { minItems: 1, maxItems: 10 }),
  }),
] as const;

const TemplateComponent = t.Union([...parts], {
  title: "TemplateComponent",
  description: "A part of a template, as Meta names them.",
});

const KeptComponent = t.Union(
  [
    ...parts,
    t.Object({
      type: t.Literal("OTHER"),
      meta: t.Record(t.String(), t.Unknown(), { description: "As Meta has it." }),
    }),
  ],
  {
    title: "KeptComponent",
    description: "Also a part that only Meta's own tools write: a carousel, a one-time password.",
  },
);

/** As they are shown: whatever Meta has. */
export const KeptComponents = t.Array(KeptComponent);

export const Components = t.Array(TemplateComponent, {
  minItems: 1,
  maxItems: 4,
  description:
    "One BODY, and at most one HEADER, FOOTER and BUTTONS. Variables are {{1}}, {{2}} … without a gap, or {{first_name}}, with a sample each, for Meta's reviewers; the body neither starts nor ends with one.",
  examples: [
    [
      {
        type: "BODY",
        text: "Hi {{1}}, it is Northwind. Shall we go on?",
        samples: ["Ann"],
      },
    ],
  ],
});

import { t } from "elysia";
import { MAX_INSTRUCTION_CHARS, promptStates, promptSteps } from "../../funnel/prompts.ts";
import { Id, Instant, pageOfRows, paging, Version } from "../../http/plugins/fields.ts";

const Step = t.UnionEnum([...promptSteps], {
  description: "`brain` decides, `mouth` writes the message, `memory` keeps the notes.",
  examples: ["mouth"],
});

const Instructions = t.String({
  minLength: 1,
  maxLength: MAX_INSTRUCTION_CHARS,
  pattern: "\\S",
  description: "The replaceable part of what the step is told. Plain text.",
  examples: ["How to write\n- Two short sentences at most.\n- Offer the home survey by name."],
});

const Note = t.Nullable(t.String({ maxLength: 500, description: "What it is meant to change." }));

const Label = t.String({
  description: "How model calls made with it are marked.",
  examples: ["own-3"],
});

const Hash = t.String({
  description: "Of everything sent as instructions, and of the answer's schema.",
  examples: ["5f1d7a84db00d2fc"],
});

const Evaluation = t.Object(
  {
    ranAt: Instant,
    model: t.String(),
    endpoint: t.String({ description: "Origin of the model's API." }),
    hasPassed: t.Boolean(),
    passed: t.Integer({ description: "Cases that passed." }),
    failed: t.Array(t.String(), { description: "Names of the cases that failed." }),
    costUsd: t.Nullable(t.String({ description: "USD, exact decimal; null: unknown." })),
  },
  { title: "PromptEvaluation" },
);

export const PromptVersion = t.Object(
  {
    id: Id,
    step: Step,
    number: t.Integer({ description: "Counts from 1 for each step." }),
    label: Label,
    state: t.UnionEnum([...promptStates], {
      description: "`evaluated`: the golden set has passed in a live run of exactly this text.",
    }),
    instructions: Instructions,
    note: Note,
    hash: Hash,
    isCurrent: t.Boolean({
      description:
        "False: Leadline's own part of the prompt has changed since. It has to be evaluated again before it can go live again.",
    }),
    evaluation: t.Nullable(Evaluation, {
      description: "The newest live run of exactly this text; null: not evaluated.",
    }),
    previousId: t.Nullable(Id, {
      description: "What was live before it: where rolling back leads. Null: the built-in version.",
    }),
    createdBy: t.Object({ id: Id, name: t.String() }),
    liveAt: t.Nullable(Instant, { description: "When it last went live." }),
    createdAt: Instant,
    updatedAt: Instant,
    version: Version,
  },
  { title: "PromptVersion", description: "An organization's own wording of one step." },
);
export type PromptVersion = typeof PromptVersion.static;

export const PromptVersionPage = pageOfRows(PromptVersion);

export const PromptsQuery = t.Object({
  ...paging(50),
  step: t.Optional(Step),
  state: t.Optional(t.UnionEnum([...promptStates])),
});
export type PromptsQuery = typeof PromptsQuery.static;

export const PromptCreation = t.Object({
  step: Step,
  baseId: t.Optional(
    t.Nullable(Id, {
      description: "A version of the same step to begin with; without it the built-in one.",
    }),
  ),
  instructions: t.Optional(Instructions),
  note: t.Optional(Note),
});
export type PromptCreation = typeof PromptCreation.static;

export const PromptEdit = t.Partial(t.Object({ instructions: Instructions, note: Note }), {
  title: "PromptEdit",
  minProperties: 1,
});
export type PromptEdit = typeof PromptEdit.static;

export const DiffQuery = t.Object({
  against: t.Optional(
    t.Union([Id, t.Literal("built-in")], {
      description:
        "The id of another version of the step, or `built-in`, which is meant without it.",
      examples: ["built-in"],
    }),
  ),
});
export type DiffQuery = typeof DiffQuery.static;

const Side = t.Object({ id: t.Nullable(Id), label: t.String({ examples: ["built-in 4"] }) });

const DiffLines = t.Array(
  t.Object({ op: t.UnionEnum(["same", "removed", "added"]), text: t.String() }),
  { description: "In order, all lines." },
);

export const PromptDiff = t.Object(
  { step: Step, from: Side, to: Side, lines: DiffLines },
  { title: "PromptDiff" },
);
export type PromptDiff = typeof PromptDiff.static;

export const PromptStepState = t.Object(
  {
    step: Step,
    live: t.Nullable(PromptVersion, { description: "Null: the built-in version is live." }),
    builtIn: t.Object({
      version: t.String({ examples: ["4"] }),
      hash: Hash,
      instructions: t.String({ description: "The replaceable part." }),
      head: t.String({ description: "Said before it, whatever version is live." }),
      rules: t.String({ description: "Said after it: what no version can drop." }),
    }),
  },
  { title: "PromptStep" },
);
export type PromptStepState = typeof PromptStepState.static;

export const PromptSteps = t.Object({ data: t.Array(PromptStepState) });

export const RollBack = t.Object({
  step: Step,
  to: t.Optional(
    t.UnionEnum(["previous", "built-in"], {
      description: "Without it: `previous`, what was live before.",
    }),
  ),
});
export type RollBack = typeof RollBack.static;

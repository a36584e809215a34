/** The steps whose instructions an organization may word itself. */
export const promptSteps = ["brain", "mouth", "memory"] as const;
export type PromptStep = (typeof promptSteps)[number];

/**
 * draft → evaluated (the golden set passed in a live run of exactly this text) → live → retired. An edit
 * makes a draft of it again; a retired one may go live again.
 */
export const promptStates = ["draft", "evaluated", "live", "retired"] as const;
export type PromptState = (typeof promptStates)[number];

/** An organization's own wording of one step, as it is live. */
export interface PromptText {
  versionId: string;
  /** As each call made with it is marked: `own-3` (see `ownVersion`). */
  version: string;
  /** What takes the place of the built-in version's replaceable part. */
  instructions: string;
}

/** What is live; null = the built-in version. */
export type PromptSet = Readonly<Record<PromptStep, PromptText | null>>;

export const builtInPrompts: PromptSet = { brain: null, mouth: null, memory: null };

/** A step as it is built in. Instructions are sent as `head`, then `instructions`, then `rules`. */
export interface BuiltInPrompt {
  version: string;
  hash: string;
  head: string;
  /** The replaceable part. */
  instructions: string;
  /** Safety and the form of the answer: no version can drop them. */
  rules: string;
}

/** How the number of an organization's version is told apart from a built-in version. */
export function ownVersion(number: number): string {
  return `own-${number}`;
}

export const MAX_INSTRUCTION_CHARS = 8_000;
const MAX_INSTRUCTION_LINES = 400;

/** Names of the blocks of data in a prompt: a text that opens one would pass for facts. */
const BLOCK_TAG = /<\s*\/?\s*(business|facts|ctas|context)\b/i;

/** Why a text cannot be instructions, or null. */
export function instructionsFault(instructions: string): string | null {
  if (instructions.trim() === "") return "instructions are empty.";
  if (instructions.length > MAX_INSTRUCTION_CHARS) {
    return `instructions have more than ${MAX_INSTRUCTION_CHARS} characters.`;
  }
  if (instructions.split("\n").length > MAX_INSTRUCTION_LINES) {
    return `instructions have more than ${MAX_INSTRUCTION_LINES} lines.`;
  }
  const tag = BLOCK_TAG.exec(instructions)?.[1];
  return tag === undefined
    ? null
    : `instructions contain the tag ${tag.toLowerCase()}, which marks data: leave out its brackets.`;
}

import type { BuiltInPrompt, PromptStep } from "../../funnel/prompts.ts";
import { brainFrame } from "./brain.ts";
import { memoryFrame } from "./memory.ts";
import { mouthFrame } from "./mouth.ts";
import { type Frame, framed } from "./prompt.ts";

const frames: Readonly<Record<PromptStep, Frame>> = {
  brain: brainFrame,
  mouth: mouthFrame,
  memory: memoryFrame,
};

/** The built-in version of a step. */
export function builtInPrompt(step: PromptStep): BuiltInPrompt {
  const { version, head, instructions, rules } = frames[step];
  return { version, head, instructions, rules, hash: framed(frames[step], null).identity.hash };
}

/** The hash that calls with these instructions carry: over everything sent as instructions, and the schema. */
export function promptHash(step: PromptStep, instructions: string): string {
  return framed(frames[step], { version: "", instructions }).identity.hash;
}

import type { Static } from "@sinclair/typebox";
import type { Parsed } from "./answers.ts";
import type { Completion } from "./completion.ts";

/** What a response amounts to. `problem` is what to tell the model when it is asked again. */
export type Reading<T> =
  | { kind: "answer"; value: T }
  | {
      kind: "unusable";
      outcome: "refused" | "invalid_json";
      errorClass: string;
      problem: string;
      content: string;
    };

/** Judges the first choice: refusal, cut off, empty, not what was asked for, or an answer. */
export function readCompletion<T>(
  completion: Static<typeof Completion>,
  parse: (content: string) => Parsed<T>,
): Reading<T> {
  const choice = completion.choices[0];
  const content = choice ? said(choice.message) : "";
  const unusable = (outcome: "refused" | "invalid_json", errorClass: string, problem: string) =>
    ({ kind: "unusable", outcome, errorClass, problem, content }) as const;

  if (choice?.message.refusal) {
    return unusable("refused", "refusal", "You refused. Decide within the rules and answer.");
  }
  if (choice?.finish_reason === "content_filter") {
    return unusable("refused", "content_filter", "The answer was filtered. Word it neutrally.");
  }
  if (choice?.finish_reason === "length") {
    return unusable("invalid_json", "truncated", "The answer was cut off. Be much shorter.");
  }
  if (content.trim() === "") {
    return unusable("invalid_json", "empty", "The answer was empty.");
  }
  const parsed = parse(content);
  if (parsed.ok) return { kind: "answer", value: parsed.value };
  return unusable("invalid_json", "schema", parsed.problem);
}

/** A called tool's arguments are the answer; else the text, without what local servers put around it. */
function said({ content, tool_calls }: Static<typeof Completion>["choices"][number]["message"]) {
  const called = tool_calls?.[0]?.function?.arguments;
  if (called) return called;
  const text = Array.isArray(content)
    ? content.map((part) => part.text ?? "").join("")
    : (content ?? "");
  return withoutWrapping(text);
}

const THOUGHT_END = "</think>";

/** Thinking aloud ends with its closing tag, also where the opening one is part of the server's template. */
function withoutWrapping(text: string): string {
  if (text.trimStart().startsWith("{")) return text;
  const thoughtEnd = text.lastIndexOf(THOUGHT_END);
  const spoken = thoughtEnd < 0 ? text : text.slice(thoughtEnd + THOUGHT_END.length);
  const fenced = /```(?:json)?\s*\n([\s\S]*?)\n\s*```/i.exec(spoken);
  return fenced?.[1] ?? spoken;
}

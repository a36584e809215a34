/** How a server is asked for an answer of a given form, best first. */
export const answerForms = ["json_schema", "json_object", "tool", "text"] as const;
export type AnswerForm = (typeof answerForms)[number];

/** What one model of one server understands of OpenAI's chat completions. */
export interface Dialect {
  form: AnswerForm;
  /** Whether the schema is also written into the instructions. */
  schemaInPrompt: boolean;
  /** The name under which the server takes the most tokens it may write. */
  limit: "max_completion_tokens" | "max_tokens" | "none";
  /** Who says the instructions. `user`: they stand before the first message. */
  instructions: "system" | "developer" | "user";
}

/** OpenAI's own. Every server is first asked so, and then as far below as it says it needs. */
export const fullDialect: Dialect = {
  form: "json_schema",
  schemaInPrompt: false,
  limit: "max_completion_tokens",
  instructions: "system",
};

/** What a server said about a request that it did not take. */
export interface Complaint {
  message: string;
  /** The parameter it names, where it has a field for that. */
  param: string | null;
}

type Part = "form" | "limit" | "instructions";

const LIMIT = /max_(completion_)?tokens/;
const INSTRUCTIONS = /\brole\b|system (message|prompt)/i;
const FORMAT = /response[_ ]?format|json[_ ]?schema|json[_ ]?object|structured output/i;
const TOOL = /\btool|function[_ ]call/i;
const formNames = { json_schema: FORMAT, json_object: FORMAT, tool: TOOL, text: null } as const;
/** A server may quote what a lead wrote further on. */
const MAX_CHARS_READ = 300;

/** Only what the request had can be at fault. */
function partAtFault({ form }: Dialect, { message, param }: Complaint): Part | null {
  const said = param ?? message.slice(0, MAX_CHARS_READ);
  if (LIMIT.test(said)) return "limit";
  if (formNames[form]?.test(said)) return "form";
  const isAboutMessages = param === null || param.startsWith("messages");
  return isAboutMessages && INSTRUCTIONS.test(`${said} ${message}`) ? "instructions" : null;
}

/** The next simpler way to ask, after a server refused this one; null when the complaint is about something else. */
export function simpler(dialect: Dialect, complaint: Complaint): Dialect | null {
  switch (partAtFault(dialect, complaint)) {
    case "limit":
      return withNext(dialect, "limit", ["max_completion_tokens", "max_tokens", "none"]);
    case "instructions":
      return withNext(dialect, "instructions", ["system", "developer", "user"]);
    case "form": {
      const next = withNext(dialect, "form", answerForms);
      // A tool's parameters hold the schema already.
      return next && { ...next, schemaInPrompt: next.form !== "tool" };
    }
    default:
      return null;
  }
}

function withNext<Key extends Part>(
  dialect: Dialect,
  key: Key,
  order: readonly Dialect[Key][],
): Dialect | null {
  const next = order[order.indexOf(dialect[key]) + 1];
  return next === undefined ? null : { ...dialect, [key]: next };
}

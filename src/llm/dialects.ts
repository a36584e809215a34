import { isJsonObject, tryParseJson } from "../lib/json.ts";
import { type Complaint, type Dialect, fullDialect, simpler } from "./dialect.ts";
import type { StrictSchema } from "./strict-schema.ts";

/** What was learned about the models of one server, for as long as the process lives. */
export interface Dialects {
  of(model: string): Dialect;
  /** Whether the request is worth sending again: it will be worded in another way. */
  learnFromRefusal(model: string, used: Dialect, complaint: Complaint): boolean;
  /** From an answer that cannot have been held to the schema, though it was asked for. */
  learnFromAnswer(model: string, used: Dialect, answer: string, schema: StrictSchema): void;
}

/**
 * The probe costs nothing: a model's first real request asks for all, and what the server refuses is
 * left out of the next one. A handful of models are configured, so the map stays small.
 */
export function createDialects(): Dialects {
  const known = new Map<string, Dialect>();
  const of = (model: string) => known.get(model) ?? fullDialect;
  return {
    of,
    learnFromRefusal(model, used, complaint) {
      const next = simpler(used, complaint);
      if (next === null) return false;
      // Others may have learned the same meanwhile, and one step is enough.
      if (of(model) === used) known.set(model, next);
      return true;
    },
    learnFromAnswer(model, used, answer, schema) {
      if (used.schemaInPrompt || of(model) !== used || followsSchema(answer, schema)) return;
      known.set(model, { ...used, schemaInPrompt: true });
    },
  };
}

/** Whether all keys are there and no others: where the schema was enforced, nothing else can be. */
function followsSchema(answer: string, { required }: StrictSchema): boolean {
  const value = tryParseJson(answer);
  const wanted: readonly unknown[] = Array.isArray(required) ? required : [];
  if (!isJsonObject(value)) return false;
  const keys = Object.keys(value);
  return keys.length === wanted.length && wanted.every((name) => keys.includes(String(name)));
}

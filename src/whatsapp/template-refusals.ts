import { AppError } from "../lib/errors.ts";
import type { GraphRefusal } from "./graph-call.ts";

type Row = readonly [code: "invalid_input" | "conflict", words: string];

/** Meta's refusals of templates (whatsapp.md 8 and 9), as code or as subcode of 100. */
const refusals: ReadonlyMap<number, Row> = new Map([
  [
    2388019,
    ["conflict", "The account has as many templates as Meta allows. Delete some that nobody uses."],
  ],
  [
    2388023,
    [
      "conflict",
      "Meta is still deleting a template of this name. Take another name, or wait 30 days.",
    ],
  ],
  [
    2388024,
    [
      "conflict",
      "Meta has a template of this name in this language already. Synchronise, then edit that one.",
    ],
  ],
  [
    2388039,
    [
      "conflict",
      "Meta lets nobody change it in this status, or not so soon after the last time: once a day, ten times a month.",
    ],
  ],
  [2388040, ["invalid_input", "components: a text is longer than Meta allows."]],
  [2388047, ["invalid_input", "components: the header is not as Meta wants it."]],
  [2388072, ["invalid_input", "components: the body is not as Meta wants it."]],
  [2388073, ["invalid_input", "components: the footer is not as Meta wants it."]],
  [2388293, ["invalid_input", "components: there are too many variables for so few words."]],
  [2388299, ["invalid_input", "components: a variable stands at the start or the end."]],
]);

/** Of names that are taken: it may be ours, submitted before. */
const TAKEN = 2388024;

/** Undefined for what is no refusal of a template. Meta's own words are added where it has some. */
export function templateRefusal({
  code,
  subcode,
  userMessage,
}: GraphRefusal): AppError | undefined {
  const known = refusals.get(subcode ?? 0) ?? refusals.get(code);
  const said = userMessage === null ? "" : ` Meta: ${userMessage}`;
  const details = { graphCode: subcode ?? code };
  if (known) return new AppError(known[0], known[1] + said, details);
  if (code !== 100 || userMessage === null) return undefined;
  return new AppError("invalid_input", `Meta refuses the template.${said}`, details);
}

/** Whether Meta refused a new template because it has one of that name and language. */
export function isTaken(error: unknown): boolean {
  return error instanceof AppError && error.details["graphCode"] === TAKEN;
}

import { parseArgs } from "node:util";
import { Value } from "@sinclair/typebox/value";
import {
  type LetterFilter,
  LetterFilter as LetterFilterSchema,
  type LetterState,
  letterStates,
  PacedReplayBody,
} from "../../src/modules/dead-letters/model.ts";

/** What somebody typed that cannot be meant; its message says what would be right. */
export class UsageError extends Error {}

export type Command =
  | { name: "help" }
  | {
      name: "list";
      filter: LetterFilter;
      state: LetterState | undefined;
      limit: number;
      json: boolean;
    }
  | { name: "show"; id: string; print: "text" | "json" | "entry" }
  | { name: "replay"; id: string; editFile: string | undefined }
  | { name: "replay-many"; filter: LetterFilter; perSecond: number }
  | { name: "stop"; filter: LetterFilter }
  | { name: "discard"; id: string; reason: string };

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const filterOptions = { stream: text, organization: text, class: text, from: text, to: text };
const options = {
  ...filterOptions,
  help: { ...flag, short: "h" },
  json: flag,
  entry: flag,
  state: text,
  limit: text,
  edit: text,
  pace: text,
  reason: text,
} as const;

/** Which options a command takes, beside --help. */
const taken: Readonly<Record<string, readonly string[]>> = {
  list: [...Object.keys(filterOptions), "state", "limit", "json"],
  show: ["json", "entry"],
  replay: [...Object.keys(filterOptions), "pace", "edit"],
  stop: Object.keys(filterOptions),
  discard: ["reason"],
};

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MAX_LISTED = 1_000;
const USUALLY_LISTED = 20;

/** @throws UsageError */
export function readCommand(args: readonly string[]): Command {
  const { values, positionals } = parsed(args);
  const [name = "help", id, ...more] = positionals;
  if (values.help || name === "help") return { name: "help" };
  const takes = taken[name];
  if (!takes) throw new UsageError(`There is no command "${name}".`);
  const odd = Object.keys(values).find((option) => !takes.includes(option));
  if (odd) throw new UsageError(`"dead ${name}" takes no --${odd}.`);
  if (more.length > 0) throw new UsageError("One letter at a time, or a filter.");
  return commandNamed(name, values, id);
}

function commandNamed(name: string, values: Values, id: string | undefined): Command {
  switch (name) {
    case "list":
      return listCommand(values, id);
    case "show":
      return { name, id: idOf(id), print: printOf(values) };
    case "replay":
      return replayCommand(values, id);
    case "stop":
      refuseId(id);
      return { name, filter: filterOf(values) };
    default:
      return { name: "discard", id: idOf(id), reason: reasonOf(values) };
  }
}

function printOf({ entry, json }: Values) {
  if (entry) return "entry";
  return json ? "json" : "text";
}

function reasonOf({ reason = "" }: Values): string {
  const said = reason.trim();
  if (said.length >= 3 && said.length <= 500) return said;
  throw new UsageError('Say why: --reason "…", 3 to 500 characters.');
}

type Values = ReturnType<typeof parsed>["values"];

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function listCommand(values: Values, id: string | undefined): Command {
  refuseId(id);
  const state = values.state ?? "waiting";
  const known = letterStates.find((one) => one === state);
  if (!known && state !== "all") {
    throw new UsageError(`--state is one of ${letterStates.join(", ")} or all.`);
  }
  const limit = Number(values.limit ?? USUALLY_LISTED);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LISTED) {
    throw new UsageError(`--limit is a whole number from 1 to ${MAX_LISTED}.`);
  }
  return {
    name: "list",
    filter: filterOf(values),
    state: known,
    limit,
    json: values.json ?? false,
  };
}

function replayCommand(values: Values, id: string | undefined): Command {
  const filter = filterOf(values);
  const isFiltered = Object.keys(filter).length > 0 || values.pace !== undefined;
  if (id === undefined) {
    if (values.edit !== undefined) throw new UsageError("--edit corrects one letter: name its id.");
    if (!isFiltered) throw new UsageError("Name a letter's id, or a filter and --pace.");
    const perSecond = Number(values.pace);
    if (values.pace === undefined || !Value.Check(PacedReplayBody, { perSecond })) {
      throw new UsageError("--pace is the number of entries per second, from 0.1 to 50.");
    }
    return { name: "replay-many", filter, perSecond };
  }
  if (isFiltered) throw new UsageError("Either one letter's id, or a filter and --pace.");
  return { name: "replay", id: idOf(id), editFile: values.edit };
}

function filterOf({ stream, organization, class: errorClass, from, to }: Values): LetterFilter {
  const given = { stream, organizationId: organization, errorClass, from, to };
  const filter: unknown = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  if (Value.Check(LetterFilterSchema, filter)) return filter;
  const field = Value.Errors(LetterFilterSchema, filter).First()?.path.slice(1) ?? "";
  throw new UsageError(wrongFilter[field] ?? `--${field} is not as it should be.`);
}

const INSTANT = "is an instant such as 2026-11-22T22:00:00Z.";
const wrongFilter: Readonly<Record<string, string>> = {
  organizationId: "--organization is an organization's id.",
  errorClass: "--class is a word such as poison.",
  stream: "--stream is a word such as inbound.",
  from: `--from ${INSTANT}`,
  to: `--to ${INSTANT}`,
};

function idOf(id: string | undefined): string {
  if (id === undefined) throw new UsageError("Name a letter's id: bun run dead list shows them.");
  if (!UUID.test(id)) throw new UsageError(`${id.slice(0, 60)} is no letter's id.`);
  return id.toLowerCase();
}

function refuseId(id: string | undefined): void {
  if (id !== undefined) throw new UsageError(`"${id.slice(0, 60)}" is too much here.`);
}

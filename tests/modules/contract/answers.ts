import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { Json } from "../rest-world.ts";

const formats = {
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
  date: /^\d{4}-\d\d-\d\d$/,
  email: /^[^@\s]+@[^@\s]+$/,
  uri: (text: string) => URL.canParse(text),
};

export interface Given {
  method: string;
  /** As it was asked for, with or without a query. */
  path: string;
  status: number;
  headers: Headers;
  text: string;
}

/** Compares answers with what an OpenAPI document says about their operation. */
export function answerChecker(document: Json) {
  const ajv = new Ajv2020({ strict: false, allErrors: true, formats });
  ajv.addSchema(closed(document, true), "api");
  const templates = Object.keys(document.paths).map((path) => ({
    path,
    pattern: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, "[^/]+")}$`),
  }));

  function schemaAt(path: string, method: string, status: number, type: string): ValidateFunction {
    const keys = ["paths", path, method, "responses", String(status), "content", type, "schema"];
    const pointer = keys.map((key) => key.replaceAll("~", "~0").replaceAll("/", "~1"));
    const found = ajv.getSchema(`api#/${pointer.map(encodeURIComponent).join("/")}`);
    if (!found) throw new Error(`The document has no schema at ${keys.join(" ")}.`);
    return found;
  }

  function operationAt(
    asked: string,
    method: string,
  ): { path: string; operation: Json } | undefined {
    const { pathname } = new URL(asked, "http://localhost");
    const fitting = templates.filter(({ pattern }) => pattern.test(pathname));
    // A fixed address comes before one with a name in it.
    const names = (path: string) => path.split("{").length;
    const [found] = fitting.toSorted((one, other) => names(one.path) - names(other.path));
    const operation = document.paths[found?.path ?? ""]?.[method];
    return found && operation && { path: found.path, operation };
  }

  /** What is wrong with an answer; nothing for addresses that the document does not describe. */
  return (given: Given): string[] => {
    const { status, headers, text } = given;
    const method = given.method.toLowerCase();
    const found = operationAt(given.path, method);
    const response = found?.operation.responses[status];
    const type = (headers.get("content-type") ?? "").split(";")[0] ?? "";
    if (!found) return [];
    return (
      shapeErrors(response, type, text) ?? [
        ...(type.endsWith("json")
          ? schemaErrors(schemaAt(found.path, method, status, type), text)
          : []),
        ...(type === "application/problem+json" ? codeErrors(found.operation, text) : []),
        ...headerErrors(response.headers, status, headers),
      ]
    );
  };
}

/** Undefined: there is a body, of a type that the document names. */
function shapeErrors(response: Json, type: string, text: string): string[] | undefined {
  if (!response) return [`the status is not documented: ${text}`];
  if (!response.content) return text === "" ? [] : ["there is a body, but none is documented"];
  return response.content[type] ? undefined : [`the type "${type}" is not documented`];
}

function codeErrors(operation: Json, text: string): string[] {
  const { code } = JSON.parse(text);
  return operation["x-problems"].includes(code) ? [] : [`the code ${code} is not documented`];
}

function schemaErrors(validate: ValidateFunction, text: string): string[] {
  if (validate(JSON.parse(text))) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

function headerErrors(documented: Json, status: number, headers: Headers): string[] {
  if (status >= 300) return [];
  const missing = Object.keys(documented).filter((name) => !headers.has(name));
  const untold = ["etag", "retry-after"].filter(
    (name) =>
      headers.has(name) && !Object.keys(documented).some((key) => key.toLowerCase() === name),
  );
  return [
    ...missing.map((name) => `the documented header ${name} is missing`),
    ...untold.map((name) => `the header ${name} is not documented`),
  ];
}

/** Fields that the document does not name are an error in tests, though clients must bear them. */
function closed(value: Json, open: boolean): Json {
  if (Array.isArray(value)) return value.map((inner) => closed(inner, open));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key]) => key !== "example" && key !== "examples")
    .map(([key, inner]) => [key, closed(inner, key !== "allOf")]);
  const copy = Object.fromEntries(entries);
  if (open && copy.type === "object" && copy.properties) copy.additionalProperties ??= false;
  return copy;
}

import type { ErrorCode } from "../../lib/errors.ts";
import { isJsonObject } from "../../lib/json.ts";
import { errorCodes } from "../error-catalogue.ts";
import { Problem } from "../problem.ts";
import { collectComponents } from "./components.ts";
import { exampleOf } from "./example.ts";
import { headerComponents } from "./headers.ts";
import { plainOperation } from "./operation.ts";
import { problemExamples } from "./problems.ts";
import { type Json, mapValues, plainSchema } from "./schema.ts";

const METHODS = ["get", "put", "post", "patch", "delete"];

const securitySchemes = {
  accessToken: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "What `POST /api/v1/auth/login` answers as `accessToken`; good for ten minutes.",
  },
  apiKey: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "ll_key_…",
    description:
      "An API key, for programs. It may do what its scopes say: `x-access` of an operation.",
  },
  internalKey: {
    type: "http",
    scheme: "bearer",
    description:
      "The secret of an operators' own service, from `INTERNAL_API_KEYS`. Opens the internal API as far as its scopes go, and nothing else.",
  },
};

/**
 * The document that readers get, from the one that the Swagger plugin makes: OpenAPI 3.1, each answer
 * with all its errors and headers, named schemas as components. Pure; fails when two operations or two
 * different schemas have one name.
 */
export function toDocument(raw: unknown): Json {
  const { paths, components: _components, ...about } = Object(JSON.parse(JSON.stringify(raw)));
  const components = collectComponents();
  components.hoist({ schema: plainSchema(JSON.parse(JSON.stringify(Problem))) });
  const operations = mapValues(Object(paths), (item, path) => operationsOf(Object(item), path));
  refuseSameNames(operations);
  const hoisted = Object(components.hoist(operations));
  return prune({
    ...about,
    openapi: "3.1.0",
    servers: [{ url: "/", description: "This installation." }],
    paths: withExamples(hoisted, components.schemas),
    components: {
      schemas: sorted(components.schemas),
      headers: headerComponents,
      examples: problemExamples(usedCodes(operations)),
      securitySchemes,
    },
  });
}

function operationsOf(item: Json, path: string): Json {
  const methods = METHODS.filter((method) => isJsonObject(item[method]));
  return Object.fromEntries(
    methods.map((method) => [method, plainOperation(method, path, Object(item[method]))]),
  );
}

function refuseSameNames(operations: Json): void {
  const seen = new Map<unknown, string>();
  for (const [path, item] of Object.entries(operations)) {
    for (const [method, { operationId }] of Object.entries<Json>(Object(item))) {
      const here = `${method} ${path}`;
      const other = seen.get(operationId);
      if (other) throw new Error(`${here} and ${other} would both be ${String(operationId)}.`);
      seen.set(operationId, here);
    }
  }
}

function usedCodes(operations: Json): ErrorCode[] {
  const all = Object.values(operations).flatMap((item) => Object.values<Json>(Object(item)));
  const used = new Set(all.flatMap((operation) => operation["x-problems"]));
  return errorCodes.filter((code) => used.has(code));
}

/** Gives each JSON body and answer without an example one that its schema implies. */
function withExamples(value: unknown, schemas: Json): unknown {
  if (Array.isArray(value)) return value.map((inner) => withExamples(inner, schemas));
  if (!isJsonObject(value)) return value;
  return mapValues(value, (inner, key) => {
    if (key !== "application/json" || !isJsonObject(inner)) return withExamples(inner, schemas);
    if ("example" in inner || "examples" in inner) return inner;
    return { ...inner, example: exampleOf(inner["schema"], schemas) };
  });
}

function sorted(record: Json): Json {
  return Object.fromEntries(
    Object.entries(record).toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/** JSON has no undefined. */
function prune(document: Json): Json {
  return JSON.parse(JSON.stringify(document));
}

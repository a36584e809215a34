import type { Json } from "../rest-world.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** One operation of the OpenAPI document, as the generated proofs need it. */
export interface Operation {
  id: string;
  method: Method;
  /** `/api/v1/leads/{id}` */
  path: string;
  /** `x-access`: an action, `self`, `operator`, `internal:…` or `public (…)`; undefined where a route forgot it. */
  access: string | undefined;
  parameters: readonly {
    name: string;
    in: string;
    required?: boolean;
    schema: Json;
    example?: Json;
  }[];
  /** Schema of the JSON body. */
  body: Json;
  bodyExample: Json;
  /** Schema of the answer when all went well; undefined without a body. */
  answer: Json;
  problems: readonly string[];
  raw: Json;
}

/** Every operation under `/api/` and `/internal/`, in the document's order. */
export function operationsOf(document: Json): Operation[] {
  const found = Object.entries<Json>(document.paths).flatMap(([path, item]) =>
    Object.entries<Json>(item).map(([method, raw]): Operation => {
      const success = Object.entries<Json>(raw.responses).find(([status]) => status < "300");
      return {
        id: raw.operationId,
        method: method.toUpperCase() as Method,
        path,
        access: raw["x-access"],
        parameters: raw.parameters ?? [],
        body: raw.requestBody?.content["application/json"]?.schema,
        bodyExample: raw.requestBody?.content["application/json"]?.example,
        answer: success?.[1].content?.["application/json"]?.schema,
        problems: raw["x-problems"],
        raw,
      };
    }),
  );
  return found.filter(({ path }) => /^\/(api|internal)\//.test(path));
}

/** Not behind our users' sign-in: open to all, or to the operators' own services. */
export const isPublic = ({ access }: Operation) => /^(public|internal:)/.test(access ?? "");

/** The names in the path, in order. */
export function pathParameters(path: string): string[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => String(name));
}

export function fillPath(path: string, params: Record<string, string>): string {
  return path.replaceAll(/\{([^}]+)\}/g, (_, name) => encodeURIComponent(params[name] ?? ""));
}

/** What answers `{data, nextCursor}`. */
export function listsOf(document: Json, operations: readonly Operation[]): Operation[] {
  return operations.filter(({ method, answer }) => {
    const { properties } = resolved(document, answer) ?? {};
    return method === "GET" && properties?.data && properties?.nextCursor;
  });
}

/** The parameter that takes a page's `nextCursor`: older pages of a chat are those before it. */
export function cursorName({ parameters }: Operation): "cursor" | "before" {
  return parameters.some(({ name }) => name === "cursor") ? "cursor" : "before";
}

/** A schema with its reference followed. */
export function resolved(document: Json, schema: Json): Json {
  return schema?.$ref ? document.components.schemas[schema.$ref.split("/").at(-1)] : schema;
}

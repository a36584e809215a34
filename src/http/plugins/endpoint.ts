import type { TSchema } from "@sinclair/typebox";
import type { ErrorCode } from "../../lib/errors.ts";
import type { InternalScope } from "../../lib/internal-keys.ts";
import type { PersonAccess } from "./auth.ts";
import type { Action } from "./permissions.ts";

/** What any route of the API can answer besides its own; its body and headers add theirs. */
const ALWAYS: readonly ErrorCode[] = ["invalid_input", "too_many_requests", "database_unavailable"];
const SIGNED_IN: readonly ErrorCode[] = [...ALWAYS, "unauthenticated", "forbidden"];

interface Docs<Status extends number, Body extends TSchema> {
  tag: string;
  /** Three or four words: what it does. */
  summary: string;
  /** What a caller has to know and cannot see from the schemas. */
  description: string;
  /** Status, schema and meaning of the answer when all went well. */
  answer: readonly [status: Status, schema: Body, description: string];
  /** Error codes beyond those that any route has. */
  problems?: readonly ErrorCode[];
}

/**
 * Options of a route for people and machines: who may call it, and its documentation. Spread them into
 * the route's own: Elysia writes into the object it is given, and a second app would get the first one's
 * hooks, so these are frozen.
 */
export function endpoint<const A extends Action, S extends number, B extends TSchema>(
  docs: Docs<S, B> & { access: A },
) {
  const { access } = docs;
  return Object.freeze({
    access,
    response: responseOf(docs.answer),
    detail: { ...detailOf(docs, SIGNED_IN), security: SIGN_INS, "x-access": access },
  });
}

/** Options of a route that only a person can call. */
export function personEndpoint<const A extends PersonAccess, S extends number, B extends TSchema>(
  docs: Docs<S, B> & { person: A },
) {
  const { person } = docs;
  return Object.freeze({
    person,
    response: responseOf(docs.answer),
    detail: { ...detailOf(docs, SIGNED_IN), security: PERSON_SIGN_IN, "x-access": person },
  });
}

/** Options of a route without sign-in. `guard` says what else stands at the door. */
export function publicEndpoint<S extends number, B extends TSchema>(
  docs: Docs<S, B> & { guard: "none" | "limited" | "signature" | "cookie" },
) {
  return Object.freeze({
    response: responseOf(docs.answer),
    detail: { ...detailOf(docs, ALWAYS), security: [], "x-access": `public (${docs.guard})` },
  });
}

/** Options of a route of the internal API, for services whose key has the scope. */
export function internalEndpoint<
  const I extends InternalScope,
  S extends number,
  B extends TSchema,
>(docs: Docs<S, B> & { internal: I }) {
  const { internal } = docs;
  return Object.freeze({
    internal,
    response: responseOf(docs.answer),
    detail: {
      ...detailOf(docs, SIGNED_IN),
      security: [{ internalKey: [] }],
      "x-access": `internal:${internal}`,
    },
  });
}

const PERSON_SIGN_IN = [{ accessToken: [] }];
const SIGN_INS = [...PERSON_SIGN_IN, { apiKey: [] }];

/** Holds because the record has exactly the one key. */
function responseOf<S extends number, B extends TSchema>([status, schema]: readonly [
  S,
  B,
  string,
]): Record<S, B> {
  return { [status]: schema } as Record<S, B>;
}

function detailOf(docs: Docs<number, TSchema>, always: readonly ErrorCode[]) {
  const { tag, summary, description, answer, problems = [] } = docs;
  const [status, schema, meaning] = answer;
  const content = schema["type"] === "void" ? undefined : { "application/json": { schema } };
  return {
    tags: [tag],
    summary,
    description,
    responses: {
      [status]: { description: meaning, ...(content && { content }) },
    },
    // The OpenAPI document makes answers of these, and adds what the route's shape implies.
    "x-problems": [...always, ...problems],
  };
}

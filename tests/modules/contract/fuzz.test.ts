import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Json } from "../rest-world.ts";
import { answerChecker } from "./answers.ts";
import { fillPath, type Operation, resolved } from "./operations.ts";
import { type Call, type Contract, createContract, type Scene } from "./scene.ts";

/** Nonsense for every route. LEADLINE_SEED=… repeats a run. */
const seed = Number(process.env["LEADLINE_SEED"] ?? crypto.getRandomValues(new Uint32Array(1))[0]);
const random = mulberry(seed);
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;

let contract: Contract;
let check: ReturnType<typeof answerChecker>;
beforeAll(async () => {
  contract = await createContract("fuzz");
  check = answerChecker(contract.document);
});
afterAll(() => contract.rest.close());

/** mustFail: nothing that a route could rightly accept. */
interface Attempt {
  what: string;
  mustFail: boolean;
  path?: string;
  query?: string;
  headers?: Record<string, string>;
  /** The raw body. */
  body?: string;
}

const LONG = "x".repeat(100_000);
const DEEP = `${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`;
const BAD_JSON = ["{", "", "[1", "nul", '{"a":1,}', "{'a':1}", "\u0000", '"'];
const NOT_OBJECTS = ["null", "7", '"text"', "[]", "true"];
const TYPES = [
  "text/plain",
  "application/xml",
  "multipart/form-data",
  "application/x-www-form-urlencoded",
  "x",
];
const VALUES: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1e308,
  2 ** 53 + 2,
  "",
  "\u0000",
  "a\ud800",
  LONG,
  [],
  [[]],
  {},
  { a: { b: 1 } },
  "' or 1=1 --",
  "../../etc/passwd",
  "99999999999999999999",
  "2026-99-99T99:99:99Z",
];
const TEXTS = [
  "",
  "x",
  "-1",
  "0",
  "1e309",
  "99999999999999999999",
  "%00",
  "%ff",
  "[]",
  "{}",
  "null",
  "' or 1=1 --",
  "eyJhIjoxfQ",
  "WyJhIiwiYiJd",
  "W251bGwsbnVsbF0",
  "x".repeat(5_000),
];

/** What no field of this JSON type can be: another type, or text that cannot be stored. */
function wrongValues(field: Json): Json[] {
  const types = [field.type].flat();
  if (types[0] === undefined) return ["\u0000"];
  return [
    ...(types.includes("object") ? [] : [{ no: "such" }]),
    ...(types.includes("array") ? [] : [[{ no: "such" }]]),
    ...(types.includes("string") ? [12.5, "\u0000", "a\ud800"] : ["text"]),
  ];
}

interface Place {
  at: (string | number)[];
  schema: Json;
}

/** Every place in a body that its schema describes, so far as the good body goes there. */
function placesIn(given: Json, value: Json, at: Place["at"] = []): Place[] {
  const schema = resolved(contract.document, given) ?? {};
  const choice = (schema.anyOf ?? []).find((one: Json) =>
    fits(resolved(contract.document, one), value),
  );
  if (choice) return placesIn(choice, value, at);
  const inner = Array.isArray(value)
    ? value.slice(0, 1).flatMap((item) => placesIn(schema.items, item, [...at, 0]))
    : Object.entries<Json>(schema.properties ?? {}).flatMap(([name, field]) =>
        placesIn(field, value?.[name], [...at, name]),
      );
  return [{ at, schema }, ...inner];
}

function fits(schema: Json, value: Json): boolean {
  if (schema?.type === "array") return Array.isArray(value);
  if (!schema?.properties || typeof value !== "object" || value === null) return false;
  return (schema.required ?? []).every((name: string) => name in value);
}

function changed(value: Json, [first, ...rest]: Place["at"], change: (old: Json) => Json): Json {
  if (first === undefined) return change(value);
  const copy = Array.isArray(value) ? [...value] : { ...value };
  const inner = changed(copy[first], rest, change);
  copy[first] = inner;
  return copy;
}

function bodyAttempts({ body, bodyExample }: Operation, good: Json): Attempt[] {
  if (body === undefined) return [];
  const json = (what: string, mustFail: boolean, value: Json): Attempt => ({
    what: what.slice(0, 90),
    mustFail,
    body: JSON.stringify(value),
  });
  const places = placesIn(body, { ...bodyExample, ...good });
  const whole = places.some(({ at }) => at.length > 1) ? { ...bodyExample, ...good } : good;
  return [
    ...BAD_JSON.map((text) => ({ what: `bad JSON ${text}`, mustFail: true, body: text })),
    ...NOT_OBJECTS.map((text) => ({ what: `no object: ${text}`, mustFail: true, body: text })),
    { what: "a deep body", mustFail: true, body: DEEP },
    {
      what: "a body of more than a MiB",
      mustFail: true,
      body: JSON.stringify({ a: "x".repeat(1_100_000) }),
    },
    ...TYPES.map((type) => ({
      what: `the type ${type}`,
      mustFail: false,
      body: JSON.stringify(good),
      headers: { "content-type": type },
    })),
    json("__proto__", false, JSON.parse(`{"__proto__":{"a":1}}`)),
    ...places.flatMap(({ at, schema }) => placeAttempts(at, schema, whole, json)),
  ];
}

type ToAttempt = (what: string, mustFail: boolean, value: Json) => Attempt;

function placeAttempts(at: Place["at"], schema: Json, good: Json, json: ToAttempt): Attempt[] {
  const name = at.join(".") || "the body";
  const isClosed = schema.properties && schema.additionalProperties === false;
  const values = at.length === 0 ? [] : [...wrongValues(schema)];
  return [
    ...values.map((value) =>
      json(
        `${name} = ${JSON.stringify(value)}`,
        true,
        changed(good, at, () => value),
      ),
    ),
    ...(at.length === 0 ? [] : [pick(VALUES), pick(VALUES), pick(VALUES), LONG]).map((value) =>
      json(
        `${name} = ${JSON.stringify(value)}`,
        false,
        changed(good, at, () => value),
      ),
    ),
    ...(isClosed
      ? [
          json(
            `an extra field in ${name}`,
            true,
            changed(good, at, (old) => ({ ...old, "no such field": 1 })),
          ),
        ]
      : []),
    ...(schema.required ?? []).map((field: string) =>
      json(
        `no ${field} in ${name}`,
        true,
        changed(good, at, (old) => ({ ...old, [field]: undefined })),
      ),
    ),
  ];
}

function addressAttempts(operation: Operation): Attempt[] {
  return operation.parameters.flatMap(({ name, in: place }): Attempt[] => {
    const values = ["%00", "%ED%A0%80", pick(TEXTS), pick(TEXTS), pick(TEXTS), pick(TEXTS)];
    if (place === "query") {
      const twice = `${encodeURIComponent(name)}=a&${encodeURIComponent(name)}=b`;
      return [
        ...values.map(
          (text) =>
            `${encodeURIComponent(name)}=${text.includes("%") ? text : encodeURIComponent(text)}`,
        ),
        twice,
      ].map((query) => ({ what: `?${query.slice(0, 60)}`, mustFail: false, query }));
    }
    if (place === "path") {
      return [
        "no-id",
        "%00",
        "%ff",
        "1",
        "' or 1=1",
        "x".repeat(3_000),
        "00000000-0000-0000-0000-00000000000g",
      ].map((text) => ({
        what: `${name} = ${text.slice(0, 40)}`,
        mustFail: true,
        path: operation.path.replace(
          `{${name}}`,
          text.includes("%") ? text : encodeURIComponent(text),
        ),
      }));
    }
    return ["x", "", "\u00e9", "y".repeat(5_000)].map((text) => ({
      what: `${name}: ${text.slice(0, 20)}`,
      mustFail: false,
      headers: { [name.toLowerCase()]: text },
    }));
  });
}

/** What came of an attempt, if it is not as it should be. */
async function fault(
  scene: Scene,
  operation: Operation,
  good: Call,
  attempt: Attempt,
): Promise<string[]> {
  const path = fillPath(attempt.path ?? operation.path, good.params);
  const query = attempt.query ?? new URLSearchParams(good.query).toString();
  const body = attempt.body ?? (good.body === undefined ? undefined : JSON.stringify(good.body));
  const answer = await fetch(`${contract.rest.origin}${path}${query && `?${query}`}`, {
    method: operation.method,
    headers: {
      authorization: `Bearer ${scene.token}`,
      origin: contract.rest.origin,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...good.headers,
      ...attempt.headers,
    },
    ...(body !== undefined && { body }),
  });
  const { status, headers } = answer;
  const text = await answer.text();
  const wrong =
    status === 401 && attempt.path !== undefined
      ? []
      : check({ method: operation.method, path, status, headers, text });
  if (status >= 500) wrong.push(`${status} ${text}`);
  if (status < 400 && attempt.mustFail) wrong.push(`${status} for what nobody could want`);
  return wrong.map((what) => `${operation.method} ${operation.path}, ${attempt.what}: ${what}`);
}

test(`nonsense gets a 4xx with a problem body, never a 500 (LEADLINE_SEED=${seed})`, async () => {
  const faults: string[] = [];
  for (const operation of contract.operations) {
    const scene = await contract.newScene();
    const params = await contract.makeParams(scene, operation.path);
    const good = await contract.goodCall(scene, operation, params);
    const attempts = [...bodyAttempts(operation, good.body), ...addressAttempts(operation)];
    for (const attempt of attempts) faults.push(...(await fault(scene, operation, good, attempt)));
  }
  expect(faults).toEqual([]);
}, 300_000);

/** A small seeded generator: the same numbers for the same seed. */
function mulberry(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

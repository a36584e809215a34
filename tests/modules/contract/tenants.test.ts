import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Json, withoutRequestId } from "../rest-world.ts";
import { isPublic, type Operation, pathParameters, resolved } from "./operations.ts";
import { type Contract, createContract, nobodysParams, type Scene } from "./scene.ts";

/** Two organizations, and everything that one might try on the other's things. */
let contract: Contract;
let mine: Scene;
let theirs: Scene;
beforeAll(async () => {
  contract = await createContract("tenants");
  mine = await contract.newScene();
  theirs = await contract.newScene();
});
afterAll(() => contract.rest.close());

const named = ({ method, path }: Operation) => `${method} ${path}`;
/** What belongs to organizations: operators see the whole installation. */
const tenantOperations = () => contract.operations.filter(({ access }) => access !== "operator");
const ofThings = () =>
  tenantOperations().filter((one) => !isPublic(one) && pathParameters(one.path).length > 0);

test("another organization's id is answered like a missing one, and nothing happens", async () => {
  for (const operation of ofThings()) {
    const foreign = await contract.makeParams(theirs, operation.path);
    const own = await contract
      .goodCall(mine, operation, {})
      .catch(() => ({ body: operation.bodyExample, headers: {}, query: {} }));
    const before = await contract.everyRow();
    const answer = await contract.send(mine.token, operation, { ...own, params: foreign });
    const missing = await contract.send(mine.token, operation, {
      ...own,
      params: nobodysParams(operation.path),
    });
    expect([named(operation), answer.status, answer.body?.code]).toEqual([
      named(operation),
      404,
      "not_found",
    ]);
    expect([named(operation), withoutRequestId(answer)]).toEqual([
      named(operation),
      withoutRequestId(missing),
    ]);
    expect([named(operation), await contract.everyRow()]).toEqual([named(operation), before]);
  }
}, 120_000);

test("another organization's thing within a thing of one's own is missing too", async () => {
  for (const operation of ofThings().filter(({ path }) => pathParameters(path).length > 1)) {
    const [first = ""] = pathParameters(operation.path);
    const foreign = await contract.makeParams(theirs, operation.path);
    const own = await contract.makeParams(mine, operation.path);
    const call = await contract.goodCall(mine, operation, own);
    const before = await contract.everyRow();
    const answer = await contract.send(mine.token, operation, {
      ...call,
      params: { ...foreign, [first]: String(own[first]) },
    });
    expect([named(operation), answer.status]).toEqual([named(operation), 404]);
    expect([named(operation), await contract.everyRow()]).toEqual([named(operation), before]);
  }
}, 120_000);

/** Every field of a body, however deep, that holds the id of something. */
function references(schema: Json, path: string[] = []): string[][] {
  const inner = resolved(contract.document, schema) ?? {};
  if (inner.format === "uuid") return [path];
  return [
    ...Object.entries<Json>(inner.properties ?? {}).flatMap(([name, field]) =>
      references(field, [...path, name]),
    ),
    ...(inner.items ? references(inner.items, [...path, "0"]) : []),
    ...(inner.anyOf ?? []).flatMap((choice: Json) => references(choice, path)),
  ];
}

function withValue(body: Json, [name = "", ...rest]: string[], value: string): Json {
  const copy = name === "0" ? [...(Array.isArray(body) ? body : [])] : { ...body };
  Reflect.set(
    copy,
    name,
    rest.length === 0 ? value : withValue(Reflect.get(copy, name), rest, value),
  );
  return copy;
}

test("a body that refers to another organization's thing is refused, and nothing happens", async () => {
  const collections = new Set(ofThings().map(({ path }) => path.slice(0, path.indexOf("/{"))));
  const foreign = [theirs.ownerId];
  for (const collection of collections)
    foreign.push(await contract.makeThing(theirs, collection, {}));
  for (const operation of contract.operations.filter((one) => one.body && !isPublic(one))) {
    const paths = new Map(references(operation.body).map((path) => [path.join("."), path]));
    for (const path of paths.values()) {
      const params = await contract.makeParams(mine, operation.path);
      const call = await contract.goodCall(mine, operation, params);
      const before = await contract.everyRow();
      for (const id of foreign) {
        const body = withValue(call.body, path, id);
        const { status } = await contract.send(mine.token, operation, { ...call, body });
        const told = `${named(operation)} ${path.join(".")}`;
        expect([told, status >= 400 && status < 500]).toEqual([told, true]);
      }
      expect([named(operation), await contract.everyRow()]).toEqual([named(operation), before]);
    }
  }
}, 120_000);

test("a list shows nothing of another organization", async () => {
  const lists = tenantOperations().filter(
    ({ method, path, answer }) =>
      method === "GET" &&
      !path.includes("{") &&
      resolved(contract.document, answer)?.properties?.data,
  );
  for (const operation of lists) {
    if (
      contract.fixtures.things[operation.path] ||
      contract.operations.some(({ method, path }) => method === "POST" && path === operation.path)
    ) {
      const id = await contract.makeThing(theirs, operation.path, {});
      const { body } = await contract.send(mine.token, operation, {});
      expect([named(operation), JSON.stringify(body).includes(id)]).toEqual([
        named(operation),
        false,
      ]);
    }
  }
}, 60_000);

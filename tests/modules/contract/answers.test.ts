import { afterAll, beforeAll, expect, test } from "bun:test";
import { isPublic, type Operation, pathParameters } from "./operations.ts";
import { type Contract, createContract, nobodysParams } from "./scene.ts";

/** Each call below is compared with the document by `rest-world`, as all calls of all tests are. */
let contract: Contract;
beforeAll(async () => {
  contract = await createContract("answers");
});
afterAll(() => contract.rest.close());

const named = ({ method, path }: Operation) => `${method} ${path}`;

test("every operation does what its document's example asks, and answers as documented", async () => {
  const failed: string[] = [];
  for (const operation of contract.operations) {
    const scene = await contract.newScene();
    const params = await contract.makeParams(scene, operation.path);
    const call = await contract.goodCall(scene, operation, params);
    const { status, body } = await contract.send(scene.token, operation, call);
    if (status >= 300) failed.push(`${named(operation)}: ${status} ${JSON.stringify(body)}`);
  }
  expect(failed).toEqual([]);
}, 120_000);

test("every operation on a thing that is not there says so, as documented", async () => {
  const scene = await contract.newScene();
  for (const operation of contract.operations.filter(
    (one) => !isPublic(one) && pathParameters(one.path).length > 0,
  )) {
    const own = await contract
      .goodCall(scene, operation, {})
      .catch(() => ({ body: operation.bodyExample, headers: {} }));
    const { status } = await contract.send(scene.token, operation, {
      ...own,
      params: nobodysParams(operation.path),
    });
    expect([named(operation), status]).toEqual([named(operation), 404]);
  }
}, 60_000);

test("an edit of another version than the one that is there is refused", async () => {
  const edits = contract.operations.filter(({ parameters }) =>
    parameters.some(({ name }) => name === "If-Match"),
  );
  for (const operation of edits) {
    const scene = await contract.newScene();
    const params = await contract.makeParams(scene, operation.path);
    const call = await contract.goodCall(scene, operation, params);
    const headers = { ...call.headers, "if-match": '"999999"' };
    const { status, body } = await contract.send(scene.token, operation, { ...call, headers });
    expect([named(operation), status, body?.code]).toEqual([
      named(operation),
      412,
      "precondition_failed",
    ]);
  }
}, 60_000);

test("a repeat with the same Idempotency-Key gets the first answer", async () => {
  const repeatable = contract.operations.filter(
    ({ parameters, body }) => body && parameters.some(({ name }) => name === "Idempotency-Key"),
  );
  for (const operation of repeatable) {
    const scene = await contract.newScene();
    const params = await contract.makeParams(scene, operation.path);
    const call = await contract.goodCall(scene, operation, params);
    const first = await contract.send(scene.token, operation, call);
    const again = await contract.send(scene.token, operation, call);
    expect([named(operation), again.status, again.body]).toEqual([
      named(operation),
      first.status,
      // A new key is shown once, so it is all that a repeat cannot answer.
      { ...first.body, ...("key" in first.body && { key: null }) },
    ]);
  }
}, 60_000);

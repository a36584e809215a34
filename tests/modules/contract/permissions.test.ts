import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  isScope,
  permissions,
  roleAllows,
  roles,
  scopes,
} from "../../../src/http/plugins/permissions.ts";
import { newId } from "../../../src/lib/ids.ts";
import { sha256 } from "../../../src/lib/sha256.ts";
import { isPublic, type Operation } from "./operations.ts";
import { type Contract, createContract, nobodysParams } from "./scene.ts";

/** Every route × every role, and none, and every kind of key. */
let contract: Contract;
beforeAll(async () => {
  contract = await createContract("permissions");
});
afterAll(() => contract.rest.close());

const isAction = (access: string | undefined): access is keyof typeof permissions =>
  access !== undefined && Object.hasOwn(permissions, access);

/** Asks so that nothing happens if it can be helped: for nobody's thing, with a body nobody takes. */
async function knock(operation: Operation, token: string | undefined) {
  const { status, body } = await contract.send(token, operation, {
    params: nobodysParams(operation.path),
    ...(operation.body && { body: { "no such field": 1 } }),
    headers: { "idempotency-key": newId() },
  });
  return { status, code: body?.code };
}

const whom = (operation: Operation) => `${operation.method} ${operation.path}`;

async function newKey(allowed: readonly string[]) {
  const key = `ll_key_${newId()}`;
  const { world } = contract.rest;
  const { userId } = await contract.rest.addUser("owner");
  await world.db.rows`
    insert into api_keys (organization_id, id, name, prefix, key_hash, scopes, created_by)
    values (${world.organizationId}, ${newId()}, 'Test', 'll_key_', ${sha256(key)},
      ${[...allowed]}, ${userId})`;
  return key;
}

test("every route declares who may call it", () => {
  for (const operation of contract.operations) {
    const { access } = operation;
    const known =
      isAction(access) || access === "self" || access === "operator" || isPublic(operation);
    expect([whom(operation), access, known]).toEqual([whom(operation), access, true]);
  }
});

test("a stranger learns nothing of any route, not even what it takes", async () => {
  for (const operation of contract.operations.filter((one) => !isPublic(one))) {
    const answer = await knock(operation, undefined);
    expect([whom(operation), answer]).toEqual([
      whom(operation),
      { status: 401, code: "unauthenticated" },
    ]);
  }
}, 60_000);

describe.each([...roles])("a person who is %s", (role) => {
  test("gets in where the table says so, and nowhere else", async () => {
    for (const operation of contract.operations.filter((one) => !isPublic(one))) {
      const { access } = operation;
      const { accessToken } = await contract.rest.signIn(role);
      const { status, code } = await knock(operation, accessToken);
      const allowed = isAction(access) ? roleAllows(role, access) : access === "self";
      if (allowed)
        expect([whom(operation), status === 401 || status === 403]).toEqual([
          whom(operation),
          false,
        ]);
      else expect([whom(operation), status, code]).toEqual([whom(operation), 403, "forbidden"]);
    }
  }, 60_000);
});

test("an operator gets in where only operators may", async () => {
  const { token } = await contract.newScene(contract.rest.world.organizationId);
  for (const operation of contract.operations.filter(({ access }) => access === "operator")) {
    const { status } = await knock(operation, token);
    expect([whom(operation), status === 401 || status === 403]).toEqual([whom(operation), false]);
  }
});

test("a key gets in with the scope of the route; all other scopes together do not help", async () => {
  const open = (operation: Operation) =>
    operation.raw.security.some((one: object) => "apiKey" in one) &&
    isScope(String(operation.access));
  const keys = new Map<string, { right: string; wrong: string }>();
  for (const operation of contract.operations.filter((one) => !isPublic(one))) {
    const access = String(operation.access);
    if (!keys.has(access)) {
      const others = scopes.filter((scope) => scope !== access);
      keys.set(access, { right: await newKey([access]), wrong: await newKey(others) });
    }
    const { right = "", wrong = "" } = keys.get(access) ?? {};
    const answer = await knock(operation, right);
    if (open(operation)) {
      expect([whom(operation), answer.status === 401 || answer.status === 403]).toEqual([
        whom(operation),
        false,
      ]);
    } else
      expect([whom(operation), answer]).toEqual([
        whom(operation),
        { status: 403, code: "forbidden" },
      ]);
    expect([whom(operation), await knock(operation, wrong)]).toEqual([
      whom(operation),
      { status: 403, code: "forbidden" },
    ]);
  }
}, 60_000);

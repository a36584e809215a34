import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Json } from "../rest-world.ts";
import { cursorName, fillPath, listsOf, type Operation, pathParameters } from "./operations.ts";
import { type Contract, createContract, type Scene } from "./scene.ts";

/** Every list that goes on by a cursor, walked while rows come and go. */
const PAGE = 3;
const ROWS = 11;

let contract: Contract;
beforeAll(async () => {
  contract = await createContract("pagination");
});
afterAll(() => contract.rest.close());

const lists = () => listsOf(contract.document, contract.operations);

type Params = Record<string, string>;

async function addRow(scene: Scene, operation: Operation, params: Params): Promise<string> {
  const grow = contract.fixtures.grow[operation.id];
  return grow ? await grow(scene, params) : await contract.makeThing(scene, operation.path, params);
}

/** Deletes a row the way clients do; false where they cannot. */
async function removeRow(
  scene: Scene,
  { path }: Operation,
  params: Params,
  id: string,
): Promise<boolean> {
  const remove = contract.operations.find(
    (one) =>
      one.method === "DELETE" &&
      one.path.startsWith(`${path}/{`) &&
      pathParameters(one.path).length === pathParameters(path).length + 1,
  );
  if (!remove) return false;
  const [last = ""] = pathParameters(remove.path).slice(-1);
  const { status } = await scene.ask("DELETE", fillPath(remove.path, { ...params, [last]: id }));
  return status < 300;
}

async function walk(scene: Scene, operation: Operation) {
  const params = await contract.makeParams(scene, operation.path);
  const throughout = new Set<string>();
  for (let row = 0; row < ROWS; row += 1) throughout.add(await addRow(scene, operation, params));
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const query: Params = {
      limit: String(PAGE),
      ...(cursor && { [cursorName(operation)]: cursor }),
    };
    const { body, status }: Json = await contract.send(scene.token, operation, { params, query });
    expect([operation.path, status]).toEqual([operation.path, 200]);
    expect(body.data.length).toBeLessThanOrEqual(PAGE);
    const ids: string[] = body.data.map((row: Json) => row.id);
    // Older pages of a chat come before those that were read first.
    seen.push(...ids);
    cursor = body.nextCursor;
    await addRow(scene, operation, params);
    const victim = pickOther(throughout, seen.length);
    if (victim && (await removeRow(scene, operation, params, victim))) throughout.delete(victim);
  } while (cursor !== null && seen.length < 100);
  return { seen, missed: [...throughout].filter((id) => !seen.includes(id)) };
}

/** Now a row that was read, now one that was not. */
function pickOther(rows: Set<string>, turn: number): string | undefined {
  const all = [...rows];
  return all[turn % 2 === 0 ? 0 : all.length - 1];
}

test("no row comes twice and none is missed that was there throughout", async () => {
  expect(lists().length).toBeGreaterThan(0);
  for (const operation of lists()) {
    const { seen, missed } = await walk(await contract.newScene(), operation);
    expect([operation.path, seen.length - new Set(seen).size]).toEqual([operation.path, 0]);
    expect([operation.path, missed]).toEqual([operation.path, []]);
  }
}, 120_000);

test("a page has no more rows than asked for, and a cursor that nobody gave out is refused", async () => {
  const scene = await contract.newScene();
  for (const operation of lists().filter(({ parameters }) =>
    parameters.some(({ name }) => name === "cursor"),
  )) {
    const params = await contract.makeParams(scene, operation.path);
    for (const cursor of ["x", "eyJhIjoxfQ", "W251bGxd", "WyIiLCIiXQ", "'"]) {
      const { status, body } = await contract.send(scene.token, operation, {
        params,
        query: { cursor },
      });
      expect([operation.path, cursor, status, body?.code]).toEqual([
        operation.path,
        cursor,
        422,
        "invalid_input",
      ]);
    }
  }
}, 60_000);

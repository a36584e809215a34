import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createDb, type Db } from "../../src/db/client.ts";
import { fixPartitions } from "../../src/db/queries/installation.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
let db: Db;
beforeAll(async () => {
  database = await testDatabase("installation");
  db = createDb({ url: database.url, maxConnections: 4, name: "installation-test" });
}, 60_000);
beforeEach(async () => {
  await db.rows`delete from installation`;
});
afterAll(async () => {
  await db.close(0);
  await database.drop();
});

const six = async () => 6;
const notAsked = () => Promise.reject(new Error("It was asked."));

describe("the number of partitions", () => {
  test("is what suits the deployment at the first start, unless one is wanted", async () => {
    expect(await fixPartitions(db, null, six)).toBe(6);
    await db.rows`delete from installation`;
    expect(await fixPartitions(db, 4, notAsked)).toBe(4);
  });

  test("then stays, whatever the deployment has become, and another one is refused", async () => {
    await fixPartitions(db, 4, notAsked);
    expect(await fixPartitions(db, null, notAsked)).toBe(4);
    expect(await fixPartitions(db, 4, notAsked)).toBe(4);
    await expect(fixPartitions(db, 8, notAsked)).rejects.toThrow(/Set PARTITIONS=4/);
  });

  test("is the same for all that start at once for the first time", async () => {
    const numbers = [2, 4, 6, 8].map((number) => fixPartitions(db, null, async () => number));
    expect(new Set(await Promise.all(numbers)).size).toBe(1);
  });
});

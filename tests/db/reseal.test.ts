import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { createDb, type Db } from "../../src/db/client.ts";
import { resealAll } from "../../src/db/reseal.ts";
import { newId } from "../../src/lib/ids.ts";
import {
  accessTokenContext,
  appSecretContext,
  createSecretBox,
  type SecretBox,
  verifyTokenContext,
} from "../../src/lib/secret-box.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { silentLog } from "../support/servers.ts";

const newKey32 = () => randomBytes(32).toString("base64");
const [oldKey, newKey] = [newKey32(), newKey32()];
const before = createSecretBox([oldKey]);
const both = createSecretBox([newKey, oldKey]);
const after = createSecretBox([newKey]);
const organizationId = newId();

let database: TestDatabase;
let db: Db;
beforeAll(async () => {
  database = await testDatabase("reseal");
  db = createDb({ url: database.url, maxConnections: 2, name: "reseal-test" });
  await db.rows`insert into organizations (id, name) values (${organizationId}, 'Northwind')`;
});
beforeEach(async () => {
  await db.rows`truncate integrations cascade`;
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

async function addNumber(box: SecretBox, no: number): Promise<string> {
  const id = newId();
  await db.rows`
    insert into integrations (organization_id, id, phone_number_id, waba_id, portfolio_id,
      display_phone_number, access_token_box, webhook_key, app_secret_box, old_app_secret_box,
      verify_token_box)
    values (${organizationId}, ${id}, ${`number-${no}`}, 'w', 'p', '+1',
      ${box.seal(`token-${no}`, accessTokenContext(id))}, ${`key-${no}`},
      ${box.seal("secret", appSecretContext(id))}, ${box.seal("older", appSecretContext(id))},
      ${box.seal("verify", verifyTokenContext(id))})`;
  return id;
}

interface Boxes {
  id: string;
  accessTokenBox: string;
  appSecretBox: string;
  oldAppSecretBox: string;
  verifyTokenBox: string;
}

async function opened(box: SecretBox) {
  const rows = await db.rows<Boxes>`select * from integrations order by id`;
  return rows.map((row) => [
    box.open(row.accessTokenBox, accessTokenContext(row.id)),
    box.open(row.appSecretBox, appSecretContext(row.id)),
    box.open(row.oldAppSecretBox, appSecretContext(row.id)),
    box.open(row.verifyTokenBox, verifyTokenContext(row.id)),
  ]);
}

const reseal = (box: SecretBox, over: Db = db) => resealAll({ db: over, box, log: silentLog });

describe("sealing again with the newest key", () => {
  test("changes every box over several batches, after which the older key can go", async () => {
    for (let no = 0; no < 230; no += 1) await addNumber(before, no);
    await expect(opened(after)).rejects.toThrow("is not in ENCRYPTION_KEYS");
    expect(await reseal(both)).toEqual({ resealed: 920, upToDate: 0, changed: 0, unreadable: 0 });
    const secrets = await opened(after);
    expect(secrets).toHaveLength(230);
    expect(secrets[7]).toEqual(["token-7", "secret", "older", "verify"]);
    expect(await reseal(both)).toEqual({ resealed: 0, upToDate: 920, changed: 0, unreadable: 0 });
  });

  test("leaves the empty token of a disconnected number alone", async () => {
    const id = await addNumber(before, 1);
    await db.rows`update integrations set access_token_box = '', active = false`;
    expect(await reseal(both)).toMatchObject({ resealed: 3, unreadable: 0 });
    expect(await db.first`select access_token_box from integrations where id = ${id}`).toEqual({
      accessTokenBox: "",
    });
  });

  test("never writes over a secret that was rotated after it was read", async () => {
    const id = await addNumber(before, 1);
    const fresh = both.seal("rotated meanwhile", accessTokenContext(id));
    let interfered = false;
    // Between reading and writing another process rotates the token.
    const racing: Db = {
      ...db,
      first: async (text, ...values) => {
        if (!interfered) {
          interfered = true;
          await db.rows`update integrations set access_token_box = ${fresh} where id = ${id}`;
        }
        return await db.first(text, ...values);
      },
    };
    expect(await reseal(both, racing)).toMatchObject({ resealed: 3, changed: 1 });
    expect((await opened(both))[0]?.[0]).toBe("rotated meanwhile");
  });

  test("goes on past a box that no key opens, and counts it", async () => {
    await addNumber(createSecretBox([newKey32()]), 1);
    await addNumber(before, 2);
    expect(await reseal(both)).toEqual({ resealed: 4, upToDate: 0, changed: 0, unreadable: 4 });
  });

  test("knows every sealed column that the database has", async () => {
    const columns = await db.rows<{ name: string }>`
      select table_name || '.' || column_name as name from information_schema.columns
      where table_schema = 'public' and column_name like '%\\_box' order by 1`;
    expect(columns.map(({ name }) => name)).toEqual([
      "integrations.access_token_box",
      "integrations.app_secret_box",
      "integrations.old_app_secret_box",
      "integrations.verify_token_box",
    ]);
  });
});

describe("bun run rotate", () => {
  const run = async (keys: string | undefined) => {
    const child = Bun.spawn([process.execPath, "--no-env-file", "scripts/rotate.ts"], {
      cwd: join(import.meta.dir, "..", ".."),
      env: {
        PATH: process.env["PATH"] ?? "",
        NODE_ENV: "production",
        REDIS_URL: "redis://127.0.0.1:1",
        DATABASE_URL: database.url,
        ...(keys !== undefined && { ENCRYPTION_KEYS: keys }),
      },
      stdout: "pipe",
      stderr: "pipe",
    });
    const [out, err] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    return { code: await child.exited, said: out + err };
  };

  test("says what it did", async () => {
    await addNumber(before, 1);
    const first = await run(`${newKey},${oldKey}`);
    expect([first.code, first.said]).toEqual([0, expect.stringContaining("4 sealed")]);
    expect(await opened(after)).toHaveLength(1);
    const alone = await run(newKey32());
    expect(alone.said).toContain("4 cannot be opened");
    expect(alone.said).not.toContain("token-1");
    expect(alone.code).toBe(1);
  });

  test.each([undefined, "not-a-key"])("refuses to seal without real keys: %p", async (keys) => {
    await addNumber(before, 1);
    const { code, said } = await run(keys);
    expect([code, said]).toEqual([1, expect.stringContaining("ENCRYPTION_KEYS")]);
    expect(await opened(before)).toHaveLength(1);
  });
});

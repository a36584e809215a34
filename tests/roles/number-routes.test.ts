import { afterAll, beforeAll, expect, test } from "bun:test";
import { newId } from "../../src/lib/ids.ts";
import {
  accessTokenContext,
  appSecretContext,
  createSecretBox,
  verifyTokenContext,
} from "../../src/lib/secret-box.ts";
import { createLogger } from "../../src/ops/logger.ts";
import { createNumberRoutes } from "../../src/roles/number-routes.ts";
import { createWorld, type World } from "../flows/world.ts";

const log = createLogger({ level: "silent", role: "test" });
const box = createSecretBox([Buffer.alloc(32, 3).toString("base64")]);

let world: World;
beforeAll(async () => {
  world = await createWorld("number_routes");
});
afterAll(() => world.close());

/** A number that gets its webhooks by the organization's own Meta app. */
async function addOwn(organizationId: string, name: string, active: boolean): Promise<void> {
  const id = newId();
  await world.db.rows`
    insert into integrations (organization_id, id, phone_number_id, waba_id, portfolio_id,
      display_phone_number, access_token_box, webhook_key, app_secret_box, verify_token_box, active)
    values (${organizationId}, ${id}, ${`number-${name}`}, ${`waba-${name}`}, 'p', '+1',
      ${box.seal("token", accessTokenContext(id))}, ${`key-${name}`},
      ${box.seal(`secret-${name}`, appSecretContext(id))},
      ${box.seal(`verify-${name}`, verifyTokenContext(id))}, ${active})`;
}

test("a disconnected number is nobody's, but its address goes on serving the others of its app", async () => {
  const { db, organizationId } = world;
  const elsewhere = newId();
  await db.rows`insert into organizations (id, name) values (${elsewhere}, 'Elsewhere')`;
  await addOwn(organizationId, "stays", true);
  await addOwn(organizationId, "gone", false);
  await addOwn(elsewhere, "alone", false);
  const { routes, stop } = await createNumberRoutes({ db, box, log });
  await stop();
  expect(routes.byPhoneNumberId("number-stays")).toMatchObject({ organizationId, app: "own" });
  expect(routes.byPhoneNumberId("number-gone")).toBeUndefined();
  expect(routes.byWabaId("waba-gone")).toEqual([]);
  for (const key of ["key-stays", "key-gone"]) {
    const app = routes.byKey(key);
    expect(app?.organizationId).toBe(organizationId);
    expect(app?.appSecrets.toSorted()).toEqual(["secret-gone", "secret-stays"]);
    expect(app?.verifyTokens.toSorted()).toEqual(["verify-gone", "verify-stays"]);
  }
  expect(routes.byKey("key-alone")).toBeUndefined();
});

test("an account belongs to every organization that has a number of it, once for each app", async () => {
  const { db, organizationId } = world;
  const [neighbour, gone] = [newId(), newId()];
  for (const id of [neighbour, gone]) {
    await db.rows`insert into organizations (id, name) values (${id}, 'Next door')`;
  }
  for (const [owner, name, active] of [
    [organizationId, "a", true],
    [organizationId, "b", true],
    [neighbour, "c", true],
    [gone, "d", false],
  ] as const) {
    await addOwn(owner, name, active);
  }
  await db.rows`update integrations set waba_id = 'waba-shared', webhook_key = null
    where phone_number_id in ('number-a', 'number-b', 'number-c', 'number-d')`;
  const { routes, stop } = await createNumberRoutes({ db, box, log });
  await stop();
  const owners = routes.byWabaId("waba-shared").map((one) => [one.organizationId, one.app]);
  expect(owners.toSorted()).toEqual(
    [
      [organizationId, "platform"],
      [neighbour, "platform"],
    ].toSorted(),
  );
});

import { afterEach, beforeEach, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { migrate } from "../../src/db/migrate.ts";
import { newId } from "../../src/lib/ids.ts";
import { silentLog as log } from "../support/servers.ts";
import { type EmptyDatabase, emptyDatabase } from "./empty-database.ts";
import { migrationsBefore } from "./older-schema.ts";

let database: EmptyDatabase;
let folder: string;
beforeEach(async () => {
  database = await emptyDatabase();
  folder = await migrationsBefore("_resources");
});
afterEach(async () => {
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

test("what organizations had set before becomes their sequence, and bodies become templates' parts", async () => {
  await migrate({ url: database.url, log, folder });

  const { sql } = database;
  const [chatty, quiet, number] = [newId(), newId(), newId()];
  await sql`insert into organizations (id, name, follow_up_minutes, ghost_after_minutes) values
    (${chatty}, 'Chatty', '{5,60}', 90), (${quiet}, 'Quiet', '{}', 1440)`;
  await sql`insert into integrations (organization_id, id, phone_number_id, waba_id, portfolio_id,
    display_phone_number, access_token_box) values (${chatty}, ${number}, '1', '2', '3', '+1', 'box')`;
  await sql`insert into templates (organization_id, id, integration_id, name, language, category, body,
    status) values (${chatty}, ${newId()}, ${number}, 'hello', 'en', 'UTILITY', 'Hi {{1}}!', 'APPROVED')`;
  await migrate({ url: database.url, log });

  expect([
    ...(await sql`select o.name as whose, s.name, s.steps, s.ghost_after_minutes, s.active
      from follow_up_sequences s join organizations o on o.id = s.organization_id order by 1`),
  ]).toEqual([
    {
      whose: "Chatty",
      name: "Default",
      steps: [
        { afterMinutes: 5, hint: null },
        { afterMinutes: 60, hint: null },
      ],
      ghost_after_minutes: 90,
      active: true,
    },
    { whose: "Quiet", name: "Default", steps: [], ghost_after_minutes: 1_440, active: true },
  ]);
  expect([...(await sql`select components, status from templates`)]).toEqual([
    { components: [{ type: "BODY", text: "Hi {{1}}!" }], status: "APPROVED" },
  ]);
});

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
  folder = await migrationsBefore("_inbound");
});
afterEach(async () => {
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

test("two leads of one number's two spellings: the older keeps it, and each is named on the other", async () => {
  await migrate({ url: database.url, log, folder });

  const { sql } = database;
  const [one, older, newer, other] = [newId(), newId(), newId(), newId()];
  await sql`insert into organizations (id, name) values (${one}, 'One')`;
  await sql`insert into leads (organization_id, id, phones) values (${one}, ${older}, '551187654321'),
    (${one}, ${newer}, '5511987654321 14155550100'), (${one}, ${other}, '14155550101')`;
  const phones = [
    [older, "551187654321", "2026-01-01"],
    [newer, "5511987654321", "2026-02-01"],
    [newer, "14155550100", "2026-01-01"],
    [other, "14155550101", "2026-01-01"],
  ] as const;
  for (const [leadId, value, at] of phones) {
    await sql`insert into lead_identities (organization_id, id, lead_id, kind, scope, value, started_at)
      values (${one}, ${newId()}, ${leadId}, 'phone', '', ${value}, ${at})`;
  }
  await migrate({ url: database.url, log });

  const leads = await sql`select id, phones, maybe_same_as from leads order by created_at, id`;
  expect([...leads].toSorted((a, b) => a["id"].localeCompare(b["id"]))).toEqual(
    [
      { id: older, phones: "551187654321", maybe_same_as: newer },
      { id: newer, phones: "14155550100", maybe_same_as: older },
      { id: other, phones: "14155550101", maybe_same_as: null },
    ].toSorted((a, b) => a.id.localeCompare(b.id)),
  );
  const current =
    await sql`select value from lead_identities where ended_at is null order by value`;
  expect(current.map(({ value }) => value)).toEqual(["14155550100", "14155550101", "551187654321"]);
});

import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { testServers } from "../support/servers.ts";

export interface EmptyDatabase {
  url: string;
  /** For arranging and looking. */
  sql: postgres.Sql;
  drop(): Promise<void>;
}

/** A database without our schema, unlike `testDatabase`. */
export async function emptyDatabase(): Promise<EmptyDatabase> {
  const { databaseUrl } = await testServers();
  const name = `ll_empty_${randomBytes(4).toString("hex")}`;
  await asAdmin(databaseUrl, `create database "${name}"`);
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  const sql = postgres(url.href, { max: 2, onnotice: () => {} });
  const drop = async () => {
    await sql.end({ timeout: 1 });
    await asAdmin(databaseUrl, `drop database "${name}" with (force)`);
  };
  return { url: url.href, sql, drop };
}

async function asAdmin(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql.unsafe(statement).finally(() => sql.end({ timeout: 1 }));
}

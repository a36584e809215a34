import { systemClock } from "../../src/lib/clock.ts";
import { newId } from "../../src/lib/ids.ts";
import { createTokens } from "../../src/modules/auth/tokens.ts";
import {
  cursorName,
  fillPath,
  type Operation,
  pathParameters,
} from "../../tests/modules/contract/operations.ts";
import { startLeadline } from "../../tests/support/processes.ts";
import { createInstallation, type Installation } from "./installation.ts";
import type { DataSize } from "./large-data/sql.ts";
import { type FilledData, fillLargeData } from "./large-data.ts";

/** An API process over a filled database, and its organization's owner asking it for lists. */
export interface ListOffice {
  data: FilledData;
  document(): Promise<unknown>;
  /** Fresh sign-ins: they last ten minutes, and each may ask only so often a minute. */
  signIn(): Promise<void>;
  /** The address of a list, with the ids in its path filled in. */
  addressOf(operation: Operation): Promise<string>;
  /** Asks once; fails unless the answer is 200. */
  ask(address: string, query: Record<string, string>): Promise<ListAnswer>;
  /** The cursor of a page in the middle of the list, or at most `PAGES` pages in; null without one. */
  middleOf(operation: Operation, address: string): Promise<string | null>;
}

export interface ListAnswer {
  tookMs: number;
  page: { data: readonly { id: string }[]; nextCursor: string | null };
}

const SESSION_SECRET = "a-session-secret-of-the-bench-only";
const SESSIONS = 100;
const PAGES = 200;

export async function openListOffice(
  stack: AsyncDisposableStack,
  size: DataSize,
): Promise<ListOffice> {
  const installation = await createInstallation(stack, { numbers: 1, quietMs: 0 });
  const data = await fillLargeData(installation.env["DATABASE_URL"] ?? "", size);
  const sessions = await insertSessions(installation, data);
  const api = await startLeadline("api", {
    ...installation.env,
    SESSION_SECRETS: SESSION_SECRET,
    LOG_LEVEL: "error",
  });
  await api.ready();
  const signer = createTokens([SESSION_SECRET], systemClock);
  let tokens: string[] = [];
  let asked = 0;

  const office: ListOffice = {
    data,
    document: async () => await (await fetch(`${api.url}/swagger/json`)).json(),
    signIn: async () => {
      const signed = sessions.map((sessionId) =>
        signer.signAccess({ sessionId, userId: data.ownerId }),
      );
      tokens = (await Promise.all(signed)).map(({ accessToken }) => accessToken);
    },
    addressOf: async ({ path }) => fillPath(path, await paramsOf(office, path)),
    ask: async (address, query) => {
      const search = new URLSearchParams(query).toString();
      asked += 1;
      const authorization = `Bearer ${tokens[asked % tokens.length]}`;
      const startedMs = performance.now();
      const answer = await fetch(`${api.url}${address}?${search}`, { headers: { authorization } });
      const text = await answer.text();
      const tookMs = performance.now() - startedMs;
      if (answer.status !== 200) throw new Error(`${address}?${search}: ${answer.status} ${text}`);
      return { tookMs, page: JSON.parse(text) };
    },
    middleOf: async (operation, address) => {
      const cursors: string[] = [];
      for (let cursor: string | null = ""; cursor !== null && cursors.length < PAGES; ) {
        const from = cursor === "" ? {} : { [cursorName(operation)]: cursor };
        const { page } = await office.ask(address, { limit: "100", ...from });
        cursor = page.nextCursor;
        if (cursor !== null) cursors.push(cursor);
      }
      const at = cursors.length < PAGES ? Math.floor(cursors.length / 2) : PAGES - 1;
      return cursors[at] ?? null;
    },
  };
  await office.signIn();
  return office;
}

async function paramsOf(office: ListOffice, path: string): Promise<Record<string, string>> {
  const params: Record<string, string> = {};
  for (const name of pathParameters(path)) {
    const collection = path.slice(0, path.indexOf(`/{${name}}`));
    params[name] =
      office.data.places[collection] ?? (await firstOf(office, fillPath(collection, params)));
  }
  return params;
}

async function firstOf(office: ListOffice, address: string): Promise<string> {
  const { page } = await office.ask(address, {});
  const [first] = page.data;
  if (first === undefined) throw new Error(`${address} is empty: large-data.ts must fill it.`);
  return first.id;
}

async function insertSessions(
  { db }: Installation,
  { organizationId, ownerId }: FilledData,
): Promise<string[]> {
  const ids = Array.from({ length: SESSIONS }, () => newId());
  // Seen in the future: noting each minute that somebody was there would be timed with a list.
  await db.rows`
    insert into sessions (organization_id, id, user_id, salt, expires_at, seen_at)
    select ${organizationId}, id, ${ownerId}, 'none', now() + interval '1 day', now() + interval '1 day'
    from unnest(${ids}::uuid[]) id`;
  return ids;
}

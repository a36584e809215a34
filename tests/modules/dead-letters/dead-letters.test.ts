import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createArchiveHandler } from "../../../src/flows/archive.ts";
import { newId } from "../../../src/lib/ids.ts";
import { silentLog } from "../../support/servers.ts";
import { createRestWorld, type RestWorld } from "../rest-world.ts";

let rest: RestWorld;
let operator: Awaited<ReturnType<RestWorld["signIn"]>>;
beforeAll(async () => {
  rest = await createRestWorld("dead-letters");
  operator = await rest.signIn("viewer");
  await rest.world.db.rows`insert into operators (user_id) values (${operator.userId})`;
});
beforeEach(() => rest.reset());
afterAll(() => rest.close());

/** Buries an entry as the queue does. */
async function bury(over: { stream?: string; errorClass?: string; text?: string } = {}) {
  const { stream = "inbound", errorClass = "poison" } = over;
  const { organizationId } = rest.world;
  const now = new Date().toISOString();
  const entry = {
    v: 1 as const,
    stream,
    origin: `{ll:0}:${stream}/${newId()}`,
    organizationId,
    reason: 'Cannot store "Hi, I am Ann".',
    errorClass,
    tries: 5,
    firstSeenAt: now,
    lastSeenAt: now,
    bytes: new TextEncoder().encode(
      over.text ?? JSON.stringify({ v: 1, organizationId, item: { text: "Hi, I am Ann" } }),
    ),
  };
  // The archive reads no more of an entry than this.
  await createArchiveHandler({ db: rest.world.db, log: silentLog })([{ entry } as never]);
  return entry.origin;
}

const list = async (query = "") =>
  (await operator.ask("GET", `/api/v1/dead-letters?${query}`)).body;
const origins = async (query = "") =>
  (await list(query)).data.map(({ origin }: { origin: string }) => origin);

describe("dead letters", () => {
  test("are listed newest first, without what they say", async () => {
    const [first, second] = [await bury(), await bury({ stream: "turns" })];
    const page = await list();
    expect(page.data).toMatchObject([
      { origin: second, stream: "turns" },
      {
        origin: first,
        organizationId: rest.world.organizationId,
        reason: 'Cannot store "•••".',
        tries: 5,
        replayedAt: null,
      },
    ]);
    expect(JSON.stringify(page)).not.toContain("Ann");
  });

  test("are narrowed by each filter, and by all together", async () => {
    const turn = await bury({ stream: "turns", errorClass: "transient" });
    const message = await bury();
    await rest.world.db.rows`update dead_letters set replayed_at = now() where origin = ${turn}`;
    expect(await origins("stream=turns")).toEqual([turn]);
    expect(await origins("errorClass=poison")).toEqual([message]);
    expect(await origins("replayed=yes")).toEqual([turn]);
    expect(await origins("replayed=no")).toEqual([message]);
    expect(await origins(`organizationId=${newId()}`)).toEqual([]);
    expect(await origins("to=2020-01-01T00:00:00Z")).toEqual([]);
    expect(await origins("from=2020-01-01T00:00:00Z&stream=inbound&replayed=no")).toEqual([
      message,
    ]);
  });

  test("are inspected by their ids and kinds; what is no JSON by its first bytes", async () => {
    await bury();
    const [one] = (await list()).data;
    const detail = await operator.ask("GET", `/api/v1/dead-letters/${one.id}`);
    expect(detail.body).toEqual({
      ...one,
      entry: {
        kind: "json",
        value: {
          v: 1,
          organizationId: rest.world.organizationId,
          item: { text: "••• (12 characters)" },
        },
      },
    });
    await bury({ stream: "receipts", text: "\u0000 no JSON" });
    const [raw] = (await list("stream=receipts")).data;
    const bytes = await operator.ask("GET", `/api/v1/dead-letters/${raw.id}`);
    expect(bytes.body).toMatchObject({
      byteCount: 9,
      entry: { kind: "bytes", headHex: "00206e6f204a534f4e" },
    });
    expect((await operator.ask("GET", `/api/v1/dead-letters/${newId()}`)).status).toBe(404);
  });

  test("are no business of an owner who does not run the installation", async () => {
    const owner = await rest.signIn("owner");
    expect((await owner.ask("GET", "/api/v1/dead-letters")).body.code).toBe("forbidden");
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";

let rest: RestWorld;
let me: Awaited<ReturnType<RestWorld["signIn"]>>;
beforeAll(async () => {
  rest = await createRestWorld("organization");
  me = await rest.signIn("admin");
});
beforeEach(() => rest.reset());
afterAll(() => rest.close());

const read = async () => (await me.ask("GET", "/api/v1/organization")).body;
const edit = (body: object, headers = {}) => me.ask("PATCH", "/api/v1/organization", body, headers);

const all = {
  name: "Northwind Solar",
  website: "https://northwind.example",
  contactEmail: "team@northwind.example",
  description: "Solar roofs.",
  policy: "Be brief.",
  language: "pt-BR",
  timeZone: "Asia/Kolkata",
  quietHours: { from: "21:05", to: "08:00" },
  debounce: { quietMs: 0, quietCapMs: 0 },
  holdingLine: "One moment.",
  describeImages: true,
  budgets: { dailyUsd: "2.5", monthlyUsd: null },
};

describe("settings", () => {
  test("come back as they were written, all of them", async () => {
    const { status, body } = await edit(all);
    expect(status).toBe(200);
    expect(body).toMatchObject(all);
    expect(await read()).toEqual(body);
  });

  test("that a change does not name stay", async () => {
    await edit(all);
    await edit({ quietHours: null, budgets: null });
    expect(await read()).toMatchObject({
      ...all,
      quietHours: null,
      budgets: null,
    });
  });

  test("are changed only by who saw their newest version, with an audit row", async () => {
    const { version } = await read();
    const done = await edit({ name: "Renamed" }, { "if-match": `"${version}"` });
    expect(done.headers.get("etag")).toBe(`"${version + 1}"`);
    const late = await edit({ name: "Too late" }, { "if-match": `"${version}"` });
    expect(late.body.code).toBe("precondition_failed");
    const audit = await rest.world.db.rows<Json>`select action, after from audit_log`;
    expect(audit).toEqual([{ action: "organization.updated", after: { name: "Renamed" } }]);
  });

  test.each([
    ["a time zone nobody knows", { timeZone: "Mars/Olympus" }, "timeZone"],
    ["an offset for a time zone", { timeZone: "+05:30" }, "timeZone"],
    ["a tag that is no language", { language: "no language" }, "language"],
    ["a day without end", { quietHours: { from: "08:00", to: "08:00" } }, "quietHours"],
    ["an hour of no day", { quietHours: { from: "24:00", to: "08:00" } }, "quietHours"],
    ["a cap below the wait", { debounce: { quietMs: 5_000, quietCapMs: 100 } }, "quietCapMs"],
    ["a website without address", { website: "https://" }, "website"],
    ["a website that is a script", { website: "javascript:alert(1)" }, "website"],
    ["a negative budget", { budgets: { dailyUsd: "-1", monthlyUsd: null } }, "budgets"],
    ["nothing to change", {}, ""],
  ])("refuse %s", async (_, body, word) => {
    const answer = await edit(body);
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body)).toContain(word);
  });

  test("of the language are kept in their one spelling", async () => {
    expect((await edit({ language: "EN-us" })).body.language).toBe("en-US");
  });
});

describe("what they do", () => {
  test("a changed debounce counts for the lead's next message", async () => {
    await edit({ debounce: { quietMs: 20_000, quietCapMs: 30_000 } });
    await rest.world.receive({});
    const [row] = await rest.world.db.rows<{ waitMs: number }>`
      select (extract(epoch from due_at - now()) * 1000)::int as wait_ms from conversations`;
    expect(row?.waitMs).toBeGreaterThan(15_000);
    expect(row?.waitMs).toBeLessThanOrEqual(20_000);
  });

  test("quiet hours put a planned nudge off, and hold back one that is due already", async () => {
    const quiet = { debounce: { quietMs: 0, quietCapMs: 0 }, timeZone: "UTC" };
    await edit({ ...quiet, quietHours: null });
    await rest.world.receive({});
    const { id } = await rest.world.conversation();
    await rest.world.turn(id);
    const { followUpAt: planned } = await rest.world.conversation();

    const from = hhmm(planned, -2);
    const to = hhmm(planned, 90);
    await edit({ quietHours: { from, to } });
    rest.world.clock.setOffsetMs(10 * 60_000);
    await rest.world.turn(id, "follow_up");
    expect((await rest.world.outgoing()).length).toBe(1);
    const held = await rest.world.conversation();
    expect(held.followUpStep).toBe(1);
    expect(hhmm(held.followUpAt, 0)).toBe(to);

    rest.world.clock.setOffsetMs(102 * 60_000);
    await rest.world.turn(id, "follow_up");
    expect((await rest.world.outgoing()).length).toBe(2);
  });
});

function hhmm(at: Date | null, addMinutes: number): string {
  return new Date(Number(at) + addMinutes * 60_000).toISOString().slice(11, 16);
}

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { seeded } from "../../support/seeded.ts";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";
import { createPast } from "./rows.ts";

let rest: RestWorld;
beforeAll(async () => {
  rest = await createRestWorld("activity");
});
afterAll(() => rest.close());

const random = seeded("activity");
const authors = ["lead", "bot", "human", "system"] as const;
const zones = [
  "UTC",
  "America/Denver",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "America/Sao_Paulo",
];
const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

interface Written {
  at: number;
  author: (typeof authors)[number];
  chat: number;
  counts: boolean;
}

/** Date, weekday (1 is Monday) and hour on a clock there, by `Intl` alone. */
function clockIn(timeZone: string) {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    weekday: "short",
    hourCycle: "h23",
  });
  return (at: number) => {
    const parts = Object.fromEntries(format.formatToParts(at).map((one) => [one.type, one.value]));
    const { year, month, day, hour, weekday = "" } = parts;
    return {
      date: `${year}-${month}-${day}`,
      weekday: weekdays.indexOf(weekday) + 1,
      hour: Number(hour),
    };
  };
}

function countBy(rows: readonly Written[]) {
  const counts = { lead: 0, bot: 0, human: 0, system: 0 };
  for (const { author, counts: does } of rows) if (does) counts[author] += 1;
  return counts;
}

const writersOf = (rows: readonly Written[]) =>
  new Set(rows.filter(({ author }) => author === "lead").map(({ chat }) => chat)).size;

/** Messages close to the days on which clocks change, at any second. */
async function writeAround(timeZone: string, dates: readonly string[]) {
  const past = await createPast(rest, timeZone);
  const chats = await Promise.all(
    Array.from({ length: 6 }, () => past.conversation("2010-01-01T00:00:00Z")),
  );
  const written: Written[] = Array.from({ length: 400 }, () => {
    const author = random.pick(authors);
    return {
      at: Date.parse(`${random.pick(dates)}T00:00:00Z`) + random.below(3 * 86_400) * 1_000,
      author,
      chat: random.below(chats.length),
      counts: author === "lead" || random.below(5) > 0,
    };
  });
  const rows = written.map(({ at, author, chat, counts }, seq) => ({
    chat: chats[chat]?.id,
    number: chats[chat]?.integrationId,
    seq: seq + 1,
    author,
    direction: author === "lead" ? "in" : "out",
    state: author === "lead" ? "received" : counts ? "read" : "cancelled",
    at: new Date(at).toISOString(),
  }));
  const { db } = rest.world;
  await db.rows`
    insert into messages (organization_id, id, conversation_id, integration_id, seq, direction,
      author, kind, state, sent_at)
    select ${past.organizationId}, gen_random_uuid(), chat, number, seq, direction, author, 'text',
      state, at
    from jsonb_to_recordset(${db.json(rows)}) as x(
      chat uuid, number uuid, seq int8, author text, direction text, state text, at timestamptz)`;
  return { past, written };
}

describe.each(zones)(`messages in %s (LEADLINE_SEED=${random.seed})`, (timeZone) => {
  test.each([
    ["2026-03-06", "2026-04-12"],
    ["2026-10-02", "2026-11-03"],
    ["2018-10-30", "2018-11-07"],
    ["2011-12-28", "2012-01-02"],
  ])("from %s to %s are what a count by Intl finds", async (from, to) => {
    const { past, written } = await writeAround(timeZone, [from, to]);
    const clock = clockIn(timeZone);
    const inside = written.filter(({ at }) => from <= clock(at).date && clock(at).date <= to);
    const report = await past.read(`analytics/activity?from=${from}&to=${to}`);
    expect(report.period).toMatchObject({ from, to, timeZone });
    expect(report.messages).toEqual(countBy(inside));
    expect(report.activeLeads).toBe(writersOf(inside));
    const expected = report.series.map(({ date, start, end }: Json) => {
      const own = inside.filter(({ at }) => clock(at).date === date);
      return { date, start, end, messages: countBy(own), activeLeads: writersOf(own) };
    });
    expect(report.series).toEqual(expected);
    const byHour = report.hours.map(({ weekday, hour }: Json) => {
      const own = inside.filter(({ at }) => {
        const there = clock(at);
        return there.weekday === weekday && there.hour === hour;
      });
      return { weekday, hour, messages: countBy(own) };
    });
    expect(byHour).toHaveLength(168);
    expect(report.hours).toEqual(byHour);
  });
});

describe("buckets", () => {
  test("have no gaps, end to end, also where nothing happened", async () => {
    const past = await createPast(rest, "America/Denver");
    const { series } = await past.read(
      "analytics/activity?from=2026-10-30&to=2026-11-03&interval=day",
    );
    expect(series.map(({ date }: Json) => date)).toEqual([
      "2026-10-30",
      "2026-10-31",
      "2026-11-01",
      "2026-11-02",
      "2026-11-03",
    ]);
    expect(series.slice(1).map(({ start }: Json) => start)).toEqual(
      series.slice(0, -1).map(({ end }: Json) => end),
    );
    const lengths = series.map(
      ({ start, end }: Json) => (Date.parse(end) - Date.parse(start)) / 3_600_000,
    );
    expect(lengths).toEqual([24, 24, 25, 24, 24]);
  });

  test("can be asked for in another zone than the organization's", async () => {
    const past = await createPast(rest, "America/Denver");
    const chat = await past.conversation("2026-10-01T00:00:00Z");
    await past.message(chat, "lead", "2026-10-02T02:00:00Z");
    const at = async (query: string) =>
      (await past.read(`analytics/activity?from=2026-10-01&to=2026-10-01${query}`)).activeLeads;
    expect([await at(""), await at("&timeZone=UTC")]).toEqual([1, 0]);
  });
});

test("one person is one active lead: on two numbers, and as two leads that were merged", async () => {
  const past = await createPast(rest);
  const leadId = await past.lead("2026-10-01T00:00:00Z");
  const between = await past.lead("2026-10-01T00:00:00Z", { mergedInto: leadId });
  const other = await past.lead("2026-10-01T00:00:00Z", { mergedInto: between });
  for (const id of [leadId, leadId, between, other]) {
    const chat = await past.conversation("2026-10-01T00:00:00Z", { leadId: id });
    await past.message(chat, "lead", "2026-10-02T12:00:00Z");
  }
  const report = await past.read("analytics/activity?from=2026-10-01&to=2026-10-03");
  expect(report.activeLeads).toBe(1);
  expect(report.series.map((one: Json) => one.activeLeads)).toEqual([0, 1, 0]);
});

test.each([
  "from=2026-02-30",
  "from=2026-02-02&to=2026-02-01",
  "from=2025-01-01&to=2026-11-01",
  "timeZone=Mars/Olympus",
  "timeZone=%2B05:30",
  "interval=hour",
  "from=yesterday",
])("%s is refused", async (query) => {
  const past = await createPast(rest);
  const { status, body } = await past.ask("GET", `/api/v1/analytics/activity?${query}`);
  expect([status, body.code]).toEqual([422, "invalid_input"]);
});

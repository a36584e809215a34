import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { weeklyCalendar } from "../../src/flows/turn/calendar.ts";
import type { Availability } from "../../src/funnel/availability.ts";
import type { BrainDecision, ToolResult } from "../../src/funnel/turn.ts";
import { newId } from "../../src/lib/ids.ts";
import { createWorld, decision, type World } from "./world.ts";

/** Always open, so that any whole hour of the coming days can be had. */
const daily: Availability = {
  slotMinutes: 60,
  noticeMinutes: 0,
  daysAhead: 30,
  weekly: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: "00:00", to: "24:00" })),
};

let world: World;
let ctaId: string;
beforeAll(async () => {
  world = await createWorld("booking");
});
beforeEach(async () => {
  await world.db.rows`truncate bookings, booking_holds, ctas, facts, conversations, leads cascade`;
  ctaId = newId();
  await world.db.rows`
    insert into ctas (organization_id, id, kind, name, description, availability)
    values (${world.organizationId}, ${ctaId}, 'visit', 'Visit', '', ${world.db.json(daily)})`;
});
afterAll(() => world.close());

/** A whole hour, so many hours from now. */
const inHours = (hours: number) =>
  new Date(Math.ceil(Date.now() / 3_600_000) * 3_600_000 + hours * 3_600_000);
const wish = (at: Date | string | null): BrainDecision => ({
  ...decision,
  ...{ action: "initiate_cta", stage: "cta", ctaId },
  ctaTime: at instanceof Date ? at.toISOString() : at,
});
/** Thinks as the real one does: the tools first, then the words. */
function agreeTo(at: Date | string | null) {
  const results: ToolResult[] = [];
  world.think = async (_, { runTools }) => {
    results.push(...(await runTools(wish(at))));
    return { kind: "reply", decision: wish(at), text: JSON.stringify(results[0]) };
  };
  return results;
}
const lead = (person: number) => ({
  ...{ phone: `1415555010${person}`, bsuid: `US.${person}`, username: null, name: null },
});
async function started(): Promise<string> {
  await world.receive({});
  return (await world.conversation()).id;
}
const bookings = () =>
  world.db.rows<{ status: string; scheduledAt: Date | null; requestedTime: string }>`
    select status, scheduled_at, requested_time from bookings order by created_at, id`;
const holds = () => world.db.rows`select 1 from booking_holds`;

describe("a time that the lead agreed to", () => {
  test("is booked in the same commit as the reply that says so", async () => {
    const at = inHours(3);
    const results = agreeTo(at);
    await world.turn(await started());
    expect(results).toMatchObject([{ tool: "book", outcome: "booked" }]);
    expect(await bookings()).toEqual([
      { status: "confirmed", scheduledAt: at, requestedTime: at.toISOString() },
    ]);
    expect(await world.outgoing()).toMatchObject([{ state: "queued" }]);
    expect(await holds()).toEqual([]);
    expect(world.events.map(({ kind }) => kind)).toContain("cta.initiated");
  });

  test("is given to one of eight who want it at once; the others are told what is free", async () => {
    const at = inHours(3);
    const results = agreeTo(at);
    await world.receive(...Array.from({ length: 8 }, (_, person) => ({ from: lead(person) })));
    await Promise.all((await world.conversations()).map(({ id }) => world.turn(id)));
    expect(await bookings()).toMatchObject([{ status: "confirmed", scheduledAt: at }]);
    const outcomes = results.flatMap((one) => (one.tool === "book" ? [one.outcome] : []));
    expect(outcomes.toSorted()).toEqual(["booked", ...Array(7).fill("taken")]);
    const offers = results.filter((one) => one.tool === "free_times");
    expect(offers.map(({ times }) => new Date(times[0] ?? ""))).toEqual(Array(7).fill(inHours(4)));
    expect(await world.outgoing()).toHaveLength(8);
  });

  test("is held for one of them, however close they come", async () => {
    await world.receive(...Array.from({ length: 8 }, (_, person) => ({ from: lead(person) })));
    const { organizationId } = world;
    const calendar = weeklyCalendar(world.db);
    const people = await world.conversations();
    for (const hours of [3, 4, 5, 6]) {
      const wanted = { organizationId, ctaId, now: new Date(), at: inHours(hours) };
      const outcomes = await Promise.all(
        people.map(({ id }) => calendar.hold({ ...wanted, conversationId: id, turnId: newId() })),
      );
      expect(outcomes.toSorted()).toEqual(["booked", ...Array(7).fill("taken")]);
      await world.db.rows`delete from booking_holds`;
    }
  });

  test("cannot be had when it is over, closed, or no calendar is there", async () => {
    const id = await started();
    const calendar = weeklyCalendar(world.db);
    const subject = { ...{ organizationId: world.organizationId, ctaId, now: new Date() } };
    const hold = (at: Date) =>
      calendar.hold({ ...subject, at, conversationId: id, turnId: newId() });
    expect(await hold(inHours(-5))).toBe("closed_then");
    expect(await hold(inHours(24 * 40))).toBe("closed_then");
    await world.db.rows`update ctas set availability = null`;
    expect(await hold(inHours(3))).toBe("not_bookable");
    expect(
      await calendar.freeTimes({ ...subject, conversationId: id, from: new Date(), limit: 3 }),
    ).toBeNull();
  });

  test("which overlaps with what people wrote down is taken, and free once they cancel that", async () => {
    const id = await started();
    const calendar = weeklyCalendar(world.db);
    await world.receive({ from: lead(1) });
    const other = (await world.conversations()).find((one) => one.id !== id)?.id ?? "";
    const [at, beside] = [inHours(3), new Date(inHours(3).getTime() + 30 * 60_000)];
    await world.db.rows`
      insert into bookings (organization_id, id, conversation_id, cta_id, scheduled_at, status)
      values (${world.organizationId}, ${newId()}, ${other}, ${ctaId}, ${beside}, 'initiated')`;
    const subject = { organizationId: world.organizationId, ctaId, now: new Date(), at };
    const hold = () => calendar.hold({ ...subject, conversationId: id, turnId: newId() });
    expect(await hold()).toBe("taken");
    await world.db.rows`update bookings set status = 'cancelled'`;
    expect(await hold()).toBe("booked");
  });

  test("that was named in their own words only is not guessed: free times are offered", async () => {
    const results = agreeTo("next Tuesday after lunch");
    await world.turn(await started());
    expect(results).toMatchObject([
      { tool: "book", outcome: "unclear_time", startsAt: null },
      { tool: "free_times", ctaId },
    ]);
    expect(await bookings()).toEqual([]);
    expect(await world.outgoing()).toHaveLength(1);
  });

  test("of a CTA without a calendar is passed on for people to settle", async () => {
    await world.db.rows`update ctas set availability = null`;
    const results = agreeTo("Tuesday");
    await world.turn(await started());
    expect(results).toEqual([{ tool: "book", ctaId, outcome: "not_bookable", startsAt: null }]);
    expect(await bookings()).toEqual([
      { status: "initiated", scheduledAt: null, requestedTime: "Tuesday" },
    ]);
  });
});

describe("a reply that says a time is booked", () => {
  test("does not leave once its time is no longer held: the lead is answered anew", async () => {
    const id = await started();
    agreeTo(inHours(3));
    const think = world.think;
    world.think = async (context, run) => {
      const thought = await think(context, run);
      await world.db.rows`update booking_holds set held_until = now()`;
      return thought;
    };
    await world.turn(id);
    expect([await bookings(), await world.outgoing()]).toEqual([[], []]);
    const { leaseOwner, wakeSeq, handledSeq } = await world.conversation();
    expect([leaseOwner, wakeSeq > handledSeq]).toEqual([null, true]);
    world.think = think;
    await world.turn(id);
    expect(await bookings()).toMatchObject([{ status: "confirmed" }]);
    expect(await world.outgoing()).toHaveLength(1);
  });

  test("does not leave when newer text came first, and books nothing; the successor may", async () => {
    const id = await started();
    agreeTo(inHours(3));
    const think = world.think;
    world.think = async (context, run) => {
      const thought = await think(context, run);
      await world.receive({ text: "No, wait, an hour later" });
      return thought;
    };
    await world.turn(id);
    expect(await bookings()).toEqual([]);
    agreeTo(inHours(4));
    await world.turn(id);
    expect(await bookings()).toMatchObject([{ scheduledAt: inHours(4) }]);
    expect(await holds()).toEqual([]);
  });

  test("books nothing when a gate stops it", async () => {
    const id = await started();
    world.think = async (_, { runTools }) => {
      await runTools(wish(inHours(3)));
      return { kind: "blocked", decision: wish(inHours(3)), draft: "…", reason: "made up" };
    };
    await world.turn(id);
    expect(await bookings()).toEqual([]);
  });
});

test("another time for the same thing moves the appointment; the same time again changes nothing", async () => {
  const id = await started();
  for (const at of [inHours(3), inHours(6), inHours(6)]) {
    agreeTo(at);
    await world.turn(id);
    await world.receive({ text: "Thanks!" });
  }
  expect(await bookings()).toMatchObject([
    { status: "cancelled", scheduledAt: inHours(3) },
    { status: "confirmed", scheduledAt: inHours(6) },
  ]);
});

test("free times are looked up when the lead asks for them, in the organization's zone", async () => {
  await world.db.rows`update organizations set time_zone = 'Asia/Kolkata'`;
  const id = await started();
  let results: readonly ToolResult[] = [];
  world.think = async (_, { runTools }) => {
    results = await runTools({ ...decision, ctaId });
    return { kind: "reply", decision, text: "Shall it be one of these?" };
  };
  await world.turn(id);
  const [offer] = results;
  expect(offer).toMatchObject({ tool: "free_times", ctaId, timeZone: "Asia/Kolkata" });
  const times = offer?.tool === "free_times" ? offer.times : [];
  expect(times).toHaveLength(6);
  expect(times[0]).toEndWith("+05:30");
  expect(await bookings()).toEqual([]);
  await world.db.rows`update organizations set time_zone = 'UTC'`;
});

test("a fact is found by its words among all active ones of the organization, best first", async () => {
  const fact = (topic: string, text: string, active = true) => world.db.rows`
    insert into facts (organization_id, id, kind, topic, text, active)
    values (${world.organizationId}, ${newId()}, 'fact', ${topic}, ${text}, ${active})`;
  await fact("Roofs", "Tile and metal roofs.");
  await fact("Flat roofs", "Flat roofs need a frame.");
  await fact("Old roofs", "Flat ones are not done.", false);
  const id = await started();
  const found: (readonly ToolResult[])[] = [];
  world.think = async (_, { runTools }) => {
    for (const lookUp of ["flat roofs?", "boats", "!'& | :*"]) {
      found.push([...(await runTools({ ...decision, lookUp }))].slice(-1));
    }
    return { kind: "no_reply", decision };
  };
  await world.turn(id);
  const topics = found.map(([one]) =>
    one?.tool === "look_up_fact" ? one.facts.map(({ topic }) => topic) : null,
  );
  expect(topics).toEqual([["Flat roofs", "Roofs"], [], []]);
});

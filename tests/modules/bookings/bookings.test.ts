import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { newId } from "../../../src/lib/ids.ts";
import { BookingRow } from "../../../src/realtime/rows.ts";
import { decision } from "../../flows/world.ts";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";

let rest: RestWorld;
let me: Awaited<ReturnType<RestWorld["signIn"]>>;
beforeAll(async () => {
  rest = await createRestWorld("bookings");
  me = await rest.signIn("agent");
});
let ctaId: string;
let conversationId: string;
beforeEach(async () => {
  await rest.reset();
  await rest.world.receive({});
  conversationId = (await rest.world.conversation()).id;
  ctaId = await addCta();
});
afterAll(() => rest.close());

const PATH = "/api/v1/bookings";
async function addCta(active = true): Promise<string> {
  const id = newId();
  await rest.world.db.rows`
    insert into ctas (organization_id, id, kind, name, description, active)
    values (${rest.world.organizationId}, ${id}, 'visit', 'Site visit', '', ${active})`;
  return id;
}
const book = async (more: object = {}): Promise<Json> =>
  (await me.ask("POST", PATH, { conversationId, ctaId, ...more })).body;
const edit = (id: string, body: object, headers = {}) =>
  me.ask("PATCH", `${PATH}/${id}`, body, headers);
const list = async (query = ""): Promise<Json[]> =>
  (await me.ask("GET", `${PATH}${query}`)).body.data;
const told = async () => (await rest.events()).filter(({ kind }: Json) => kind === "cta.initiated");

describe("a booking by a person", () => {
  test("shows lead and CTA, and is told to live clients as the channel describes it", async () => {
    const scheduledAt = "2026-12-05T10:00:00.000Z";
    const more = { requestedTime: "Saturday morning", scheduledAt, note: "Gate code 4521." };
    const booking = await book(more);
    expect(booking).toMatchObject({
      ...more,
      status: "initiated",
      version: 1,
      lead: { name: "Ann" },
      cta: { id: ctaId, name: "Site visit", kind: "visit" },
    });
    expect((await me.ask("GET", `${PATH}/${booking.id}`)).body).toEqual(booking);
    const [event] = await told();
    expect(Value.Check(BookingRow, event.data)).toBe(true);
    const { lead: _, cta: __, ...state } = booking;
    expect(event).toMatchObject({ entityId: booking.id, version: 1, data: state });
  });

  test.each([
    ["a conversation that is not there", () => ({ conversationId: newId() }), "conversationId"],
    ["a CTA that is not there", () => ({ ctaId: newId() }), "ctaId"],
    ["an inactive CTA", async () => ({ ctaId: await addCta(false) }), "ctaId"],
    ["a day that does not exist", () => ({ scheduledAt: "2026-02-30T10:00:00Z" }), "2026-02-30"],
  ])("for %s is refused", async (_, wrong, word) => {
    const answer = await me.ask("POST", PATH, { conversationId, ctaId, ...(await wrong()) });
    expect([answer.status, answer.body.detail]).toEqual([422, expect.stringContaining(word)]);
    expect(await list()).toEqual([]);
  });

  test("posted twice with one key is one booking and one event", async () => {
    const key = { "idempotency-key": newId() };
    const post = () => me.ask("POST", PATH, { conversationId, ctaId }, key);
    const all = await Promise.all([post(), post(), post()]);
    expect(new Set(all.map(({ body }) => body.id)).size).toBe(1);
    expect(await told()).toHaveLength(1);
  });
});

test("what the bot initiates is told with the same state", async () => {
  rest.world.think = () => ({
    kind: "reply",
    decision: { ...decision, action: "initiate_cta", ctaId, ctaTime: "Saturday" },
    text: "I pass it on.",
  });
  await rest.world.receive({ text: "Yes, on Saturday please" });
  await rest.world.turn(conversationId);
  const [booking] = await list();
  expect(booking).toMatchObject({ requestedTime: "Saturday", status: "initiated" });
  const { lead: _, cta: __, ...state } = booking;
  const event = rest.world.events.find(({ kind }) => kind === "cta.initiated");
  expect(event).toMatchObject({ data: state });
});

describe("the status", () => {
  test.each([["confirmed", "done"], ["confirmed", "cancelled"], ["cancelled"], ["done"]])(
    "goes on to %s %s, each told with its version",
    async (...path) => {
      const { id } = await book();
      for (const status of path) expect((await edit(id, { status })).body.status).toBe(status);
      expect((await told()).map(({ version, data }: Json) => [version, data.status])).toEqual(
        ["initiated", ...path].map((status, at) => [at + 1, status]),
      );
    },
  );

  test.each([
    ["done", "initiated"],
    ["done", "cancelled"],
    ["cancelled", "confirmed"],
    ["confirmed", "initiated"],
  ])("does not go from %s to %s", async (from, to) => {
    const { id } = await book();
    await edit(id, { status: from });
    expect((await edit(id, { status: to })).body.code).toBe("conflict");
  });

  test("once closed leaves the time alone and lets the note grow", async () => {
    const { id } = await book();
    await edit(id, { status: "done" });
    expect((await edit(id, { scheduledAt: null })).body.code).toBe("conflict");
    expect((await edit(id, { note: "Signed." })).body).toMatchObject({ note: "Signed." });
  });

  test("settled by two people at once is settled by one", async () => {
    const { id } = await book();
    const both = await Promise.all([
      edit(id, { status: "done" }, { "if-match": '"1"' }),
      edit(id, { status: "cancelled" }, { "if-match": '"1"' }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  });
});

describe("the list", () => {
  test("is newest first, or by the settled time without those that have none", async () => {
    const late = await book({ scheduledAt: "2026-12-06T10:00:00Z" });
    const early = await book({ scheduledAt: "2026-12-05T10:00:00Z" });
    const open = await book();
    const ids = async (query = "") => (await list(query)).map(({ id }) => id);
    expect(await ids()).toEqual([open.id, early.id, late.id]);
    expect(await ids("?sort=scheduledAt")).toEqual([early.id, late.id]);
    expect(await ids("?sort=-scheduledAt&to=2026-12-06T00:00:00Z")).toEqual([early.id]);
    expect(await ids("?from=2100-01-01T00:00:00Z")).toEqual([]);
  });

  test("is filtered by status, CTA, conversation and lead, all together", async () => {
    const booking = await book();
    await edit(booking.id, { status: "confirmed" });
    await book();
    const lead = `leadId=${booking.lead.id}`;
    const all = `?status=confirmed&ctaId=${ctaId}&conversationId=${conversationId}&${lead}`;
    expect((await list(all)).map(({ id }) => id)).toEqual([booking.id]);
    expect(await list(`?${lead}`)).toHaveLength(2);
    for (const filter of ["ctaId", "conversationId", "leadId"]) {
      expect(await list(`?${filter}=${newId()}`)).toEqual([]);
    }
  });
});

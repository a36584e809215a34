import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";

let rest: RestWorld;
let me: Awaited<ReturnType<RestWorld["signIn"]>>;
beforeAll(async () => {
  rest = await createRestWorld("free-times");
  me = await rest.signIn("admin");
});
beforeEach(() => rest.reset());
afterAll(() => rest.close());

const PATH = "/api/v1/ctas";
const week = (from: string, to: string) =>
  [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from, to }));
const availability = {
  ...{ slotMinutes: 60, noticeMinutes: 0, daysAhead: 7 },
  weekly: week("00:00", "24:00"),
};
const visit = { kind: "visit", name: "Site visit", description: "", availability };
const add = async (body: object = visit): Promise<Json> => (await me.ask("POST", PATH, body)).body;
const free = async (id: string, query = "") =>
  (await me.ask("GET", `${PATH}/${id}/free-times${query}`)).body;

test("the hours come back as they were written, and can be changed and taken away", async () => {
  const { id, ...cta } = await add();
  expect(cta).toMatchObject({ availability });
  const shorter = { ...availability, slotMinutes: 30 };
  const edited = await me.ask("PATCH", `${PATH}/${id}`, { availability: shorter });
  expect(edited.body).toMatchObject({ availability: shorter, version: 2 });
  expect((await me.ask("PATCH", `${PATH}/${id}`, { name: "Visit" })).body).toMatchObject({
    availability: shorter,
  });
  const none = await me.ask("PATCH", `${PATH}/${id}`, { availability: null });
  expect(none.body).toMatchObject({ availability: null });
});

test("hours that are none are refused, with the field that is wrong", async () => {
  for (const [wrong, field] of [
    [{ ...availability, weekly: week("17:00", "09:00") }, "weekly"],
    [{ ...availability, weekly: week("9:00", "17:00") }, "from"],
    [{ ...availability, weekly: [{ weekday: 8, from: "09:00", to: "10:00" }] }, "weekday"],
    [{ ...availability, weekly: [] }, "weekly"],
    [{ ...availability, slotMinutes: 0 }, "slotMinutes"],
    [{ ...availability, capacity: 3 }, "capacity"],
  ] as const) {
    const { status, body } = await me.ask("POST", PATH, { ...visit, availability: wrong });
    expect([status, JSON.stringify(body)]).toEqual([422, expect.stringContaining(field)]);
  }
  const link = { ...visit, kind: "link", url: "https://northwind.example/book" };
  expect((await me.ask("POST", PATH, link)).status).toBe(422);
});

test("free times leave out what is booked, until it is cancelled", async () => {
  const { id } = await add();
  const before = await free(id, "?limit=2");
  expect(before.timeZone).toBe("UTC");
  await rest.world.receive({});
  const { id: conversationId } = await rest.world.conversation();
  const booking = await me.ask("POST", "/api/v1/bookings", {
    ...{ conversationId, ctaId: id, scheduledAt: before.data[0] },
  });
  expect((await free(id, "?limit=1")).data).toEqual([before.data[1]]);
  await me.ask("PATCH", `/api/v1/bookings/${booking.body.id}`, { status: "cancelled" });
  expect((await free(id, "?limit=2")).data).toEqual(before.data);
  expect((await free(id, `?limit=1&from=${before.data[1]}`)).data).toEqual([before.data[1]]);
});

test("a CTA without hours says so, and another organization's is not there", async () => {
  const { id } = await add({ ...visit, availability: null });
  expect(await free(id)).toMatchObject({ code: "conflict" });
  const stranger = await rest.signIn("admin", await rest.addOrganization());
  const asked = await stranger.ask("GET", `${PATH}/${id}/free-times`);
  expect([asked.status, asked.body.code]).toEqual([404, "not_found"]);
});

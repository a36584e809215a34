import { expect, test } from "bun:test";
import { Elysia, t } from "elysia";
import { strictInput } from "../../src/http/plugins/strict-input.ts";

const Step = t.Object({ text: t.String(), kind: t.Optional(t.UnionEnum(["a", "b"])) });
const app = strictInput(
  new Elysia({ normalize: false }).use(
    new Elysia()
      .patch("/things", ({ body }) => body, {
        parse: "json",
        body: t.Object({
          stage: t.Optional(t.UnionEnum(["first", "second"])),
          step: t.Optional(Step),
          steps: t.Optional(t.Array(Step)),
          either: t.Optional(t.Union([t.Null(), Step])),
          both: t.Optional(t.Intersect([t.Object({ a: t.String() }), t.Object({ b: t.String() })])),
        }),
      })
      .get("/things", ({ query }) => query, {
        query: t.Object({
          stage: t.Optional(t.UnionEnum(["first", "second"])),
          sort: t.Optional(t.UnionEnum(["up", "down"], { default: "down" })),
        }),
      }),
  ),
);

async function edit(body: unknown) {
  const headers = { "content-type": "application/json" };
  const init = { method: "PATCH", headers, body: JSON.stringify(body) };
  const answer = await app.handle(new Request("http://localhost/things", init));
  return { status: answer.status, body: await answer.json() };
}

test("a choice that was not made stays unmade; a default that was written stays", async () => {
  expect(await edit({})).toEqual({ status: 200, body: {} });
  expect(await edit({ step: { text: "x" } })).toEqual({
    status: 200,
    body: { step: { text: "x" } },
  });
  const list = await app.handle(new Request("http://localhost/things"));
  expect(await list.json()).toEqual({ sort: "down" });
});

test.each([
  { step: { text: "x", extra: 1 } },
  { steps: [{ text: "x", extra: 1 }] },
  { either: { text: "x", extra: 1 } },
  { extra: 1 },
])("the unknown field of %j is refused, however deep", async (body) => {
  expect((await edit(body)).status).toBe(422);
});

test("parts of an intersection do not refuse each other's fields", async () => {
  expect((await edit({ both: { a: "x", b: "y" } })).status).toBe(200);
});

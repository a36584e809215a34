import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { decideMarketing, stopMarketing } from "../../../src/db/queries/marketing-stop.ts";
import { newId } from "../../../src/lib/ids.ts";
import { noPhone } from "../../flows/world.ts";
import { createRestWorld, type RestWorld } from "../rest-world.ts";

let rest: RestWorld;
let me: Awaited<ReturnType<RestWorld["signIn"]>>;
let conversationId: string;
let leadId: string;
beforeAll(async () => {
  rest = await createRestWorld("marketing");
  me = await rest.signIn();
});
beforeEach(async () => {
  await rest.reset();
  await rest.world.db.rows`delete from templates`;
  await rest.world.db.rows`update integrations set templates_held_until = null`;
  await rest.world.receive({});
  ({ id: conversationId, leadId } = await rest.world.conversation());
  await me.ask("POST", `/api/v1/conversations/${conversationId}/takeover`);
});
afterAll(() => rest.close());

const NOW = new Date("2026-11-22T10:00:00.000Z");

async function addTemplate(category: "MARKETING" | "UTILITY"): Promise<string> {
  const id = newId();
  const { organizationId, integrationId, db } = rest.world;
  await db.rows`
    insert into templates (organization_id, id, integration_id, name, language, category,
      components, status)
    values (${organizationId}, ${id}, ${integrationId}, ${`t_${id}`}, 'en', ${category},
      ${db.json([{ type: "BODY", text: "Shall we go on?" }])}, 'APPROVED')`;
  return id;
}
const send = (templateId: string) =>
  me.ask(
    "POST",
    `/api/v1/conversations/${conversationId}/messages`,
    { type: "template", templateId },
    { "idempotency-key": newId() },
  );
const stop = (at = NOW) =>
  stopMarketing(rest.world.db, {
    organizationId: rest.world.organizationId,
    conversationId,
    at,
  });
const resume = (at: Date) =>
  decideMarketing(rest.world.db, [
    {
      organizationId: rest.world.organizationId,
      leadId,
      stop: false,
      source: "preference",
      at: at.toISOString(),
    },
  ]);
const outcomes = async () =>
  (await rest.world.outgoing()).map(({ state, cancelReason }) => [state, cancelReason]);

describe("a lead who wants no marketing", () => {
  test("is shown as such, and live clients are told once", async () => {
    const events = [...(await stop()), ...(await stop())];
    expect(events).toMatchObject([
      { kind: "lead.updated", data: { marketingStoppedAt: NOW.toISOString() } },
    ]);
    expect((await me.ask("GET", `/api/v1/leads/${leadId}`)).body).toMatchObject({
      marketingStoppedAt: NOW.toISOString(),
      marketingStopSource: "refusal",
    });
  });

  test("gets no marketing template, but every other message", async () => {
    await stop();
    const refused = await send(await addTemplate("MARKETING"));
    expect(refused).toMatchObject({ status: 409, body: { code: "conflict" } });
    expect((await send(await addTemplate("UTILITY"))).status).toBe(201);
    expect((await rest.world.conversation()).optedOutAt).toBeNull();
    await resume(new Date(NOW.getTime() + 1));
    expect((await send(await addTemplate("MARKETING"))).status).toBe(201);
  });

  test("gets none either that was queued when they said so", async () => {
    await send(await addTemplate("MARKETING"));
    await stop();
    await rest.world.deliver();
    expect(await outcomes()).toEqual([["cancelled", "marketing_stopped"]]);
    expect(rest.world.sends).toEqual([]);
  });

  test("stays one when merged into another lead", async () => {
    await stop();
    await rest.world.receive({ from: noPhone });
    const leads = await rest.world.db.rows<{ id: string }>`select id from leads`;
    const into = leads.find(({ id }) => id !== leadId)?.id;
    await me.ask("POST", `/api/v1/leads/${leadId}/merge`, { intoId: into });
    expect((await me.ask("GET", `/api/v1/leads/${into}`)).body).toMatchObject({
      marketingStopSource: "refusal",
    });
  });
});

test("a template that is paused while it waits is not sent; one that goes on is", async () => {
  const [paused, fine] = [await addTemplate("UTILITY"), await addTemplate("UTILITY")];
  await send(paused);
  await send(fine);
  await rest.world.db.rows`update templates set status = 'PAUSED' where id = ${paused}`;
  await rest.world.deliver();
  await rest.world.deliver();
  expect(await outcomes()).toEqual([
    ["cancelled", "template_unsendable"],
    ["accepted", null],
  ]);
});

test("while Meta takes no templates from the account, none is queued", async () => {
  const templateId = await addTemplate("UTILITY");
  await rest.world.db.rows`update integrations set templates_held_until = now() + interval '1 day'`;
  expect(await send(templateId)).toMatchObject({ status: 409, body: { code: "conflict" } });
  await rest.world.db.rows`update integrations set templates_held_until = now()`;
  expect((await send(templateId)).status).toBe(201);
});

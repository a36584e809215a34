import { afterAll, beforeAll, expect, test } from "bun:test";
import { raiseAlerts, stopNumbers } from "../../../src/db/queries/alerts.ts";
import { newId } from "../../../src/lib/ids.ts";
import { addNumber } from "../../flows/world.ts";
import { createRestWorld, type RestWorld } from "../rest-world.ts";

let rest: RestWorld;
beforeAll(async () => {
  rest = await createRestWorld("alerts");
});
afterAll(() => rest.close());

const alert = (organizationId: string, digest: string) => ({
  ...{ organizationId, digest, integrationId: null, kind: "template_paused" },
  ...{ severity: "warning" as const, text: "A template is paused." },
});

test("everybody of the organization sees its alerts, newest first, each once", async () => {
  const organizationId = await rest.addOrganization();
  const integrationId = newId();
  await addNumber(rest.world.db, organizationId, integrationId, newId());
  await raiseAlerts(rest.world.db, [alert(organizationId, "1")]);
  await raiseAlerts(rest.world.db, [alert(organizationId, "1")]);
  const stop = {
    organizationId,
    integrationId,
    reason: "access" as const,
    text: "Renew the token.",
  };
  await stopNumbers(rest.world.db, [stop]);
  await stopNumbers(rest.world.db, [stop]);
  const viewer = await rest.signIn("viewer", organizationId);
  const { status, body } = await viewer.ask("GET", "/api/v1/alerts");
  expect(status).toBe(200);
  expect(body).toMatchObject({
    data: [
      {
        kind: "number_stopped",
        severity: "critical",
        integrationId,
        text: "+1 is stopped: Renew the token.",
      },
      { kind: "template_paused", severity: "warning", integrationId: null },
    ],
    nextCursor: null,
  });
  const stranger = await rest.signIn("owner", await rest.addOrganization());
  expect((await stranger.ask("GET", "/api/v1/alerts")).body.data).toEqual([]);
});

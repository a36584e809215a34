import { afterAll, beforeAll, expect, test } from "bun:test";
import { demoIds, demoOwner } from "../../src/db/seed/northwind.ts";
import { newId } from "../../src/lib/ids.ts";
import type { Json } from "../modules/rest-world.ts";
import { eventually } from "../support/wait.ts";
import { createInstallation, type Installation } from "./installation.ts";

let installation: Installation;
let token = "";
const ask = async (method: string, path: string, body?: object): Promise<Json> => {
  const answer = await fetch(`${installation.url}/api/v1/${path}`, {
    method,
    headers: {
      origin: installation.url,
      ...(token && { authorization: `Bearer ${token}` }),
      "idempotency-key": newId(),
      ...(body && { "content-type": "application/json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  return await answer.json();
};
beforeAll(async () => {
  installation = await createInstallation(["api", "worker", "scheduler"]);
  const { email, password } = demoOwner;
  token = (await ask("POST", "auth/login", { email, password })).accessToken;
}, 60_000);
afterAll(() => installation.stop());

/** Draft, review, send, pause: over running processes, with Meta's part played by the simulator. */
test("a template's life from a draft to the lead's phone, and to its end", async () => {
  const lead = "15550107100";
  await installation.write(lead, "Hi, how much is it?");
  const answered = await installation.settled(lead, 1);
  const draft = await ask("POST", "templates", {
    integrationId: demoIds.integration,
    name: "your_offer",
    language: "en",
    category: "UTILITY",
    components: [{ type: "BODY", text: "Hello {{1}}, your offer is ready.", samples: ["Ann"] }],
    variables: [{ name: "1", source: "lead.fields.nick", fallback: "there" }],
  });
  expect(await ask("POST", `templates/${draft.id}/submit`)).toMatchObject({ status: "PENDING" });

  const review = async (event: string) => {
    const answer = await installation.post("templates/review?wait=webhook", {
      name: "your_offer",
      event,
    });
    expect(await answer.json()).toEqual({ delivered: true });
    await eventually(async () => (await ask("GET", `templates/${draft.id}`)).status === event);
  };
  await review("APPROVED");

  const chats = await ask("GET", "conversations");
  const { id: chat } = chats.data[0];
  await ask("POST", `conversations/${chat}/takeover`);
  const message = { type: "template", templateId: draft.id };
  expect(await ask("POST", `conversations/${chat}/messages`, message)).toMatchObject({
    text: "Hello there, your offer is ready.",
  });
  const sent = await eventually(async () => {
    const all = await installation.ledger(lead);
    return all.length > answered.length ? all.at(-1) : null;
  });
  expect(sent.text).toBe("Hello there, your offer is ready.");

  await review("PAUSED");
  expect(await ask("POST", `conversations/${chat}/messages`, message)).toMatchObject({
    code: "invalid_input",
  });
  const alerts = await installation.db.rows<{ kind: string }>`select kind from alerts`;
  expect(alerts).toEqual([{ kind: "template_paused" }]);
}, 60_000);

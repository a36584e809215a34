import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { demoOwner } from "../../src/db/seed/northwind.ts";
import type { Json } from "../modules/rest-world.ts";
import { eventually } from "../support/wait.ts";
import {
  createInstallation,
  type Installation,
  spareNumber,
  textFrom,
  webhookBody,
} from "./installation.ts";

const PATH = "/api/v1/settings/whatsapp";
const { phoneNumberId, wabaId, accessToken } = spareNumber;

/** One number's life over the running product: nothing is started anew for it. */
describe("a number", () => {
  let installation: Installation;
  let ask: (method: string, path: string, body?: object) => Promise<Json>;
  beforeAll(async () => {
    installation = await createInstallation(["api", "worker", "scheduler"]);
    let token = "";
    ask = async (method, path, body) => {
      const answer = await fetch(`${installation.url}${path}`, {
        method,
        headers: {
          origin: installation.url,
          ...(token && { authorization: `Bearer ${token}` }),
          ...(body && { "content-type": "application/json" }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      return await answer.json();
    };
    const { email, password } = demoOwner;
    token = (await ask("POST", "/api/v1/auth/login", { email, password })).accessToken;
  });
  afterAll(() => installation.stop());

  const lead = "15550107001";
  const storedTexts = async () =>
    (
      await installation.db.rows<{ text: string }>`
        select m.text from messages m join integrations i on i.id = m.integration_id
        where i.phone_number_id = ${phoneNumberId} and m.direction = 'in' order by m.seq`
    ).map(({ text }) => text);
  /** The lead writes by a webhook of the test's own: Meta would repeat it where it is refused. */
  const writes = (text: string, path?: string, secret?: string) =>
    installation.webhook(
      webhookBody({ messages: [textFrom(lead, text)], phoneNumberId }),
      secret,
      path,
    );
  /** Webhook items that were nobody's. */
  const dropped = async () => {
    const text = await (await fetch(`${installation.url}/metrics`)).text();
    return Number(/webhook_items_total\{outcome="item_dropped"\} (\d+)/.exec(text)?.[1] ?? 0);
  };
  /** The API draws its picture of the numbers anew every two seconds. */
  const soon = { everyMs: 300, timeoutMs: 15_000 };

  test("is connected, answers, gets another token, is disconnected, and comes back", async () => {
    const asked = { phoneNumberId, wabaId, accessToken };
    const { id, ...number } = await ask("POST", PATH, asked);
    expect(number).toMatchObject({ connected: true, displayPhoneNumber: "+1 303-555-0199" });
    await eventually(async () => {
      await writes("Hi, how much is it?");
      return (await storedTexts()).length > 0;
    }, soon);
    const first = await installation.settled(lead, 1);

    const fresh: Json = await (await installation.post("tokens", { phoneNumberId })).json();
    await ask("POST", `${PATH}/${id}/rotate-token`, { accessToken: fresh.accessToken });
    await installation.revoke(accessToken);
    await installation.write(lead, "And the warranty?", phoneNumberId);
    const second = await installation.settled(lead, first.length + 1);

    expect(await ask("POST", `${PATH}/${id}/disconnect`)).toMatchObject({ connected: false });
    const before = await dropped();
    await eventually(async () => {
      await writes("Late");
      return (await dropped()) > before;
    }, soon);
    expect((await writes("Dropped")).status).toBe(200);
    const chats = await ask("GET", "/api/v1/conversations");
    const chat = chats.data.find((one: Json) => one.integrationId === id);
    const messages = await ask("GET", `/api/v1/conversations/${chat.id}/messages`);
    expect(messages.data.length).toBeGreaterThanOrEqual(4);
    expect(await installation.ledger(lead)).toHaveLength(second.length);

    const again = await ask("POST", PATH, { ...asked, accessToken: fresh.accessToken });
    expect(again).toMatchObject({ id, connected: true });
    await eventually(async () => {
      await writes("Hello again, how much?");
      return (await storedTexts()).includes("Hello again, how much?");
    }, soon);
    await installation.settled(lead, second.length + 1);
    expect(await storedTexts()).not.toContain("Dropped");
    const status = await ask("GET", `${PATH}/${id}/status`);
    expect(status).toMatchObject({ connected: true, tokenValid: true, problems: [] });

    const printed = installation.processes.map((process) => process.output()).join("\n");
    expect(printed).toContain("/rotate-token");
    for (const token of [accessToken, fresh.accessToken]) expect(printed).not.toContain(token);
  }, 90_000);

  test("of an organization's own Meta app: its address, and both secrets while one is rotated", async () => {
    const { id: old } = (await ask("GET", PATH)).data.at(-1);
    await ask("POST", `${PATH}/${old}/disconnect`);
    const fresh: Json = await (await installation.post("tokens", { phoneNumberId })).json();
    const app = { appSecret: "first-own-secret", verifyToken: "own-verify-token" };
    const connected = { phoneNumberId, wabaId, accessToken: fresh.accessToken, app };
    const { id, webhookUrl } = await ask("POST", PATH, connected);
    const path = new URL(webhookUrl).pathname;
    const statusOf = async (secret: string) => (await writes("My own app", path, secret)).status;
    await eventually(async () => (await statusOf("first-own-secret")) === 200, soon);
    const handshake = new URLSearchParams({
      "hub.mode": "subscribe",
      "hub.challenge": "1158201444",
      "hub.verify_token": app.verifyToken,
    });
    const echoed = await fetch(`${installation.url}${path}?${handshake}`);
    expect(await echoed.text()).toBe("1158201444");

    await ask("POST", `${PATH}/${id}/rotate-app-secret`, { appSecret: "second-own-secret" });
    await eventually(async () => (await statusOf("second-own-secret")) === 200, soon);
    expect(await statusOf("first-own-secret")).toBe(200);
    expect(await statusOf("third-own-secret")).toBe(401);
    await eventually(async () => (await storedTexts()).includes("My own app"));
  }, 60_000);
});

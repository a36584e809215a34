import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { type Json, type Rig, secondNumber, startRig, text } from "./rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());
beforeEach(() => rig.clear());

async function ask(path: string, { token = rig.identity.accessToken, method = "GET" } = {}) {
  const answer = await fetch(`${rig.origin}/simulator/graph/v25.0/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
  });
  return { status: answer.status, body: (await answer.json()) as Json };
}
const codeOf = ({ status, body }: { status: number; body: Json }) => [status, body.error?.code];

describe("numbers and accounts", () => {
  test("are read as Meta tells them", async () => {
    const { phoneNumberId, wabaId, portfolioId } = rig.identity;
    expect((await ask(phoneNumberId)).body).toMatchObject({
      id: phoneNumberId,
      display_phone_number: rig.identity.displayPhoneNumber,
      throughput: { level: "STANDARD" },
    });
    expect((await ask(wabaId)).body).toMatchObject({ owner_business_info: { id: portfolioId } });
    expect((await ask(`${wabaId}/phone_numbers`)).body.data).toEqual([{ id: phoneNumberId }]);
  });

  test("are refused to a wrong token, for an unknown id, and to another's token", async () => {
    const { phoneNumberId, wabaId } = rig.identity;
    expect(codeOf(await ask(phoneNumberId, { token: "wrong" }))).toEqual([401, 190]);
    const unknown = await ask("1");
    expect([...codeOf(unknown), unknown.body.error.error_subcode]).toEqual([400, 100, 33]);
    const theirs = await ask(wabaId, { token: secondNumber.accessToken });
    expect(codeOf(theirs)).toEqual([403, 10]);
    expect(codeOf(await ask(`${phoneNumberId}/phone_numbers`))).toEqual([400, 100]);
  });

  test("the app is subscribed, can leave and come back", async () => {
    const path = `${rig.identity.wabaId}/subscribed_apps`;
    const count = async () => (await ask(path)).body.data.length;
    expect(await count()).toBe(1);
    await ask(path, { method: "DELETE" });
    expect(await count()).toBe(0);
    expect((await ask(path, { method: "POST" })).body).toEqual({ success: true });
    expect(await count()).toBe(1);
  });

  test("the fault `account` spoils them, all or by id, and no sends", async () => {
    const { phoneNumberId, wabaId } = rig.identity;
    await rig.api("POST", "/faults", {
      target: "graph",
      kind: "account",
      code: 10,
      match: { to: wabaId },
    });
    expect(codeOf(await ask(wabaId))).toEqual([403, 10]);
    expect((await ask(phoneNumberId)).status).toBe(200);
    expect((await rig.graph(text("15550002222"))).status).toBe(200);
  });
});

describe("tokens", () => {
  const debug = async (token: string) => (await ask(`debug_token?input_token=${token}`)).body.data;

  test("are read, good or not", async () => {
    expect(await debug(rig.identity.accessToken)).toMatchObject({
      is_valid: true,
      expires_at: 0,
      scopes: ["whatsapp_business_management", "whatsapp_business_messaging"],
    });
    expect(await debug("wrong")).toMatchObject({ is_valid: false, scopes: [] });
  });

  test("can be issued and revoked: whatever is sent with a revoked one is refused", async () => {
    const { accessToken } = await rig.api("POST", "/tokens", {});
    const { accessToken: own } = rig.identity;
    const send = async (token: string) => (await rig.graph(text("15550002222"), { token })).status;
    expect([await send(own), await send(accessToken)]).toEqual([200, 200]);
    expect(await rig.api("DELETE", `/tokens?accessToken=${own}`)).toMatchObject({ revoked: true });
    expect([await send(own), await send(accessToken)]).toEqual([401, 200]);
  });
});

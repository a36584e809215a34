import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { verifyBody } from "../../src/whatsapp/signature.ts";
import { splitWebhook } from "../../src/whatsapp/webhook.ts";
import { type Json, type Rig, secondNumber, startRig } from "./rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
beforeEach(() => rig.clear());
afterAll(() => rig.stop());

const DAY_MS = 24 * 60 * 60 * 1_000;
const body = (text: string) => ({ type: "BODY", text });

async function call(method: string, path: string, sent?: object, token = "token-1"): Promise<Json> {
  const answer = await fetch(`${rig.origin}/simulator/graph/v25.0/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(sent && { body: JSON.stringify(sent) }),
  });
  const json: Json = await answer.json();
  const { code, error_subcode: subcode } = json.error ?? {};
  return { status: answer.status, ...json, code, subcode };
}
const path = () => `${rig.identity.wabaId}/message_templates`;
const create = (more: object = {}) =>
  call("POST", path(), {
    name: "go_on",
    language: "en",
    category: "UTILITY",
    components: [body("Hi {{1}}, shall we go on?")],
    ...more,
  });
const advance = (advanceMs: number) => rig.api("POST", "/clock", { advanceMs });
const review = (event: string, more: object = {}) =>
  rig.api("POST", "/templates/review?wait=webhook", { name: "go_on", event, ...more });

describe("an account's templates", () => {
  test("are listed page by page, and filtered", async () => {
    for (const name of ["a", "b", "c"]) await create({ name });
    const first = await call("GET", `${path()}?limit=3`);
    expect(first.data.map(({ name }: Json) => name)).toEqual(["hello", "a", "b"]);
    const { after } = first.paging.cursors;
    const second = await call("GET", `${path()}?limit=3&after=${after}`);
    expect(second.data.map(({ name }: Json) => name)).toEqual(["c"]);
    expect(second.paging.next).toBeUndefined();
    expect(await call("GET", `${path()}?after=never`)).toMatchObject({ code: 131059 });
    const { data } = await call("GET", `${path()}?name=b&status=PENDING`);
    expect(data).toMatchObject([{ name: "b", quality_score: { score: "UNKNOWN" } }]);
  });

  test("are nobody else's", async () => {
    const token = secondNumber.accessToken;
    expect(await call("GET", path(), undefined, token)).toMatchObject({ code: 100, subcode: 33 });
    expect(await call("GET", path(), undefined, "no token")).toMatchObject({ code: 190 });
  });

  test.each([
    ["2388024: the name and language are taken", { name: "hello" }, 2388024],
    ["2388040: a text is too long", { components: [body("x".repeat(1_025))] }, 2388040],
    ["2388072: there is no body", { components: [{ type: "FOOTER", text: "x" }] }, 2388072],
    ["2388299: a variable at the end", { components: [body("Hi {{1}}")] }, 2388299],
    [
      "2388293: more variables than words",
      { components: [body("a {{1}}-{{2}}, {{3}}!")] },
      2388293,
    ],
    [
      "2388047: a picture without a sample",
      { components: [{ type: "HEADER", format: "IMAGE" }, body("Hi")] },
      2388047,
    ],
  ])("are refused with %s", async (_, more, subcode) => {
    expect(await create(more)).toMatchObject({ status: 400, code: 100, subcode });
  });

  test("are 250 at most, 100 created in an hour", async () => {
    for (let no = 0; no < 100; no += 1) await create({ name: `t_${no}` });
    expect(await create()).toMatchObject({ code: 80007 });
    await advance(60 * 60 * 1_000);
    for (let no = 100; no < 200; no += 1) await create({ name: `t_${no}` });
    await advance(60 * 60 * 1_000);
    for (let no = 200; no < 249; no += 1) await create({ name: `t_${no}` });
    expect(await create()).toMatchObject({ subcode: 2388019 });
  });

  test("are edited where Meta lets them be: once a day while approved, never their category", async () => {
    const { id } = await create();
    const edit = (change: object) => call("POST", id, change);
    const components = [body("Hi {{1}}, or not?")];
    expect(await edit({ components })).toMatchObject({ subcode: 2388039 });
    await review("APPROVED");
    expect(await edit({ category: "MARKETING" })).toMatchObject({ subcode: 2388039 });
    expect(await edit({ components })).toMatchObject({ success: true });
    await review("APPROVED");
    expect(await edit({ components })).toMatchObject({ subcode: 2388039 });
    await advance(DAY_MS);
    expect(await edit({ components })).toMatchObject({ success: true });
  });

  test("leave their name blocked for 30 days, and stay when disabled", async () => {
    const { id } = await create();
    await review("DISABLED");
    const remove = (query: string) => call("DELETE", `${path()}?${query}`);
    expect(await remove("name=go_on")).toMatchObject({ subcode: 2388039 });
    await review("PAUSED");
    expect(await remove(`hsm_id=${id}&name=go_on`)).toMatchObject({ success: true });
    expect(await remove("name=go_on")).toMatchObject({ subcode: 2593002 });
    expect(await create()).toMatchObject({ subcode: 2388023 });
    await advance(30 * DAY_MS);
    expect(await create()).toMatchObject({ status: "PENDING" });
  });
});

describe("a send of a template", () => {
  const send = async (parameters: object[] = [], name = "go_on", language = "en") => {
    const components = [{ type: "body", parameters }];
    const template = { name, language: { code: language }, components };
    const answer = await rig.graph({ to: "15550002222", type: "template", template });
    return { status: answer.status, code: ((await answer.json()) as Json).error?.code };
  };
  const ann = { type: "text", text: "Ann" };

  test("is taken once it is approved, and read with its values", async () => {
    await create();
    expect(await send([ann])).toEqual({ status: 404, code: 132001 });
    await review("APPROVED");
    expect(await send([ann])).toMatchObject({ status: 200 });
    const { data } = await rig.api("GET", "/ledger");
    expect(data).toMatchObject([{ type: "template", text: "Hi Ann, shall we go on?" }]);
  });

  test("is refused as Meta refuses it", async () => {
    await create();
    await review("APPROVED");
    expect(await send([])).toMatchObject({ code: 132000 });
    expect(await send([ann], "go_on", "es")).toMatchObject({ code: 132001 });
    expect(await send([ann], "nobodys")).toMatchObject({ code: 132001 });
    await review("PAUSED");
    expect(await send([ann])).toMatchObject({ code: 132015 });
    await review("DISABLED");
    expect(await send([ann])).toMatchObject({ code: 132016 });
  });

  test("with named variables needs their names", async () => {
    await create({ parameter_format: "NAMED", components: [body("Hi {{who}}, go on?")] });
    await review("APPROVED");
    expect(await send([ann])).toMatchObject({ code: 132012 });
    expect(await send([{ ...ann, parameter_name: "who" }])).toMatchObject({ status: 200 });
  });
});

describe("what Meta tells of the account", () => {
  test("a review comes as a signed webhook of the account, with its time", async () => {
    await create();
    const answer = await review("REJECTED", { reason: "SCAM" });
    expect(answer).toMatchObject({ delivered: true });
    const [webhook] = rig.received;
    expect(
      verifyBody(
        [rig.identity.appSecret],
        webhook?.bytes ?? new Uint8Array(),
        webhook?.signature ?? "",
      ).ok,
    ).toBe(true);
    expect(webhook?.json.entry).toMatchObject([
      {
        id: rig.identity.wabaId,
        time: expect.any(Number),
        changes: [
          {
            field: "message_template_status_update",
            value: { event: "REJECTED", message_template_name: "go_on", reason: "SCAM" },
          },
        ],
      },
    ]);
    expect(
      await rig.api("POST", "/templates/review", { name: "no", event: "APPROVED" }),
    ).toMatchObject({ status: 404 });
  });

  test.each([
    "message_template_status_update",
    "message_template_quality_update",
    "message_template_components_update",
    "template_category_update",
    "template_correct_category_detection",
    "phone_number_quality_update",
    "phone_number_name_update",
    "business_capability_update",
    "account_update",
    "account_review_update",
    "account_alerts",
    "account_settings_update",
    "security",
    "partner_solutions",
    "payment_configuration_update",
    "user_preferences",
    "user_id_update",
    "business_username_updates",
    "history",
    "smb_app_state_sync",
    "messaging_handovers",
    "flows",
  ])("%s has an example that the product reads as a notice", async (field) => {
    expect(await rig.api("POST", "/notices?wait=webhook", { field })).toMatchObject({
      delivered: true,
    });
    const items = splitWebhook(rig.received[0]?.json, new Date().toISOString());
    expect(items).toMatchObject([{ item: { kind: "notice", field, at: expect.any(String) } }]);
  });

  test("any field with any value, entry and time may be sent", async () => {
    const notice = { field: "telepathy", value: { mood: "good" }, entryId: "77", time: 5 };
    await rig.api("POST", "/notices?wait=webhook", notice);
    expect(rig.received[0]?.json.entry).toEqual([
      { id: "77", time: 5, changes: [{ field: "telepathy", value: { mood: "good" } }] },
    ]);
    expect(await rig.api("POST", "/notices", { field: "telepathy" })).toMatchObject({
      status: 422,
    });
  });
});

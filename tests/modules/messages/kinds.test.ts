import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { newId } from "../../../src/lib/ids.ts";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";

let rest: RestWorld;
let me: Awaited<ReturnType<RestWorld["signIn"]>>;
let conversationId: string;
beforeAll(async () => {
  rest = await createRestWorld("message-kinds");
  me = await rest.signIn();
});
beforeEach(async () => {
  await rest.reset();
  await rest.world.db.rows`delete from templates`;
  await rest.world.receive({});
  conversationId = (await rest.world.conversation()).id;
  await me.ask("POST", `/api/v1/conversations/${conversationId}/takeover`);
});
afterAll(() => rest.close());

const send = (body: object, key = newId()) =>
  me.ask("POST", `/api/v1/conversations/${conversationId}/messages`, body, {
    "idempotency-key": key,
  });
/** What the sender hands to the Graph client. */
const delivered = async (): Promise<Json> => {
  await rest.world.deliver();
  return rest.world.sends.at(-1);
};
const addTemplate = async (values: { status?: string; category?: string; more?: Json[] } = {}) => {
  const id = newId();
  const body = { type: "BODY", text: "Hello {{1}}, see you {{2}}. {{1}}!" };
  const components = rest.world.db.json([body, ...(values.more ?? [])]);
  await rest.world.db.rows`
    insert into templates (organization_id, id, integration_id, name, language, category,
      components, status)
    values (${rest.world.organizationId}, ${id}, ${rest.world.integrationId}, ${`t_${id}`}, 'en',
      ${values.category ?? "UTILITY"}, ${components}, ${values.status ?? "APPROVED"})`;
  return id;
};
const closeWindow = () => rest.world.clock.setOffsetMs(25 * 60 * 60 * 1_000);

describe("a choice", () => {
  const buttons = [
    { id: "yes", title: "Yes" },
    { id: "no", title: "No" },
  ];

  test("of buttons is kept, shown and sent with its text", async () => {
    const { status, body } = await send({ type: "buttons", text: "Shall we?", buttons });
    expect(status).toBe(201);
    const content = { type: "buttons", body: "Shall we?", buttons };
    expect(body).toMatchObject({ kind: "interactive", text: "Shall we?", content });
    expect(await delivered()).toMatchObject({ text: "Shall we?", content });
  });

  test("of a list likewise", async () => {
    const rows = [
      { id: "a", title: "Monday", description: "at nine" },
      { id: "b", title: "Friday" },
    ];
    await send({ type: "list", text: "When?", button: "Days", rows });
    expect(await delivered()).toMatchObject({
      content: { type: "list", body: "When?", button: "Days", rows },
    });
  });

  test("of one address, with small words above and below", async () => {
    const frame = { header: "Northwind", footer: "No obligation" };
    const url = { type: "url", button: "Book", url: "https://northwind.example/book" };
    const { status } = await send({ ...url, text: "Take a time", ...frame });
    expect(status).toBe(201);
    expect(await delivered()).toMatchObject({ content: { ...url, body: "Take a time", ...frame } });
  });

  test.each(["location_request", "contact_request"])("a %s asks with a button", async (type) => {
    expect((await send({ type, text: "May we?" })).body).toMatchObject({ kind: "interactive" });
    expect(await delivered()).toMatchObject({ content: { type, body: "May we?" } });
  });

  test.each([
    ["two buttons of one title", [buttons[0], { id: "2", title: "Yes" }]],
    ["two buttons of one id", [buttons[0], { id: "yes", title: "Other" }]],
    ["four buttons", [1, 2, 3, 4].map((n) => ({ id: `${n}`, title: `${n}` }))],
    ["a title over 20 characters", [{ id: "1", title: "x".repeat(21) }]],
    ["no button", []],
  ])("that WhatsApp would refuse is refused here: %s", async (_, wrong) => {
    const answer = await send({ type: "buttons", text: "Shall we?", buttons: wrong });
    expect(answer).toMatchObject({ status: 422, body: { code: "invalid_input" } });
    expect(await rest.world.outgoing()).toEqual([]);
  });
});

describe("a template", () => {
  test("goes out after the window closed, and is kept as the lead will read it", async () => {
    const templateId = await addTemplate();
    closeWindow();
    const { status, body } = await send({
      type: "template",
      templateId,
      variables: ["Ann", "at 9"],
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({ kind: "template", text: "Hello Ann, see you at 9. Ann!" });
    expect(await delivered()).toMatchObject({
      content: {
        type: "template",
        name: `t_${templateId}`,
        language: "en",
        variables: ["Ann", "at 9"],
      },
    });
  });

  test("is refused with too few variables, while it is not approved, and when it is not there", async () => {
    const ok = { type: "template", variables: ["a", "b"] };
    const refused = { status: 422, body: { code: "invalid_input" } };
    const pending = await addTemplate({ status: "PENDING" });
    expect(await send({ ...ok, templateId: await addTemplate(), variables: ["a"] })).toMatchObject(
      refused,
    );
    expect(await send({ ...ok, templateId: pending })).toMatchObject(refused);
    expect(await send({ ...ok, templateId: newId() })).toMatchObject(refused);
  });

  const link = { type: "URL", text: "Go", url: "https://a.example/{{1}}" };
  const picture = { type: "HEADER", format: "IMAGE" };
  const title = { type: "HEADER", format: "TEXT", text: "For {{1}}" };
  const header = { link: "https://a.example/a.png" };

  test.each([
    [picture, {}, "header: the template's header needs a file: IMAGE."],
    [picture, { header: { text: "Ann" } }, "header.fileId: Name the file once"],
    [title, {}, "header.text: nothing fills {{1}} of the header."],
    [
      title,
      { header: { text: "x".repeat(60) }, buttons: [{ index: 0, value: "x" }] },
      "buttons[0].index: the template has no button 0.",
    ],
    [{ type: "BUTTONS", buttons: [link] }, {}, "buttons: button 0 needs a value."],
    [{ type: "OTHER", meta: {} }, {}, "The template has a part that Leadline cannot fill."],
  ])("%j is refused without its value, by the name of the field", async (more, given, detail) => {
    const templateId = await addTemplate({ more: [more] });
    const answer = await send({ type: "template", templateId, variables: ["a", "b"], ...given });
    expect(answer).toMatchObject({ status: 422, body: { code: "invalid_input" } });
    expect(answer.body.detail).toContain(detail);
    expect(await rest.world.outgoing()).toEqual([]);
  });

  test("carries what fills its header and buttons", async () => {
    const templateId = await addTemplate({ more: [picture, { type: "BUTTONS", buttons: [link] }] });
    const buttons = [{ index: 0, value: "ann" }];
    const body = { type: "template", templateId, variables: ["a", "b"], header, buttons };
    expect((await send(body)).status).toBe(201);
    expect(await delivered()).toMatchObject({
      content: {
        header: { type: "image", media: header },
        buttons: [{ index: 0, type: "url", value: "ann" }],
      },
    });
  });

  test("of marketing never reaches somebody who wants none; one of service does", async () => {
    await rest.world.db.rows`update conversations set opted_out_at = now()`;
    const variables = ["a", "b"];
    const marketing = await addTemplate({ category: "MARKETING" });
    const refused = await send({ type: "template", templateId: marketing, variables });
    expect(refused).toMatchObject({ status: 409, body: { code: "conflict" } });
    const service = await send({ type: "template", templateId: await addTemplate(), variables });
    expect(service.status).toBe(201);
  });
});

describe("a reaction", () => {
  const leadMessage = async () =>
    await rest.world.db.first<{ id: string; wamid: string }>`
      select id, wamid from messages where direction = 'in'`;

  test("names the lead's message, and leaves open what the lead asked", async () => {
    await rest.world.receive({ text: "Anybody there?" });
    const target = await leadMessage();
    await rest.world.db.rows`update conversations set attention_reason = 'unsure'`;
    const { status, body } = await send({ type: "reaction", messageId: target?.id, emoji: "👍" });
    expect(status).toBe(201);
    expect(body).toMatchObject({ kind: "reaction", text: "👍" });
    const { wakeSeq, handledSeq, attentionReason } = await rest.world.conversation();
    expect(wakeSeq).toBeGreaterThan(handledSeq);
    expect(attentionReason).toBe("unsure");
    expect(await delivered()).toMatchObject({
      content: { type: "reaction", wamid: target?.wamid ?? "", emoji: "👍" },
    });
  });

  test("stands at its message once Meta has it, the latest alone, and no more when it failed", async () => {
    const target = await leadMessage();
    const shown = async () => {
      const { body } = await me.ask("GET", `/api/v1/conversations/${conversationId}/messages`);
      return body.data.find(({ id }: Json) => id === target?.id).reactions;
    };
    const reacts = async (emoji: string | null): Promise<string> => {
      const { body } = await send({ type: "reaction", messageId: target?.id, emoji });
      expect((await shown()).map((one: Json) => one.emoji)).not.toContain(emoji ?? "");
      rest.world.events.length = 0;
      await delivered();
      const told = rest.world.events.filter(({ entityId }) => entityId === target?.id);
      expect(told.map(({ kind }) => kind)).toEqual(["message.updated"]);
      return body.id;
    };
    await reacts("👍");
    expect(await shown()).toMatchObject([{ author: "human", emoji: "👍" }]);
    await reacts(null);
    expect(await shown()).toEqual([]);
    const id = await reacts("🎉");
    expect(await shown()).toMatchObject([{ author: "human", emoji: "🎉" }]);
    const sent = await rest.world.db.first<{ wamid: string }>`
      select wamid from messages where id = ${id}`;
    await rest.world.receipt({ wamid: sent?.wamid ?? "", status: "failed" });
    expect(await shown()).toEqual([]);
  });

  test("is taken back with null, and needs a message of the lead", async () => {
    const target = await leadMessage();
    await send({ type: "reaction", messageId: target?.id, emoji: null });
    expect(await delivered()).toMatchObject({ content: { emoji: "" } });
    const refused = await send({ type: "reaction", messageId: newId(), emoji: "👍" });
    expect(refused).toMatchObject({ status: 422, body: { code: "invalid_input" } });
  });
});

describe("a file", () => {
  const link = "https://northwind.example/roof.jpg";

  test.each([
    [{ type: "image", link, caption: "The roof" }, "The roof", { media: { link } }],
    [{ type: "video", metaMediaId: "123" }, null, { media: { id: "123" } }],
    [{ type: "audio", link }, null, { media: { link } }],
    [{ type: "sticker", metaMediaId: "9" }, null, { media: { id: "9" } }],
    [{ type: "document", link, filename: "offer.pdf" }, "offer.pdf", { filename: "offer.pdf" }],
  ])("goes out by address or by Meta's own id: %j", async (body, text, content) => {
    const { status, body: message } = await send(body);
    expect([status, message.kind, message.text]).toEqual([201, body.type, text]);
    expect(await delivered()).toMatchObject({ content: { type: body.type, ...content } });
  });

  test("a fault is told with the name of the field", async () => {
    const { body } = await send({ type: "image" });
    expect(body.detail).toContain("by metaMediaId or by link");
    const buttons = [
      { id: "1", title: "Yes" },
      { id: "2", title: "Yes" },
    ];
    const twice = await send({ type: "buttons", text: "Shall we?", buttons });
    expect(twice.body.detail).toBe("buttons: each title may be there only once.");
  });

  test.each([
    [{ type: "image", link: "http://northwind.example/roof.jpg" }],
    [{ type: "image", link: "https://a.example/a.jpg", metaMediaId: "1" }],
    [{ type: "document", metaMediaId: "1", filename: "x".repeat(241) }],
    [{ type: "image", fileId: "no id" }],
    [{ type: "image" }],
    [{ type: "audio", fileId: newId(), caption: "Listen" }],
    [{ type: "image", fileId: newId(), filename: "roof.jpg" }],
    [{ type: "document", fileId: newId(), filename: "" }],
    [{ type: "media", fileId: newId() }],
  ])("that WhatsApp could not take is refused for what is wrong with it: %j", async (body) => {
    const answer = await send(body);
    expect(answer).toMatchObject({ status: 422, body: { code: "invalid_input" } });
    expect(answer.body.detail).not.toContain("there is no such file");
  });
});

test("another person's chat is missing, whatever the body names", async () => {
  const { ask } = await rest.signIn("owner", await rest.addOrganization());
  const path = `/api/v1/conversations/${conversationId}/messages`;
  const body = { type: "template", templateId: await addTemplate(), variables: ["a", "b"] };
  const answer = await ask("POST", path, body, { "idempotency-key": newId() });
  expect(answer).toMatchObject({ status: 404, body: { code: "not_found" } });
});

test("50 sends at once with one key are one message", async () => {
  const key = newId();
  const answers = await Promise.all(Array.from({ length: 50 }, () => send({ text: "Once" }, key)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  expect((await rest.world.outgoing()).length).toBe(1);
}, 20_000);

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { eventually } from "../support/wait.ts";
import { type Json, type Rig, secondNumber, startRig } from "./rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
beforeEach(() => rig.clear());
afterAll(() => rig.stop());

const LEAD = "15550001111";
const graph = (path: string, token = rig.identity.accessToken, init: RequestInit = {}) =>
  fetch(`${rig.origin}/simulator/graph/v25.0/${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}` },
  });
const download = (url: string, token = rig.identity.accessToken) =>
  fetch(url, { headers: { authorization: `Bearer ${token}` } });

/** What the webhook tells of a file that a lead sends. */
async function send(body: object): Promise<Json> {
  expect((await rig.api("POST", "/media", { from: LEAD, ...body })).status).toBe(200);
  const message = await eventually(() => rig.messages().at(-1));
  return { ...message, file: message[message.type] };
}

describe("a lead's file", () => {
  test.each([
    ["voice", "audio", "audio/ogg; codecs=opus"],
    ["image", "image", "image/png"],
    ["document", "document", "application/pdf"],
    ["sticker", "sticker", "image/webp"],
  ])("%s is told by webhook, looked up by id and downloaded", async (kind, type, mimeType) => {
    const message = await send({ kind });
    expect(message).toMatchObject({ type, from: LEAD, file: { mime_type: mimeType } });
    const found = await (await graph(message.file.id)).json();
    expect(found).toMatchObject({ mime_type: mimeType, sha256: message.file.sha256 });
    const bytes = await (await download(found.url)).bytes();
    expect(bytes.length).toBe(found.file_size);
    expect(createHash("sha256").update(bytes).digest("base64")).toBe(found.sha256);
  });

  test("opens for the number's token alone, there and at the file's host", async () => {
    const { file } = await send({ kind: "image", inlineUrl: true });
    expect((await graph(file.id, "nonsense")).status).toBe(401);
    expect((await graph(file.id, secondNumber.accessToken)).status).toBe(401);
    expect((await download(file.url, secondNumber.accessToken)).status).toBe(401);
    expect((await download(file.url)).status).toBe(200);
  });

  test("has an address for five minutes and an id for seven days", async () => {
    const { file } = await send({ kind: "image", inlineUrl: true });
    await rig.api("POST", "/clock", { advanceMs: 5 * 60_000 });
    expect((await download(file.url)).status).toBe(404);
    const { url } = await (await graph(file.id)).json();
    expect((await download(url)).status).toBe(200);
    await rig.api("POST", "/clock", { advanceMs: 7 * 24 * 3_600_000 });
    expect((await (await graph(file.id)).json()).error).toMatchObject({ code: 100 });
  });

  test("without a sample has to be brought along", async () => {
    const body = { from: LEAD, kind: "video" };
    expect((await rig.api("POST", "/media", body)).status).toBe(422);
    const data = Buffer.from("film").toString("base64");
    expect(await send({ kind: "video", data, mimeType: "video/mp4" })).toMatchObject({
      ...{ type: "video", file: { mime_type: "video/mp4" } },
    });
  });
});

describe("the business's file", () => {
  test("is uploaded as a form and found by its id", async () => {
    const form = new FormData();
    form.set("messaging_product", "whatsapp");
    form.set("type", "image/png");
    form.set("file", new File(["picture"], "a.png", { type: "image/png" }));
    const path = `${rig.identity.phoneNumberId}/media`;
    const { id } = await (await graph(path, undefined, { method: "POST", body: form })).json();
    const { url } = await (await graph(id)).json();
    expect(await (await download(url)).text()).toBe("picture");
    expect((await graph(path, "nonsense", { method: "POST", body: form })).status).toBe(401);
  });
});

describe("faults", () => {
  const urlOf = async () => (await send({ kind: "image", inlineUrl: true })).file;
  const fault = (kind: string, more = {}) =>
    rig.api("POST", "/faults", { target: "media", kind, count: 1, ...more });

  test("an address that is dead, other bytes, a page: once each", async () => {
    const { url, sha256 } = await urlOf();
    const hash = async () => {
      const bytes = await (await download(url)).bytes();
      return createHash("sha256").update(bytes).digest("base64");
    };
    await fault("expired");
    expect((await download(url)).status).toBe(404);
    await fault("wrong_hash");
    expect(await hash()).not.toBe(sha256);
    await fault("wrong_mime");
    expect(await (await download(url)).text()).toStartWith("<html>");
    expect(await hash()).toBe(sha256);
  });

  test("a connection that ends half-way, and one that takes its time", async () => {
    const { url } = await urlOf();
    await fault("reset");
    expect(
      await download(url)
        .then((it) => it.bytes())
        .catch(() => "cut"),
    ).toBe("cut");
    await fault("slow", { delayMs: 80 });
    const startedMs = performance.now();
    await (await download(url)).bytes();
    expect(performance.now() - startedMs).toBeGreaterThan(70);
  });
});

describe("the model", () => {
  const transcribe = async (message: Json, format: string) => {
    const bytes = await (await download((await (await graph(message.file.id)).json()).url)).bytes();
    const form = new FormData();
    form.set("file", new File([bytes], "voice.ogg"));
    form.set("model", "simulated-ear-1");
    form.set("response_format", format);
    const answer = await fetch(`${rig.origin}/simulator/openai/v1/audio/transcriptions`, {
      method: "POST",
      headers: { authorization: "Bearer any" },
      body: form,
    });
    return await answer.json();
  };

  test("hears what a sample says, as surely as it says", async () => {
    const message = await send({ kind: "voice", says: "¿Cuánto cuesta?", certainty: 0.4 });
    const heard = await transcribe(message, "verbose_json");
    expect(heard).toMatchObject({ text: "¿Cuánto cuesta?", usage: { type: "duration" } });
    expect(Math.exp(heard.segments[0].avg_logprob)).toBeCloseTo(0.4);
    const short = await transcribe(message, "json");
    expect(short.segments).toBeUndefined();
    expect(Math.exp(short.logprobs[0].logprob)).toBeCloseTo(0.4);
  });

  test("says what it is told to", async () => {
    const message = await send({ kind: "voice" });
    await rig.api("POST", "/model", { script: [{ step: "transcribe", text: "Scripted" }] });
    expect((await transcribe(message, "verbose_json")).text).toBe("Scripted");
    expect((await transcribe(message, "verbose_json")).text).toStartWith("Hello");
  });
});

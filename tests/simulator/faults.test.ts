import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { eventually } from "../support/wait.ts";
import { type Json, type Rig, startRig, text } from "./rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());
beforeEach(() => rig.clear());

const TO = "15550002222";

async function fault(body: object): Promise<Json> {
  const answer = await rig.api("POST", "/faults", body);
  expect(answer.status).toBe(201);
  return answer;
}

async function ledger(): Promise<Json[]> {
  return (await rig.api("GET", "/ledger")).data;
}

/** The code a client fails with when there is no answer at all. */
async function failureOf(request: Promise<Response>): Promise<string> {
  return request.then(
    (response) => `answered ${response.status}`,
    (error: { code: string }) => error.code,
  );
}

describe("faults of the Graph API", () => {
  test("accept_then_drop takes the message and closes the socket without an answer", async () => {
    await fault({ target: "graph", kind: "accept_then_drop", count: 1 });
    const body = { ...text(TO), biz_opaque_callback_data: "ours" };
    expect(await failureOf(rig.graph(body))).toBe("ECONNRESET");
    expect(await ledger()).toMatchObject([{ to: TO, callbackData: "ours" }]);
    await eventually(() => rig.statuses().length === 3);
    expect(rig.statuses()[0].biz_opaque_callback_data).toBe("ours");
    expect((await rig.graph(text(TO))).status).toBe(200);
  });

  test("reset_before closes the socket and takes nothing", async () => {
    await fault({ target: "graph", kind: "reset_before", count: 1 });
    expect(await failureOf(rig.graph(text(TO)))).toBe("ECONNRESET");
    expect(await ledger()).toEqual([]);
  });

  test("nothing at all is written on the wire before the reset", async () => {
    await fault({ target: "graph", kind: "reset_before", count: 1 });
    const { hostname, port } = new URL(rig.origin);
    const body = JSON.stringify({ messaging_product: "whatsapp", ...text(TO) });
    const { promise, resolve } = Promise.withResolvers<string>();
    let bytes = "";
    const socket = await Bun.connect({
      hostname,
      port: Number(port),
      socket: {
        data: (_socket, data) => {
          bytes += data.toString();
        },
        close: () => resolve(bytes),
        error: () => resolve(bytes),
      },
    });
    socket.write(
      `POST /simulator/graph/v25.0/${rig.identity.phoneNumberId}/messages HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${rig.identity.accessToken}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    expect(await promise).toBe("");
  });

  test("slow answers late although the message is taken at once", async () => {
    await fault({ target: "graph", kind: "slow", delayMs: 2_000, count: 1 });
    const signal = AbortSignal.timeout(60);
    const given = await Promise.race([
      rig.graph(text(TO)).then(() => "answered"),
      eventually(() => signal.aborted).then(() => "given up"),
    ]);
    expect(given).toBe("given up");
    expect(await ledger()).toHaveLength(1);
  });

  test("http_500 and graph_code refuse with that error and take nothing", async () => {
    await fault({ target: "graph", kind: "http_500", count: 1 });
    expect((await rig.graph(text(TO))).status).toBe(500);
    await fault({ target: "graph", kind: "graph_code", code: 130429, count: 1 });
    const limited = await rig.graph(text(TO));
    expect([limited.status, ((await limited.json()) as Json).error.code]).toEqual([400, 130429]);
    await fault({ target: "graph", kind: "graph_code", code: 131000, httpStatus: 503, count: 1 });
    expect((await rig.graph(text(TO))).status).toBe(503);
    expect(await ledger()).toEqual([]);
  });

  test("a match spares everybody else, a rate every other one", async () => {
    await fault({ target: "graph", kind: "http_500", match: { to: "15550009999" } });
    expect((await rig.graph(text(TO))).status).toBe(200);
    expect((await rig.graph(text("15550009999"))).status).toBe(500);
    await fault({ target: "graph", kind: "http_500", rate: 0.5, match: { text: "Even" } });
    const statuses = [];
    for (let count = 0; count < 4; count += 1) {
      statuses.push((await rig.graph(text(TO, "Even"))).status);
    }
    expect(statuses).toEqual([200, 500, 200, 500]);
    const { data } = await rig.api("GET", "/faults");
    expect(data).toMatchObject([{ fired: 1 }, { seen: 4, fired: 2 }]);
  });

  test("deleted by kind they are gone", async () => {
    await fault({ target: "graph", kind: "http_500" });
    await fault({ target: "graph", kind: "reset_before" });
    const { removed } = await rig.api("DELETE", "/faults?kind=http_500");
    expect(removed).toBe(1);
    expect(await failureOf(rig.graph(text(TO)))).toBe("ECONNRESET");
    expect((await rig.api("DELETE", "/faults")).removed).toBe(1);
    expect((await rig.graph(text(TO))).status).toBe(200);
  });
});

describe("faults of webhooks", () => {
  const names = () => rig.statuses().map(({ status }) => status);

  test("duplicate sends the same update twice", async () => {
    await fault({ target: "webhooks", kind: "duplicate", count: 1 });
    const { wamid } = await rig.api("POST", "/messages", { persona: "ana", text: "Hi" });
    await eventually(() => rig.received.length === 2);
    expect(rig.messages().map(({ id }: Json) => id)).toEqual([wamid, wamid]);
  });

  test("reorder lets the next update overtake", async () => {
    await fault({ target: "webhooks", kind: "reorder", count: 1 });
    await rig.api("POST", "/messages", { persona: "ana", text: "One" });
    await rig.api("POST", "/messages", { persona: "ana", text: "Two" });
    await eventually(() => rig.received.length === 2);
    expect(rig.messages().map((message) => message.text.body)).toEqual(["Two", "One"]);
  });

  test("reorder with nobody behind lets the update go after its wait", async () => {
    await fault({ target: "webhooks", kind: "reorder", count: 1, delayMs: 20 });
    const sent = await rig.api("POST", "/messages?wait=webhook", { persona: "ana", text: "One" });
    expect(sent.delivered).toBe(true);
  });

  test("batch puts several updates of several people into one POST", async () => {
    await fault({ target: "webhooks", kind: "batch", delayMs: 60 });
    await rig.api("POST", "/messages", { persona: "ana", text: "One" });
    await rig.api("POST", "/messages", { persona: "sam", text: "Two" });
    await rig.api("POST", "/messages?wait=webhook", { persona: "ana", text: "Three" });
    expect(rig.received).toHaveLength(1);
    expect(rig.messages()).toHaveLength(3);
  });

  test("delay holds an update back for so long", async () => {
    await fault({ target: "webhooks", kind: "delay", delayMs: 80, count: 1 });
    await rig.api("POST", "/messages", { persona: "ana", text: "Late" });
    await rig.api("POST", "/messages?wait=webhook", { persona: "ana", text: "Soon" });
    expect(rig.messages().map((message) => message.text.body)).toEqual(["Soon"]);
    await eventually(() => rig.messages().length === 2);
  });

  test("skip_delivered goes from sent to read", async () => {
    await fault({ target: "webhooks", kind: "skip_delivered", count: 1 });
    await rig.graph(text(TO));
    await eventually(() => names().includes("read"));
    expect(names()).toEqual(["sent", "read"]);
    expect((await rig.api("GET", `/chats/${TO}`)).data).toHaveLength(1);
  });

  test("hold_statuses keeps them until the fault is deleted", async () => {
    await fault({ target: "webhooks", kind: "hold_statuses" });
    await rig.graph(text(TO));
    await eventually(async () => (await ledger())[0].status === "read");
    await rig.api("POST", "/messages?wait=webhook", { persona: "ana", text: "Hi" });
    expect(names()).toEqual([]);
    await rig.api("DELETE", "/faults?kind=hold_statuses");
    await eventually(() => rig.statuses().length === 3);
  });
});

describe("faults of the model", () => {
  const request = {
    model: "simulated-1",
    messages: [{ role: "user", content: "<context>{}</context> for 15550002222" }],
    response_format: {
      type: "json_schema",
      json_schema: {
        name: "brain",
        schema: {
          type: "object",
          properties: { stage: { type: "string", enum: ["greeting", "pricing"] } },
          required: ["stage"],
        },
      },
    },
  };
  const choice = async () => ((await (await rig.model(request)).json()) as Json).choices[0];

  test("429 tells when to come back", async () => {
    await fault({ target: "model", kind: "429", retryAfterSeconds: 7, count: 1 });
    const response = await rig.model(request);
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "7"]);
    expect((await rig.model(request)).status).toBe(200);
  });

  test("http_500 and reset give no answer", async () => {
    await fault({ target: "model", kind: "http_500", count: 1 });
    expect((await rig.model(request)).status).toBe(500);
    await fault({ target: "model", kind: "reset", count: 1 });
    expect(await failureOf(rig.model(request))).toBe("ECONNRESET");
  });

  test("refusal, empty, invalid_json, truncated and wrong_enum spoil the content", async () => {
    const spoil = (kind: string) => fault({ target: "model", kind, count: 1 });
    await spoil("refusal");
    const refused = (await choice()).message;
    expect(refused.content).toBeNull();
    expect(refused.refusal).toContain("can't");
    await spoil("empty");
    expect((await choice()).message.content).toBe("");
    await spoil("invalid_json");
    const broken = await choice();
    expect(() => JSON.parse(broken.message.content)).toThrow();
    expect(broken.finish_reason).toBe("stop");
    await spoil("truncated");
    expect((await choice()).finish_reason).toBe("length");
    await spoil("wrong_enum");
    expect(JSON.parse((await choice()).message.content)).toEqual({ stage: "not_a_value" });
    expect(JSON.parse((await choice()).message.content)).toEqual({ stage: "greeting" });
  });

  test("a match by step or by words in the prompt spares other calls", async () => {
    await fault({ target: "model", kind: "http_500", match: { step: "mouth" } });
    await fault({ target: "model", kind: "http_500", match: { text: "15550003333" } });
    expect((await rig.model(request)).status).toBe(200);
    await fault({
      target: "model",
      kind: "http_500",
      match: { step: "brain", text: "5550002222" },
    });
    expect((await rig.model(request)).status).toBe(500);
  });
});

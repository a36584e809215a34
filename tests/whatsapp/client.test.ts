import { afterEach, describe, expect, test } from "bun:test";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createGraphClient, type SendRequest } from "../../src/whatsapp/client.ts";

const servers: Server[] = [];
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** A raw TCP server that notes each request line and answers as told. */
async function graph(answer: (socket: Socket, requestNo: number) => void) {
  const requests: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      requests.push(data.toString());
      answer(socket, requests.length);
    });
  });
  servers.push(server);
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await listening;
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests };
}

const http = (status: string, body: string, headers = "") =>
  `HTTP/1.1 ${status}\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const accepted = http("200 OK", '{"messages":[{"id":"wamid.X"}]}');
const graphError = (code: number, extra = {}) =>
  JSON.stringify({ error: { code, message: `(#${code}) m`, ...extra } });

const request = (over: Partial<SendRequest> = {}): SendRequest => ({
  phoneNumberId: "N1",
  accessToken: "T",
  message: {
    to: { phone: "15550001", bsuid: null },
    content: { type: "text", body: "Hi" },
    replyToWamid: null,
    metaMediaId: null,
  },
  callbackData: "m:1",
  deadlineMs: 2_000,
  signal: new AbortController().signal,
  ...over,
});

const send = (graphUrl: string, over: Partial<SendRequest> = {}) =>
  createGraphClient({ graphUrl, version: "v25.0" }).send(request(over));

async function answering(text: string) {
  const { url } = await graph((socket) => socket.write(text));
  return await send(url);
}

describe("a send", () => {
  test("is one POST with the token, accepted with Meta's id", async () => {
    const { url, requests } = await graph((socket) => socket.write(accepted));
    expect(await send(url)).toEqual({ kind: "accepted", wamid: "wamid.X" });
    expect(requests[0]).toStartWith("POST /v25.0/N1/messages HTTP/1.1\r\n");
    expect(requests[0]?.toLowerCase()).toContain("authorization: bearer t\r\n");
  });

  test("is not sent when nobody listens, or when it was stopped before", async () => {
    const { url } = await graph(() => undefined);
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    servers.splice(0)[0]?.close(() => resolve());
    await closed;
    expect(await send(url)).toEqual({ kind: "not_sent", why: "ECONNREFUSED" });
    expect(await send(url, { signal: AbortSignal.abort() })).toMatchObject({ kind: "not_sent" });
  });

  test("is unknown after a reset, a close, a timeout or a stop with the request on its way", async () => {
    const reset = await graph((socket) => socket.resetAndDestroy());
    expect(await send(reset.url)).toEqual({ kind: "unknown", why: "ECONNRESET" });
    const close = await graph((socket) => socket.destroy());
    expect(await send(close.url)).toEqual({ kind: "unknown", why: "ECONNRESET" });
    const silent = await graph(() => undefined);
    expect(await send(silent.url, { deadlineMs: 50 })).toEqual({
      kind: "unknown",
      why: "not done within 50 ms",
    });
    const stop = new AbortController();
    const stopping = await graph(() => stop.abort());
    expect(await send(stopping.url, { signal: stop.signal })).toMatchObject({ kind: "unknown" });
  });

  test("has its deadline over the answer's body too", async () => {
    const { url } = await graph((socket) =>
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"),
    );
    expect(await send(url, { deadlineMs: 50 })).toMatchObject({ kind: "unknown" });
  });

  test.each([
    ["a 200 that is no JSON", http("200 OK", "<html>")],
    ["a 200 without an id", http("200 OK", '{"messages":[]}')],
    ["a 200 too long to be Meta's", http("200 OK", " ".repeat(70_000))],
    ["a redirect", http("302 Found", "", "Location: http://127.0.0.1:1/\r\n")],
    ["a 5xx without a body", http("502 Bad Gateway", "")],
    ["a 5xx with an unlisted code", http("500 Oops", graphError(987_654))],
    ["code 1 with a 400", http("400 Bad Request", graphError(1))],
    ["code 2", http("503 Busy", graphError(2))],
    ["code 131000", http("500 Oops", graphError(131000))],
    ["code 131016", http("500 Oops", graphError(131016))],
    ["code 131057", http("500 Oops", graphError(131057))],
    ["an answer that is no HTTP", "nonsense\r\n\r\n"],
  ])("is unknown after %s", async (_, answer) => {
    expect(await answering(answer)).toMatchObject({ kind: "unknown" });
  });

  test("is put off by the pace codes, with Meta's Retry-After", async () => {
    for (const code of [4, 80007, 130429, 131056]) {
      expect(
        await answering(http("400 Bad Request", graphError(code), "Retry-After: 7\r\n")),
      ).toMatchObject({
        kind: "rejected",
        code,
        class: "retry_later",
        retryAfterMs: 7_000,
      });
    }
    expect(await answering(http("429 Slow", ""))).toMatchObject({
      code: 429,
      class: "retry_later",
    });
  });

  test("is rejected with the catalogue's class, whatever the HTTP status", async () => {
    const details = { error_data: { details: "24 hours passed" } };
    expect(await answering(http("400 Bad Request", graphError(131047, details)))).toEqual({
      kind: "rejected",
      code: 131047,
      title: "More than 24 hours since the lead wrote",
      details: "24 hours passed",
      class: "window_closed",
    });
    expect(await answering(http("500 Oops", graphError(131045)))).toMatchObject({ class: "auth" });
    expect(await answering(http("400 Bad Request", graphError(987_654)))).toMatchObject({
      kind: "rejected",
      code: 987_654,
      class: "ours",
      title: "(#987654) m",
    });
    expect(await answering(http("404 Not Found", "<html>"))).toMatchObject({
      code: 404,
      class: "ours",
    });
  });

  test("that has no recipient or an unusable token is refused without a request", async () => {
    const { url, requests } = await graph((socket) => socket.write(accepted));
    const nobody = { ...request().message, to: { phone: null, bsuid: null } };
    expect(await send(url, { message: nobody })).toMatchObject({ kind: "rejected", class: "ours" });
    expect(await send(url, { accessToken: "a\nb" })).toMatchObject({ kind: "rejected" });
    expect(requests).toHaveLength(0);
  });

  test.each(["destroy", "resetAndDestroy", "end"] as const)(
    "is never repeated by itself when a kept-alive connection dies under it (%s)",
    async (die) => {
      const { url, requests } = await graph((socket, requestNo) => {
        if (requestNo === 1) socket.write(accepted);
        else socket[die]();
      });
      expect(await send(url)).toMatchObject({ kind: "accepted" });
      expect(await send(url)).toEqual({ kind: "unknown", why: "ECONNRESET" });
      await Bun.sleep(50);
      expect(requests).toHaveLength(2);
    },
  );
});

describe("marking a message read", () => {
  test("shows typing and tells whether Meta took it", async () => {
    const { url, requests } = await graph((socket, no) =>
      socket.write(
        no === 1 ? http("200 OK", '{"success":true}') : http("400 Bad", graphError(100)),
      ),
    );
    const client = createGraphClient({ graphUrl: url, version: "v25.0" });
    const mark = { phoneNumberId: "N1", accessToken: "T", wamid: "w1", typing: true };
    expect(await client.markRead(mark)).toBe(true);
    expect(requests[0]).toContain('"status":"read","message_id":"w1","typing_indicator"');
    expect(await client.markRead({ ...mark, typing: false })).toBe(false);
    expect(requests[1]).not.toContain("typing_indicator");
  });

  test("never rejects when nobody is there", async () => {
    const client = createGraphClient({ graphUrl: "http://127.0.0.1:1", version: "v25.0" });
    const mark = { phoneNumberId: "N1", accessToken: "T", wamid: "w1", typing: true };
    expect(await client.markRead(mark)).toBe(false);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createServer, connect as tcpConnect } from "node:net";
import { eventually } from "../support/wait.ts";
import { type FaultProxy, startFaultProxy, throughProxy } from "./support/fault-proxy.ts";

/** Each fault test believes that the network did what it was told to. */
describe("the fault proxy", () => {
  let server: Awaited<ReturnType<typeof startEcho>>;
  let proxy: FaultProxy;
  beforeAll(async () => {
    server = await startEcho();
    proxy = await startFaultProxy(server.port);
  });
  afterAll(() => {
    proxy.stop();
    server.stop();
  });
  beforeEach(() => {
    server.heard.length = 0;
    proxy.set({ kind: "pass" });
  });

  const counts = () => proxy.connections.at(-1);
  /** A connection that works: one word went there and came back. */
  async function talking() {
    const client = openClient(proxy.port);
    client.write("hello");
    await eventually(() => client.received() === "echo hello");
    return client;
  }
  /** Long enough for what should not arrive. */
  const aWhile = () => Bun.sleep(60);

  test("passes on what both say, and counts it", async () => {
    const client = await talking();
    expect(counts()).toEqual({
      forwardedBytes: 5,
      returnedBytes: 10,
      swallowedBytes: 0,
      endedBy: "nobody",
    });
    client.end();
    await eventually(() => counts()?.endedBy === "client");
  });

  test("reset after write: the server has the request, the client a reset instead of its reply", async () => {
    const client = await talking();
    proxy.set({ kind: "reset_after_write" });
    client.write("pay");
    await eventually(() => client.closedWith() !== null);
    expect(client.closedWith()).toBe("ECONNRESET");
    expect(server.heard).toEqual(["hello", "pay"]);
    expect(client.received()).toBe("echo hello");
    expect(counts()).toMatchObject({ forwardedBytes: 8, swallowedBytes: 8, endedBy: "reset" });
    proxy.set({ kind: "pass" });
    (await talking()).end();
  });

  test("drop reply: the server has the request, the client nothing, and both stay connected", async () => {
    const client = await talking();
    proxy.set({ kind: "drop_reply" });
    client.write("pay");
    await eventually(() => counts()?.swallowedBytes === 8);
    proxy.set({ kind: "pass" });
    client.write("again");
    await eventually(() => server.heard.length === 3);
    await aWhile();
    expect(server.heard).toEqual(["hello", "pay", "again"]);
    expect(client.received()).toBe("echo hello");
    expect(client.closedWith()).toBeNull();
    client.end();
  });

  test("black hole: nobody hears anybody, also after it has healed, and nobody is told", async () => {
    const client = await talking();
    proxy.set({ kind: "black_hole" });
    client.write("pay");
    server.say("anybody there?");
    await eventually(() => counts()?.swallowedBytes === 3 + 14);
    proxy.set({ kind: "pass" });
    client.write("again");
    await aWhile();
    expect(server.heard).toEqual(["hello"]);
    expect(client.received()).toBe("echo hello");
    expect(client.closedWith()).toBeNull();
    client.end();
    (await talking()).end();
  });

  test("black hole: a connection made meanwhile is accepted and never answered", async () => {
    proxy.set({ kind: "black_hole" });
    const client = openClient(proxy.port);
    client.write("hello");
    await eventually(() => counts()?.swallowedBytes === 5);
    expect(client.received()).toBe("");
    client.end();
  });

  test("delay: each way takes as long as it says, and nothing is overtaken by what comes after it", async () => {
    const client = await talking();
    proxy.set({ kind: "delay", delayMs: 80 });
    const wroteAtMs = performance.now();
    client.write("slow");
    await aWhile();
    proxy.set({ kind: "pass" });
    client.write("quick");
    await eventually(() => client.received().replaceAll("echo ", "") === "helloslowquick");
    expect(performance.now() - wroteAtMs).toBeGreaterThanOrEqual(79);
    expect(server.heard.join("")).toBe("helloslowquick");
    client.end();
  });

  test("half close: the client sees the end, what it still writes arrives, and no reply comes", async () => {
    const client = await talking();
    proxy.set({ kind: "half_close" });
    await eventually(() => client.sawEnd());
    expect(client.closedWith()).toBeNull();
    client.write("last words");
    await eventually(() => server.heard.includes("last words"));
    await aWhile();
    expect(client.received()).toBe("echo hello");
    expect(counts()?.endedBy).toBe("half_close");
    client.end();
  });

  test("stands in an address for the server's port", () => {
    expect(throughProxy("redis://:pw@127.0.0.1:1/0", proxy)).toBe(
      `redis://:pw@127.0.0.1:${proxy.port}/0`,
    );
    expect(throughProxy("postgres://a:b@127.0.0.1:1/leadline", proxy)).toBe(
      `postgres://a:b@127.0.0.1:${proxy.port}/leadline`,
    );
  });
});

/** Answers everything with "echo …", and can speak unasked. */
async function startEcho() {
  const heard: string[] = [];
  let last: { write(text: string): unknown } | undefined;
  const server = createServer((socket) => {
    last = socket;
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      heard.push(data.toString());
      socket.write(`echo ${data}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No port.");
  return {
    port: address.port,
    heard,
    say: (text: string) => last?.write(text),
    stop: () => server.close(),
  };
}

function openClient(port: number) {
  const socket = tcpConnect({ port, host: "127.0.0.1", allowHalfOpen: true });
  let received = "";
  let sawEnd = false;
  let closedWith: string | null = null;
  let code = "closed";
  socket.on("data", (data) => {
    received += data.toString();
  });
  socket.on("end", () => {
    sawEnd = true;
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    code = error.code ?? error.message;
  });
  socket.on("close", () => {
    closedWith = code;
  });
  return {
    write: (text: string) => socket.write(text),
    end: () => socket.destroy(),
    received: () => received,
    sawEnd: () => sawEnd,
    closedWith: () => closedWith,
  };
}

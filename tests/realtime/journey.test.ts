import { afterAll, beforeAll, expect, test } from "bun:test";
import { closeCodes } from "../../src/realtime/protocol.ts";
import { createInstallation, type Installation } from "../journeys/installation.ts";
import { eventually } from "../support/wait.ts";
import { openSocket } from "./client.ts";

const OWNER = { email: "owner@northwind.example", password: "northwind-demo" };
const ORIGIN = { "sec-fetch-site": "same-origin", "content-type": "application/json" };
let office: Installation;

beforeAll(async () => {
  office = await createInstallation(["api", "api", "worker", "scheduler"]);
}, 60_000);
afterAll(async () => {
  await office.stop();
}, 30_000);

/** Signs in at the first API; tickets are good at each. */
async function signIn() {
  const headers = new Headers(ORIGIN);
  const ask = (path: string, body: unknown = {}) =>
    fetch(`${office.url}/api/v1/auth/${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
  const login = await ask("login", OWNER);
  expect(login.status).toBe(200);
  const { accessToken } = (await login.json()) as { accessToken: string };
  headers.set("authorization", `Bearer ${accessToken}`);
  return {
    follow: async (api: number) => {
      const answer = await ask("ticket");
      const { ticket } = (await answer.json()) as { ticket: string };
      const url = office.processes[api]?.url.replace("http", "ws");
      const socket = await openSocket(`${url}/live`);
      expect((await socket.hello(ticket)).type).toBe("welcome");
      return socket;
    },
    signOut: () => ask("logout"),
  };
}

test("a chat and its takeover are seen live at every API process, until one signs out", async () => {
  const ann = await signIn();
  const [here, there] = [await ann.follow(0), await ann.follow(1)];
  await office.write("14155550177", "Hello, what does a roof cost?");
  for (const socket of [here, there]) {
    const received = await socket.first("message.received", 15_000);
    expect(received.data.row).toMatchObject({
      text: "Hello, what does a roof cost?",
      author: "lead",
    });
    await eventually(
      () => socket.all("message.status").some(({ data }) => data.row.state === "read"),
      {
        timeoutMs: 15_000,
      },
    );
  }
  const { conversationId } = (await here.first("message.received")).data.row;
  there.send("takeover", { conversationId }, "mine");
  const ack = await there.first("ack");
  const started = await here.first("takeover.started");
  expect(ack.data.of).toBe("mine");
  expect(started.data.row).toMatchObject({ id: conversationId, mode: "human" });
  expect(started.data.version).toBe(ack.data.version);
  const [row] = await office.db.rows`select mode from conversations where id = ${conversationId}`;
  expect(row).toEqual({ mode: "human" });

  const signedOutAt = performance.now();
  expect((await ann.signOut()).ok).toBe(true);
  for (const socket of [here, there]) {
    expect(await socket.closedWith()).toBe(closeCodes.sessionEnded);
  }
  expect(performance.now() - signedOutAt).toBeLessThan(2_000);
}, 60_000);

test("an API process that stops sends its sockets elsewhere, to resume there", async () => {
  const ann = await signIn();
  const socket = await ann.follow(1);
  const document = await fetch(`${office.processes[1]?.url}/asyncapi.json`);
  expect(await document.json()).toMatchObject({ asyncapi: "3.0.0" });
  office.processes[1]?.kill("SIGTERM");
  expect(await socket.closedWith(10_000)).toBe(closeCodes.restart);
}, 30_000);

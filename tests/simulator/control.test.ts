import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { eventually } from "../support/wait.ts";
import { type Rig, startRig, text } from "./rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());
beforeEach(() => rig.clear());

describe("the control API", () => {
  test("tells what one needs to sign webhooks, and no token", async () => {
    const config = await rig.api("GET", "/config");
    const { webhookUrl, phoneNumberId, wabaId, appSecret, verifyToken, organizationId } =
      rig.identity;
    expect(config).toEqual({
      status: 200,
      webhookUrl,
      phoneNumberId,
      wabaId,
      appSecret,
      verifyToken,
      organizationId,
    });
  });

  test("moves the clock on", async () => {
    const before = rig.clock.now().getTime();
    const { now } = await rig.api("POST", "/clock", { advanceMs: 3_600_000 });
    expect(Date.parse(now) - before).toBeGreaterThanOrEqual(3_600_000);
  });

  const mistakes: [string, string, object, RegExp][] = [
    ["an unknown field", "/messages", { persona: "ana", text: "Hi", typo: 1 }, /typo/],
    ["nobody who writes", "/messages", { text: "Hi" }, /persona or from/],
    ["two who write", "/messages", { persona: "ana", from: "15550002222", text: "Hi" }, /persona/],
    ["a text without text", "/messages", { persona: "ana" }, /text/],
    [
      "a reply without title",
      "/messages",
      { persona: "ana", type: "button_reply", id: "a" },
      /title/,
    ],
    [
      "a text over 4096 characters",
      "/messages",
      { persona: "ana", text: "x".repeat(4_097) },
      /4,096/,
    ],
    ["a number that is none", "/messages", { from: "Ana", text: "Hi" }, /from/],
    ["a fault of another target", "/faults", { target: "graph", kind: "refusal" }, /reset_before/],
    ["an unknown fault", "/faults", { target: "graph", kind: "lightning" }, /kind/],
    ["a slow fault without delay", "/faults", { target: "graph", kind: "slow" }, /delayMs/],
    ["a clock that goes back", "/clock", { advanceMs: -1 }, /advanceMs/],
    ["a script for no step", "/model", { script: [{ step: "liver", json: {} }] }, /step/],
  ];
  test.each(mistakes)("refuses %s with 422 and says why", async (_name, path, body, why) => {
    const answer = await rig.api("POST", path, body);
    expect(answer).toMatchObject({ status: 422, code: "invalid_input" });
    expect(JSON.stringify([answer.detail, answer.errors])).toMatch(why);
    expect(rig.received).toEqual([]);
  });

  test("refuses a mistyped filter instead of deleting every fault", async () => {
    await rig.api("POST", "/faults", { target: "graph", kind: "http_500" });
    expect((await rig.api("DELETE", "/faults?kinds=slow")).status).toBe(422);
    expect((await rig.api("GET", "/faults")).data).toHaveLength(1);
  });

  test("knows no strangers: 404", async () => {
    expect((await rig.api("POST", "/messages", { persona: "eve", text: "Hi" })).status).toBe(404);
    expect((await rig.api("GET", "/chats/eve")).status).toBe(404);
    expect((await rig.api("GET", "/config?phoneNumberId=9")).status).toBe(404);
  });

  test("reset forgets ledger, chats, faults, script and what was under way", async () => {
    await rig.api("POST", "/faults", { target: "webhooks", kind: "delay", delayMs: 60_000 });
    await rig.api("POST", "/model", { script: [{ step: "mouth", text: "x" }], latencyMs: 9 });
    await rig.graph(text("15550002222"));
    const waiting = rig.api("POST", "/messages?wait=webhook", { persona: "ana", text: "Hi" });
    await eventually(async () => (await rig.api("GET", "/chats/ana")).data.length === 1);
    await rig.api("POST", "/reset");
    expect(await waiting).toMatchObject({ delivered: false });
    for (const path of ["/ledger", "/faults", "/chats/ana"]) {
      expect((await rig.api("GET", path)).data).toEqual([]);
    }
    expect(await rig.api("GET", "/model")).toMatchObject({ latencyMs: 0, script: [], calls: {} });
  });
});

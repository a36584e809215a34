import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tableOf } from "../../scripts/doctor/table.ts";
import { createDb, type Db } from "../../src/db/client.ts";
import type { Check } from "../../src/modules/numbers/check.ts";
import { type Embedded, startEmbedded } from "../../src/ops/embedded.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { type LeadlineProcess, startLeadline } from "../support/processes.ts";
import { silentLog } from "../support/servers.ts";

const ROOT = join(import.meta.dir, "..", "..");

/** A fresh installation in one process, with its own simulator, as a newcomer starts it. */
let database: TestDatabase;
let redis: Embedded;
let leadline: LeadlineProcess;
let db: Db;
let env: Record<string, string>;
const dataDir = mkdtempSync(join(tmpdir(), "leadline-doctor-"));
beforeAll(async () => {
  database = await testDatabase("doctor");
  redis = await startEmbedded({ dataDir, postgres: false, redis: true, log: silentLog });
  const stores = { DATABASE_URL: database.url, REDIS_URL: redis.redisUrl ?? "", DATA_DIR: dataDir };
  leadline = await startLeadline("all", stores);
  await leadline.ready(60_000);
  env = { ...stores, PORT: new URL(leadline.url).port };
  db = createDb({ url: database.url, maxConnections: 1, name: "doctor test" });
}, 90_000);
afterAll(async () => {
  leadline.kill("SIGTERM");
  await leadline.exited;
  await db.close(1_000);
  await redis.stop();
  await database.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function doctor(more: Record<string, string> = {}, ...args: string[]) {
  const child = Bun.spawn([process.execPath, "--no-env-file", "scripts/doctor.ts", ...args], {
    cwd: ROOT,
    env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", ...env, ...more },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, out, err };
}

async function faults(more: Record<string, string> = {}): Promise<[string, string][]> {
  const { out } = await doctor(more, "--json");
  const checks: Check[] = JSON.parse(out);
  for (const { state, fix } of checks) expect(fix === null).toBe(state === "ok");
  return checks
    .filter(({ state }) => state !== "ok")
    .map(({ check, state }): [string, string] => [check, state]);
}

async function control(method: string, path: string, body?: object): Promise<void> {
  const answer = await fetch(`${leadline.url}/simulator/${path}`, {
    method,
    headers: {
      authorization: "Bearer simulator-access-token",
      ...(body && { "content-type": "application/json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  expect(answer.ok).toBe(true);
}

/** Meta is asked at most once a minute about a number: as if a minute had gone by. */
const forgetLook = () => db.rows`update integrations set checked_at = null`;

describe("bun run doctor", () => {
  test("finds a fresh installation well, and says so", async () => {
    const { code, out, err } = await doctor();
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("checks are well.");
    expect(out).not.toMatch(/[✗!]/);
    const { out: json } = await doctor({}, "--json");
    const names = JSON.parse(json).map(({ check }: Check) => check);
    for (const name of [
      "Graph version",
      "clock",
      "callback",
      "webhook fields",
      "token",
      "quality",
      "templates",
    ]) {
      expect(names).toContain(name);
    }
  }, 30_000);

  test("names a secret that the API does not have", async () => {
    const secrets = "another-secret-of-another-app";
    const found = await faults({
      WHATSAPP_APP_SECRETS: secrets,
      SIMULATOR: "on",
      WHATSAPP_GRAPH_URL: `${leadline.url}/simulator/graph`,
    });
    expect(found).toEqual([
      ["callback", "fail"],
      ["webhook fields", "fail"],
    ]);
  }, 30_000);

  test("names an address where nobody, or somebody else, answers", async () => {
    const nobody = await faults({ PUBLIC_URL: "http://127.0.0.1:1" });
    expect(nobody).toEqual([
      ["callback", "fail"],
      ["webhook fields", "fail"],
    ]);
    const stranger = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () => new Response("hi", { status: 404 }),
    });
    const { code, out } = await doctor({ PUBLIC_URL: `http://127.0.0.1:${stranger.port}` });
    await stranger.stop(true);
    expect(code).toBe(1);
    expect(out).toContain("answers 404 to a signed webhook");
  }, 30_000);

  test("names a version of Meta's that ends or is gone", async () => {
    expect(await faults({ WHATSAPP_GRAPH_VERSION: "v20.0" })).toEqual([["Graph version", "fail"]]);
  }, 30_000);

  test("names a clock that is wrong", async () => {
    const proxy = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      async fetch(request) {
        const { pathname, search } = new URL(request.url);
        const answer = await fetch(`${leadline.url}${pathname}${search}`, request);
        const headers = new Headers(answer.headers);
        headers.set("date", new Date(Date.now() - 5 * 60_000).toUTCString());
        return new Response(await answer.arrayBuffer(), { status: answer.status, headers });
      },
    });
    const found = await faults({
      WHATSAPP_GRAPH_URL: `http://127.0.0.1:${proxy.port}/simulator/graph`,
    });
    await proxy.stop(true);
    expect(found).toEqual([["clock", "fail"]]);
  }, 30_000);

  test("names what is wrong with a number: token, subscription, templates", async () => {
    await control("DELETE", "graph/v25.0/700000000000002/subscribed_apps");
    await db.rows`update templates set status = 'PAUSED' where name = 'northwind_visit_reminder'`;
    await db.rows`update integrations set templates_synced_at = now() - interval '2 hours'`;
    await forgetLook();
    expect(await faults()).toEqual([
      ["account subscription", "fail"],
      ["templates", "warn"],
      ["templates", "warn"],
    ]);
    await control("POST", "graph/v25.0/700000000000002/subscribed_apps");
    await control("POST", "api/faults", { target: "graph", kind: "account", code: 190 });
    await forgetLook();
    expect((await faults()).slice(0, 2)).toEqual([
      ["webhook fields", "fail"],
      ["token", "fail"],
    ]);
    await control("POST", "api/reset");
  }, 30_000);

  test("does not guess what was asked", async () => {
    const { code, err } = await doctor({}, "--fix");
    expect(code).toBe(2);
    expect(err).toContain("bun run doctor [--json]");
    expect((await doctor({}, "--help")).out).toContain("--json");
  }, 30_000);
});

describe("the table", () => {
  test("groups by number, marks each state, and puts the fix below", () => {
    const checks: Check[] = [
      { check: "clock", about: null, state: "ok", text: "0 s from Meta's", fix: null },
      { check: "token", about: "+1", state: "fail", text: "It is dead.", fix: "Make a new one." },
    ];
    expect(tableOf(checks, false)).toEqual([
      "Installation",
      "  ✓ clock  0 s from Meta's",
      "",
      "+1",
      "  ✗ token  It is dead.",
      "           → Make a new one.",
      "",
      "1 of 2 checks failed, 0 to look at.",
    ]);
    expect(tableOf(checks, true)[1]).toContain("\u001b[32m✓");
  });
});

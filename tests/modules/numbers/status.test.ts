import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { createSecretBox } from "../../../src/lib/secret-box.ts";
import { numberStatus } from "../../../src/modules/numbers/status.ts";
import { createGraphAccount } from "../../../src/whatsapp/account.ts";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";

const PATH = "/api/v1/settings/whatsapp";

let rest: RestWorld;
let organizationId: string;
let admin: Awaited<ReturnType<RestWorld["signIn"]>>;
let id: string;
beforeAll(async () => {
  rest = await createRestWorld("number_status");
});
beforeEach(async () => {
  await rest.reset();
  await rest.meta.reset();
  organizationId = await rest.addOrganization();
  admin = await rest.signIn("admin", organizationId);
  const { wabaId, accessToken } = rest.meta.identity;
  const asked = { phoneNumberId: rest.meta.freshNumber(), wabaId, accessToken };
  ({ id } = (await admin.ask("POST", PATH, asked)).body);
  await rest.world.db.rows`update integrations set last_ingress_at = now() where id = ${id}`;
});
afterAll(() => rest.close());

const codes = ({ problems }: Json) => problems.map(({ code }: Json) => code);
const look = async (): Promise<Json> => (await admin.ask("GET", `${PATH}/${id}/status`)).body;
/** A look more than a minute after the last one. */
const lookLater = async () => {
  await rest.world.db.rows`
    update integrations set checked_at = now() - interval '61 seconds' where id = ${id}`;
  return await look();
};

describe("the status", () => {
  test("tells what Meta says now; all is well", async () => {
    expect(await lookLater()).toMatchObject({
      connected: true,
      tokenValid: true,
      scopes: ["whatsapp_business_management", "whatsapp_business_messaging"],
      tokenExpiresAt: null,
      verifiedName: "Northwind Solar",
      quality: "GREEN",
      throughput: "STANDARD",
      subscribed: true,
      paused: false,
      unknownStreak: 0,
      problems: [],
    });
  });

  test("asks Meta at most once a minute, because Meta counts", async () => {
    const { checkedAt } = await lookLater();
    await rest.meta.failWith(190);
    expect(await look()).toMatchObject({ checkedAt, tokenValid: true, problems: [] });
    expect(await lookLater()).toMatchObject({ tokenValid: false });
  });

  test("a dead token, a lost permission, a lost subscription: each with its fix", async () => {
    await rest.meta.failWith(190);
    const dead = await lookLater();
    expect([codes(dead), dead.tokenValid, dead.quality]).toEqual([["access_refused"], false, null]);
    await rest.meta.reset();
    await rest.meta.failWith(10);
    const forbidden = await lookLater();
    expect([codes(forbidden), forbidden.tokenValid]).toEqual([["access_refused"], null]);
    await rest.meta.reset();
    await rest.meta.unsubscribe();
    expect(codes(await lookLater())).toEqual(["not_subscribed"]);
    const { accessToken } = rest.meta.identity;
    await admin.ask("POST", `${PATH}/${id}/rotate-token`, { accessToken });
    expect(codes(await look())).toEqual([]);
  });

  test("a token that Meta tells nothing about: unknown, not invented", async () => {
    await rest.meta.failWith(100, "debug_token");
    const unknown = { scopes: null, tokenExpiresAt: null, subscribed: null };
    expect(await lookLater()).toMatchObject(unknown);
  });

  test("Meta is away: what it said last, from when, and that it is away", async () => {
    const well = await lookLater();
    await rest.meta.failWith(2);
    const away = await lookLater();
    expect(away).toMatchObject({ tokenValid: true, quality: "GREEN", subscribed: true });
    expect(Date.parse(well.checkedAt) - Date.parse(away.checkedAt)).toBeGreaterThan(50_000);
    expect(codes(away)).toEqual(["meta_unavailable"]);
  });

  test("a pause, and that no webhook ever came, are our own to tell", async () => {
    await rest.world.db.rows`update integrations set last_ingress_at = null, unknown_streak = 3,
      paused_until = now() + interval '1 minute' where id = ${id}`;
    const status = await look();
    expect(status).toMatchObject({ paused: true, unknownStreak: 3, lastWebhookAt: null });
    expect(codes(status)).toEqual(["sends_paused", "no_webhook_yet"]);
  });

  describe("a number that was stopped", () => {
    const stop = async (reason: string) => {
      await rest.world.db.rows`update integrations set stopped_at = now(), stop_reason = ${reason},
        stop_text = 'Access token has expired (190). Renew it.' where id = ${id}`;
    };
    const wakeUps = async () =>
      (await rest.entries("outbound")).filter(({ integrationId }: Json) => integrationId === id);

    test("is told with what to do, and goes on once Meta says that all is well", async () => {
      await stop("access");
      await rest.meta.failWith(190);
      const dead = await lookLater();
      expect([codes(dead), dead.stopReason]).toEqual([
        ["sends_stopped", "access_refused"],
        "access",
      ]);
      expect(dead.problems[0]).toMatchObject({
        message: "Access token has expired (190). Renew it.",
        fix: expect.stringContaining("Rotate"),
      });
      expect(await wakeUps()).toEqual([]);
      await rest.meta.reset();
      expect(await lookLater()).toMatchObject({ stoppedAt: null, stopReason: null, problems: [] });
      expect(await wakeUps()).toHaveLength(1);
      const { body } = await admin.ask("GET", `/api/v1/audit?action=number.resumed`);
      expect(body.data).toMatchObject([{ resourceId: id }]);
    });

    test.each(["payment", "account", "registration", "access"])(
      "for %s stays so while Meta's health says BLOCKED, and goes on when it is AVAILABLE",
      async (reason) => {
        await stop(reason);
        await rest.meta.control("POST", "api/faults", {
          ...{ target: "graph", kind: "health", code: 141006, count: 1 },
        });
        const blocked = await lookLater();
        expect(codes(blocked)).toEqual(["sends_stopped", "sends_blocked"]);
        expect(blocked).toMatchObject({
          canSend: "BLOCKED",
          sendObstacles: ["The account may not send. Add a payment method."],
          stopReason: reason,
        });
        expect(await wakeUps()).toEqual([]);
        expect(await lookLater()).toMatchObject({ canSend: "AVAILABLE", stopReason: null });
      },
    );

    test("does not go on by what Meta said before", async () => {
      await lookLater();
      await stop("payment");
      expect(codes(await look())).toEqual(["sends_stopped"]);
      expect((await admin.ask("GET", `${PATH}/${id}`)).body).toMatchObject({
        stopReason: "payment",
        stoppedAt: expect.any(String),
        stopText: expect.stringContaining("190"),
      });
    });

    test("goes on with a new token, and what waits is woken", async () => {
      await stop("access");
      const { accessToken } = rest.meta.identity;
      const { body } = await admin.ask("POST", `${PATH}/${id}/rotate-token`, { accessToken });
      expect(body).toMatchObject({ stoppedAt: null, stopReason: null, stopText: null });
      expect(await wakeUps()).toHaveLength(1);
    });

    test("goes on when it is connected again", async () => {
      await stop("registration");
      const { phoneNumberId, wabaId } = (await admin.ask("GET", `${PATH}/${id}`)).body;
      await admin.ask("POST", `${PATH}/${id}/disconnect`);
      const { accessToken } = rest.meta.identity;
      const again = await admin.ask("POST", PATH, { phoneNumberId, wabaId, accessToken });
      expect(again.body).toMatchObject({ id, connected: true, stoppedAt: null, stopReason: null });
    });
  });

  test("tells which fields the number's own app is not subscribed to", async () => {
    const { phoneNumberId, wabaId } = (await admin.ask("GET", `${PATH}/${id}`)).body;
    await admin.ask("POST", `${PATH}/${id}/disconnect`);
    const { accessToken, appSecret } = rest.meta.identity;
    const app = { appSecret, verifyToken: "a-verify-token" };
    await admin.ask("POST", PATH, { phoneNumberId, wabaId, accessToken, app });
    await rest.world.db.rows`update integrations set last_ingress_at = now() where id = ${id}`;
    expect(await lookLater()).toMatchObject({ missingFields: [], problems: [] });
    await rest.meta.control("POST", "api/faults", {
      ...{ target: "graph", kind: "fields", count: 1 },
    });
    const status = await lookLater();
    expect(codes(status)).toEqual(["fields_missing"]);
    expect(status.missingFields).toContain("messages");
  });

  test("everybody of the organization may look, nobody else", async () => {
    const viewer = await rest.signIn("viewer", organizationId);
    expect((await viewer.ask("GET", `${PATH}/${id}/status`)).status).toBe(200);
    const stranger = await rest.signIn("owner", await rest.addOrganization());
    expect((await stranger.ask("GET", `${PATH}/${id}/status`)).status).toBe(404);
  });

  test("a disconnected number is not asked about", async () => {
    await admin.ask("POST", `${PATH}/${id}/disconnect`);
    await rest.meta.failWith(190);
    const status = await lookLater();
    expect([status.connected, codes(status)]).toEqual([false, ["disconnected"]]);
  });

  test("a token that no key opens any more is told, not thrown, and Meta is not asked", async () => {
    await rest.world.db.rows`update integrations set checked_at = null where id = ${id}`;
    const status = await numberStatus(
      {
        db: rest.world.db,
        box: createSecretBox([randomBytes(32).toString("base64")]),
        meta: createGraphAccount({
          graphUrl: "http://127.0.0.1:1",
          version: "v25.0",
          deadlineMs: 1_000,
        }),
        appSecrets: [],
        mutate: async () => {
          throw new Error("Nothing is to be changed.");
        },
      },
      {
        ...{ organizationId, kind: "person", id: admin.userId, name: "" },
        ...{ address: null, requestId: null },
      },
      id,
    );
    expect(codes(status)).toEqual(["token_unreadable"]);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { newId } from "../../../src/lib/ids.ts";
import { ann } from "../../flows/world.ts";
import { createRestWorld, INTERNAL_SECRET, type RestWorld } from "../rest-world.ts";

let rest: RestWorld;
let service: RestWorld["stranger"];
let organizationId: string;
beforeAll(async () => {
  rest = await createRestWorld("internal");
  service = rest.withToken(INTERNAL_SECRET);
  organizationId = rest.world.organizationId;
});
beforeEach(() => rest.reset());
afterAll(() => rest.close());

const leadPath = (phone: string, organization = organizationId) =>
  `/internal/v1/leads?organizationId=${organization}&phone=${encodeURIComponent(phone)}`;

const enqueue = (id: string, organization = organizationId, headers = {}) =>
  service(
    "POST",
    `/internal/v1/conversations/${id}/turns`,
    { organizationId: organization },
    headers,
  );

interface Logged {
  organizationId: string | null;
}

const log = () => rest.world.db.rows<Logged>`
  select organization_id, actor_kind, actor_id, action, resource_id, after from audit_log
  order by created_at, id`;

describe("the door", () => {
  test("is closed to everybody without a living key of the internal API", async () => {
    const { accessToken } = await rest.signIn("owner");
    const secrets = [undefined, accessToken, "an-old-secret-that-is-good-no-more", "x".repeat(40)];
    for (const secret of secrets) {
      const { status, body } = await rest.withToken(secret)("GET", leadPath("14155550123"));
      expect([status, body.code]).toEqual([401, "unauthenticated"]);
    }
    const elsewhere = await service("GET", "/api/v1/conversations");
    expect(elsewhere.body.code).toBe("unauthenticated");
  });

  test("opens only as far as the key's scopes go, and a refusal is in the operators' log", async () => {
    const narrow = rest.withToken("another-secret-of-a-service-that-knows");
    expect((await narrow("GET", leadPath("14155550123"))).body.code).toBe("forbidden");
    expect(await log()).toMatchObject([
      {
        organizationId: null,
        actorKind: "internal",
        actorId: "numbers-only",
        action: "internal_call.refused",
        resourceId: "leads:lookup",
      },
    ]);
  });

  test("counts the requests of each key", async () => {
    const left = async () =>
      Number((await service("GET", leadPath("14155550123"))).headers.get("ratelimit-remaining"));
    const before = await left();
    expect(before - (await left())).toBe(1);
  });
});

describe("looking up", () => {
  test("finds a lead by phone, and says so to the organization without the number", async () => {
    await rest.world.receive({});
    const { id, leadId } = await rest.world.conversation();
    const { integrationId } = rest.world;
    const { status, body } = await service("GET", leadPath(`+${ann.phone}`));
    expect([status, body]).toEqual([
      200,
      {
        id: leadId,
        name: "Ann",
        conversations: [
          {
            id,
            integrationId,
            mode: "bot",
            stage: "greeting",
            optedOutAt: null,
            lastMessageAt: expect.any(String),
          },
        ],
      },
    ]);
    const rows = await log();
    expect(rows).toMatchObject([
      { organizationId, actorId: "everything", action: "lead.looked_up", resourceId: leadId },
    ]);
    expect(JSON.stringify(rows)).not.toContain(String(ann.phone));
  });

  test("finds no lead of another organization, nor of one that does not exist", async () => {
    await rest.world.receive({});
    const other = await rest.addOrganization();
    for (const organization of [other, newId()]) {
      const { body } = await service("GET", leadPath(String(ann.phone), organization));
      expect(body.code).toBe("not_found");
    }
    expect((await log()).map((row) => row.organizationId)).toEqual([other, null]);
  });

  test("tells whose WhatsApp number it is", async () => {
    const [number] = await rest.world.db.rows<{ id: string; phoneNumberId: string }>`
      select id, phone_number_id from integrations where organization_id = ${organizationId}`;
    const path = "/internal/v1/numbers?phoneNumberId=";
    const found = await service("GET", `${path}${number?.phoneNumberId}`);
    expect(found.body).toMatchObject({ organizationId, integrationId: number?.id, active: true });
    expect((await service("GET", `${path}0`)).body.code).toBe("not_found");
  });
});

describe("waking the bot", () => {
  test("appends a turn that answers once, however often it is asked", async () => {
    await rest.world.receive({});
    const { id } = await rest.world.conversation();
    await rest.world.db.rows`update conversations set due_at = now()`;
    for (let time = 0; time < 3; time += 1) {
      const { status, body } = await enqueue(id);
      expect([status, body]).toEqual([202, { conversationId: id, isWaiting: true }]);
    }
    const entry = { v: 1, organizationId, conversationId: id, cause: "message" };
    const woken = (await rest.entries("turns")).filter((one) => one.conversationId === id);
    expect(woken.slice(-3)).toEqual([entry, entry, entry]);
    for (const _ of woken) await rest.world.turn(id);
    expect(await rest.world.outgoing()).toHaveLength(1);
    expect((await enqueue(id)).body.isWaiting).toBe(false);
  });

  test("is done once for one Idempotency-Key", async () => {
    await rest.world.receive({});
    const { id } = await rest.world.conversation();
    const before = (await rest.entries("turns")).length;
    const headers = { "idempotency-key": newId() };
    await Promise.all([1, 2, 3].map(() => enqueue(id, organizationId, headers)));
    expect((await rest.entries("turns")).length - before).toBe(1);
  });

  test("finds no conversation of another organization", async () => {
    await rest.world.receive({});
    const { id } = await rest.world.conversation();
    const before = (await rest.entries("turns")).length;
    expect((await enqueue(id, await rest.addOrganization())).body.code).toBe("not_found");
    expect(await rest.entries("turns")).toHaveLength(before);
    expect(await log()).toMatchObject([{ action: "turn.missed", resourceId: id }]);
  });
});

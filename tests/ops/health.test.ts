import { afterEach, describe, expect, test } from "bun:test";
import { createHealth, type HealthSettings } from "../../src/ops/health.ts";
import { type HealthServer, startHealthServer } from "../../src/ops/health-server.ts";
import { createHeartbeat, firstStuck } from "../../src/ops/heartbeat.ts";
import { createMetrics } from "../../src/ops/metrics.ts";

const fine = () => Promise.resolve();

describe("readiness", () => {
  test("is given when every dependency answers", async () => {
    const state = await createHealth({ checks: { postgres: fine, redis: fine } }).ready();
    expect(state.ready).toBe(true);
    expect(state.dependencies["postgres"]).toMatchObject({ ok: true, reason: null });
  });

  test("names the dependency that fails and why, without its password", async () => {
    const failing = () => Promise.reject(new Error("no route to redis://:hunter2@r:6379"));
    const state = await createHealth({ checks: { postgres: fine, redis: failing } }).ready();
    expect(state.ready).toBe(false);
    expect(state.dependencies["postgres"]?.ok).toBe(true);
    expect(state.dependencies["redis"]?.reason).toStartWith("no route to redis://:[hidden]@r");
  });

  test("tells the code of an error without words", async () => {
    const failing = () => Promise.reject(Object.assign(new Error(""), { code: "ECONNREFUSED" }));
    const state = await createHealth({ checks: { redis: failing } }).ready();
    expect(state.dependencies["redis"]?.reason).toBe("ECONNREFUSED");
  });

  test("does not wait for a dependency that never answers, nor ask it twice at a time", async () => {
    let asked = 0;
    const silent = () => {
      asked += 1;
      return new Promise<void>(() => undefined);
    };
    const health = createHealth({ checks: { postgres: silent }, deadlineMs: 30 });
    const [first] = await Promise.all([health.ready(), health.ready()]);
    expect(first.dependencies["postgres"]?.reason).toBe("postgres did not answer within 30 ms.");
    expect(asked).toBe(1);
  });

  test("survives a check that throws instead of rejecting", async () => {
    const throwing = () => {
      throw new Error("broken check");
    };
    const state = await createHealth({ checks: { postgres: throwing } }).ready();
    expect(state.dependencies["postgres"]?.reason).toBe("broken check");
  });

  test("ends when the process drains, and liveness stays", async () => {
    const health = createHealth({ checks: { postgres: fine } });
    health.drain();
    const state = await health.ready();
    expect(state.ready).toBe(false);
    expect(state.dependencies["process"]?.reason).toBe("It is shutting down.");
    expect(health.live().alive).toBe(true);
  });
});

describe("liveness", () => {
  test("does not ask dependencies: a restart would not bring them back", () => {
    const failing = () => Promise.reject(new Error("away"));
    expect(createHealth({ checks: { postgres: failing } }).live().alive).toBe(true);
  });

  test("is lost with its reason when work stands still", async () => {
    const health = createHealth({ checks: {}, stuck: () => "The reader stands still." });
    expect(health.live()).toEqual({ alive: false, reason: "The reader stands still." });
    expect((await health.ready()).stuck).toBe("The reader stands still.");
  });
});

describe("a heartbeat", () => {
  test("is missed after its time and found again with the next beat", () => {
    let nowMs = 0;
    const reader = createHeartbeat("The reader", 10_000, () => nowMs);
    nowMs = 10_000;
    expect(reader.stuck()).toBeNull();
    nowMs = 12_400;
    expect(reader.stuck()).toBe("The reader has not moved for 12 s.");
    reader.beat();
    expect(reader.stuck()).toBeNull();
  });

  test("of several: the first that is missed is told", () => {
    expect(firstStuck([() => null, () => "b", () => "c"])()).toBe("b");
    expect(firstStuck([() => null])()).toBeNull();
  });
});

describe("the health server", () => {
  let server: HealthServer | null = null;
  afterEach(() => server?.stop());

  function serve(settings: HealthSettings): string {
    const metrics = createMetrics({ defaults: false });
    server = startHealthServer({ port: 0, health: createHealth(settings), metrics });
    return `http://127.0.0.1:${server.port}`;
  }

  test("answers 200 for a healthy role and shows its metrics", async () => {
    const url = serve({ checks: { redis: fine } });
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    const metrics = await fetch(`${url}/metrics`);
    expect(metrics.headers.get("content-type")).toStartWith("text/plain; version=0.0.4");
    expect(await metrics.text()).toContain("leadline_stuck 0");
    expect((await fetch(`${url}/elsewhere`)).status).toBe(404);
  });

  test("answers 503 with the reason otherwise", async () => {
    const url = serve({ checks: { redis: () => Promise.reject(new Error("away")) } });
    const answer = await fetch(`${url}/health/ready`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ dependencies: { redis: { reason: "away" } } });
  });

  test("says which variable to change when its port is taken", () => {
    serve({ checks: {} });
    const settings = { health: createHealth({ checks: {} }), metrics: createMetrics({}) };
    expect(() => startHealthServer({ ...settings, port: server?.port ?? 0 })).toThrow(
      /Set HEALTH_PORT/,
    );
  });
});

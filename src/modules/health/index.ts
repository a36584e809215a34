import { Elysia, t } from "elysia";

const Dependency = t.Object({
  ok: t.Boolean(),
  reason: t.Nullable(t.String({ description: "Why it cannot be used, in words." })),
  durationMs: t.Number(),
});

const Readiness = t.Object(
  {
    ready: t.Boolean(),
    dependencies: t.Record(t.String(), Dependency),
    stuck: t.Nullable(
      t.String({ description: "Why work stands still although the process lives." }),
    ),
  },
  {
    title: "Readiness",
    description: "Whether to send traffic here, with a verdict for each dependency.",
  },
);

const Liveness = t.Object(
  { alive: t.Boolean(), reason: t.Nullable(t.String()) },
  { title: "Liveness", description: "Whether the process gets on; if not, restart it." },
);

export interface HealthDeps {
  live(): typeof Liveness.static;
  ready(): Promise<typeof Readiness.static>;
  metrics: { contentType: string; render(): Promise<string> };
}

/** Liveness, readiness and metrics, for people, load balancers and Prometheus. */
export function healthModule({ live, ready, metrics }: HealthDeps) {
  const common = { tags: ["Operations"], security: [], "x-access": "public (none)" };
  return new Elysia({ name: "health" })
    .get(
      "/health/live",
      ({ status }) => {
        const state = live();
        return status(state.alive ? 200 : 503, state);
      },
      {
        response: { 200: Liveness, 503: Liveness },
        detail: {
          ...common,
          summary: "Is this process alive?",
          description: "For whoever restarts it: 503 asks for that.",
        },
      },
    )
    .get(
      "/health/ready",
      async ({ status }) => {
        const state = await ready();
        return status(state.ready ? 200 : 503, state);
      },
      {
        response: { 200: Readiness, 503: Readiness },
        detail: {
          ...common,
          summary: "Can this process take traffic, and if not, why?",
          description: "For whoever routes: 503 asks to send requests elsewhere for now.",
        },
      },
    )
    .get(
      "/metrics",
      async ({ set }) => {
        set.headers["content-type"] = metrics.contentType;
        return await metrics.render();
      },
      {
        response: { 200: t.String({ description: "Prometheus text format." }) },
        detail: {
          ...common,
          summary: "Numbers for Prometheus",
          description: "Its text format: queue depth and age, processing times, failures, workers.",
        },
      },
    );
}

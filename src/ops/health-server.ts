import { AppError } from "../lib/errors.ts";
import type { Health } from "./health.ts";
import type { Metrics } from "./metrics.ts";

export interface HealthServer {
  port: number;
  stop(): Promise<void>;
}

/**
 * `/health/live`, `/health/ready` and `/metrics` for roles without the HTTP API. Port 0 takes a free
 * one. Throws AppError("invalid_config") when the port is taken.
 */
export function startHealthServer(settings: {
  port: number;
  health: Health;
  metrics: Metrics;
}): HealthServer {
  const { health, metrics } = settings;
  const server = listen(settings.port, {
    "/health/live": () => {
      const state = health.live();
      return Response.json(state, { status: state.alive ? 200 : 503 });
    },
    "/health/ready": async () => {
      const state = await health.ready();
      return Response.json(state, { status: state.ready ? 200 : 503 });
    },
    "/metrics": async () =>
      new Response(await metrics.render(), { headers: { "content-type": metrics.contentType } }),
  });
  return { port: server.port ?? settings.port, stop: () => server.stop(true) };
}

function listen(port: number, routes: Record<string, () => Response | Promise<Response>>) {
  try {
    return Bun.serve({ port, routes, fetch: () => new Response("Not found", { status: 404 }) });
  } catch (cause) {
    throw new AppError(
      "invalid_config",
      `Port ${port} for health and metrics is taken. Set HEALTH_PORT to a free one.`,
      { port },
      cause,
    );
  }
}

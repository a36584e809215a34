import { Elysia } from "elysia";
import { controlRoutes } from "./control/routes.ts";
import type { SimulatorDeps } from "./deps.ts";
import { accountRoutes } from "./graph/account-routes.ts";
import { mediaRoutes } from "./graph/media-routes.ts";
import { graphRoutes } from "./graph/routes.ts";
import { createModelDesk } from "./model/desk.ts";
import { modelServerRoutes } from "./model/routes.ts";
import { transcriptionRoutes } from "./model/transcriptions.ts";
import { templateRoutes } from "./templates/routes.ts";
import { createWorld } from "./world.ts";

/**
 * Plays Meta's Graph API, the leads' phones and the model under `/simulator`. `app` holds
 * `/graph`, `/openai/v1` and `/api`; the phone page is mounted beside it. `stop` ends everything
 * under way and drops what was not delivered.
 */
export function createSimulator(deps: SimulatorDeps) {
  const world = createWorld(deps);
  const model = createModelDesk(world.settings.modelLatencyMs);
  const app = new Elysia({ prefix: "/simulator" })
    .use(graphRoutes(world))
    .use(accountRoutes(world))
    .use(templateRoutes(world))
    .use(mediaRoutes(world))
    .use(modelServerRoutes(world, model))
    .use(transcriptionRoutes(world, model))
    .use(controlRoutes(world, model));
  return {
    app,
    async stop(): Promise<void> {
      world.outbox.reset();
      await world.lifetime.stop();
    },
  };
}

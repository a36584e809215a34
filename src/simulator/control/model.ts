import { Elysia } from "elysia";
import type { ModelDesk } from "../model/desk.ts";
import { ScriptBody } from "./schemas.ts";
import { strictly } from "./strictly.ts";

const tags = ["Simulator: model"];

/** Tells the model what to say next, and shows what it was asked. */
export function modelRoutes(model: ModelDesk) {
  return new Elysia()
    .get("/model", () => model.state(), {
      detail: { tags, summary: "Answers still queued, and the latest calls with their prompts" },
    })
    .post(
      "/model",
      ({ body }) => {
        if (body.latencyMs !== undefined) model.setLatency(body.latencyMs);
        if (body.server !== undefined) model.setServer(body.server);
        for (const line of body.script ?? []) model.queue(line);
        return model.state();
      },
      {
        transform: strictly({ body: ScriptBody }),
        body: ScriptBody,
        detail: {
          tags,
          summary: "Queue the model's next answers, by step",
          description:
            "Each is used once, in order, before the rules answer. With match.text only for a prompt that contains it. latencyMs changes how long the model thinks; server makes it one of those that know less than OpenAI.",
        },
      },
    )
    .delete("/model", () => ({ removed: model.clearScript() }), {
      detail: { tags, summary: "Drop the queued answers" },
    });
}

import type { AnyElysia } from "elysia";
import { Elysia } from "elysia";
import { dashboard } from "../dashboard/serve.ts";
import { accessLog } from "../http/plugins/access-log.ts";
import { bodyLimit, SERVER_BODY_LIMIT_BYTES } from "../http/plugins/body-limit.ts";
import { clientAddress } from "../http/plugins/client-address.ts";
import { errors } from "../http/plugins/errors.ts";
import { openapi } from "../http/plugins/openapi.ts";
import { requestId } from "../http/plugins/request-id.ts";
import { securityHeaders } from "../http/plugins/security-headers.ts";
import { storableInput } from "../http/plugins/storable-input.ts";
import { strictInput } from "../http/plugins/strict-input.ts";
import { systemClock } from "../lib/clock.ts";
import { healthModule } from "../modules/health/index.ts";
import { webhookModule } from "../modules/webhook/index.ts";
import type { WebhookRoutes } from "../modules/webhook/routing.ts";
import type { Health } from "../ops/health.ts";
import { websocketSettings } from "../realtime/index.ts";
import type { Core } from "./core.ts";
import { restApi } from "./rest.ts";

const MAX_JSON_BYTES = 1024 * 1024;
/** These read their bodies themselves, as streams, and count. */
const OWN_LIMITS = ["/webhooks/", "/api/v1/files", "/simulator/"];

const apiInfo = {
  version: "0.1.0",
  description:
    "Leadline answers WhatsApp leads. People sign in and work with conversations under `/api/v1`; WhatsApp's webhooks come in here; health and metrics tell how it is doing. Errors are `application/problem+json` with a stable `code`, a `detail` for engineers and a `userMessage` for people.",
  tags: [
    { name: "Sign-in", description: "Sessions, and tickets for the live socket." },
    { name: "Leads", description: "Who writes to the business, and what the team knows of them." },
    { name: "Conversations", description: "The inbox and what people do with it." },
    { name: "Messages", description: "A chat, and writing in it as a person." },
    { name: "Turns", description: "Why the bot did what it did, and what it would do otherwise." },
    { name: "People", description: "The members of an organization and what they may do." },
    { name: "API keys", description: "What lets programs in, and how far." },
    { name: "Organization", description: "What the business is, and how its bot behaves." },
    { name: "WhatsApp numbers", description: "Connecting numbers, and how each of them is." },
    { name: "Knowledge", description: "Facts and prices: all that the bot may state." },
    { name: "CTAs", description: "The next steps that the bot may offer." },
    { name: "Bookings", description: "The action centre: what leads agreed to." },
    { name: "Templates", description: "What may be sent when WhatsApp's window is closed." },
    { name: "Follow-ups", description: "When the bot writes again by itself, and what waits." },
    { name: "Prompts", description: "How the bot is told to think and write, as versions." },
    { name: "Analytics", description: "What came of it, in any period and time zone." },
    { name: "Usage", description: "What the model and WhatsApp's messages cost." },
    { name: "Audit", description: "Who changed what, when and from where." },
    { name: "Alerts", description: "What the people of an organization should know of." },
    { name: "Live", description: "What happens, as it happens: the WebSocket `/live`." },
    { name: "Webhooks", description: "Where Meta delivers messages and statuses." },
    {
      name: "Internal",
      description: "For the operators' own services, with keys from `INTERNAL_API_KEYS`.",
    },
    { name: "Operations", description: "Health, metrics, the queue and its dead letters." },
  ],
};

export interface AppDeps {
  core: Core;
  health: Health;
  routes: WebhookRoutes;
  /** Mounted beside the API: the simulator, where there is one. */
  extra: readonly AnyElysia[];
}

/** The HTTP application. Plugins come first: Elysia's hooks reach only routes registered later. */
export function createApp({ core, health, routes, extra }: AppDeps) {
  const { config, log, metrics } = core;
  const app = new Elysia({
    // Unknown fields are refused, not silently dropped.
    normalize: false,
    websocket: websocketSettings,
    serve: { maxRequestBodySize: SERVER_BODY_LIMIT_BYTES },
  })
    .use(requestId())
    .use(securityHeaders({ https: config.http.publicUrl.startsWith("https://") }))
    .use(accessLog({ log }))
    .use(errors({ log }))
    .use(bodyLimit({ maxBytes: MAX_JSON_BYTES, exemptPrefixes: OWN_LIMITS }))
    .use(storableInput())
    .use(openapi(apiInfo))
    .use(
      webhookModule({
        platformSecrets: core.appSecrets,
        verifyTokens: core.verifyTokens,
        routes,
        append: core.appendSafely,
        now: systemClock.now,
        outcome: (name) =>
          name === "item_dropped" ? metrics.webhookItems(name, 1) : metrics.webhook(name),
        crash: core.crash,
        clientAddress: clientAddress(config.http.trustedProxies),
        log,
      }),
    )
    .use(restApi(core))
    .use(dashboard())
    .use(healthModule({ live: health.live, ready: health.ready, metrics }));
  return strictInput(extra.reduce<AnyElysia>((whole, part) => whole.use(part), app));
}

import { Elysia, t } from "elysia";
import type { ModelDesk } from "../model/desk.ts";
import { resetWorld, type World } from "../world.ts";
import { echoRoutes } from "./echoes.ts";
import { faultRoutes } from "./faults.ts";
import { leadMediaRoutes } from "./media.ts";
import { identityOf, messageRoutes } from "./messages.ts";
import { modelRoutes } from "./model.ts";
import { noticeRoutes } from "./notices.ts";
import { phoneRoutes } from "./phone.ts";
import { problemFor } from "./problem.ts";
import { ClockBody } from "./schemas.ts";
import { strictly } from "./strictly.ts";
import { tokenRoutes } from "./tokens.ts";

const tags = ["Simulator: control"];
const strict = { additionalProperties: false };
const LedgerQuery = t.Object({ to: t.Optional(t.String()) }, strict);
const NumberQuery = t.Object({ phoneNumberId: t.Optional(t.String()) }, strict);

function configRoute(world: World) {
  return new Elysia().get(
    "/config",
    ({ query }) => {
      const { webhookUrl, phoneNumberId, wabaId, appSecret, verifyToken, organizationId } =
        identityOf(world, query.phoneNumberId);
      return { webhookUrl, phoneNumberId, wabaId, appSecret, verifyToken, organizationId };
    },
    {
      transform: strictly({ query: NumberQuery }),
      query: NumberQuery,
      detail: { tags, summary: "What one needs to sign webhooks like this simulator" },
    },
  );
}

function ledgerRoute({ ledger }: World) {
  return new Elysia().get(
    "/ledger",
    ({ query }) => ({ data: ledger.list(query.to?.replace(/^\+/, "")) }),
    {
      transform: strictly({ query: LedgerQuery }),
      query: LedgerQuery,
      detail: {
        tags,
        summary: "Every send the Graph API accepted, oldest first",
        description: "to: phone digits or BSUID, as the send was addressed.",
      },
    },
  );
}

function clockRoute({ deps, chats }: World) {
  return new Elysia().post(
    "/clock",
    async ({ body }) => {
      await deps.advanceClock(body.advanceMs);
      const now = deps.clock.now().toISOString();
      chats.broadcast({ type: "clock", now });
      return { now };
    },
    {
      transform: strictly({ body: ClockBody }),
      body: ClockBody,
      detail: { tags, summary: "Move the business into its future" },
    },
  );
}

function resetRoute(world: World, model: ModelDesk) {
  return new Elysia().post(
    "/reset",
    () => {
      resetWorld(world);
      model.reset();
      return { reset: true };
    },
    { detail: { tags, summary: "Forget everything but the clock" } },
  );
}

/** `/api`: what tests and the phone page steer the simulator with. */
export function controlRoutes(world: World, model: ModelDesk) {
  return new Elysia({ prefix: "/api" })
    .onError({ as: "scoped" }, ({ code, error }) => problemFor(code, error))
    .use(configRoute(world))
    .use(messageRoutes(world))
    .use(noticeRoutes(world))
    .use(leadMediaRoutes(world))
    .use(echoRoutes(world))
    .use(faultRoutes(world))
    .use(ledgerRoute(world))
    .use(tokenRoutes(world))
    .use(clockRoute(world))
    .use(phoneRoutes(world))
    .use(modelRoutes(model))
    .use(resetRoute(world, model));
}

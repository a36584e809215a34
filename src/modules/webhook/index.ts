import { Elysia } from "elysia";
import type { ClientAddress, PeerSource } from "../../http/plugins/client-address.ts";
import { requestIdOf } from "../../http/plugins/request-id.ts";
import { AppError } from "../../lib/errors.ts";
import { createAbuseGuard } from "./abuse.ts";
import { deliveryDetail, handshakeDetail } from "./docs.ts";
import { answerHandshake } from "./handshake.ts";
import { type Delivery, type ReceiveDeps, receive } from "./receive.ts";

export interface WebhookDeps extends Omit<ReceiveDeps, "abuse"> {
  /** Secrets of the installation's own Meta app, newest first. */
  platformSecrets: readonly string[];
  verifyTokens: readonly string[];
  clientAddress: ClientAddress;
}

interface Context {
  request: Request;
  server: PeerSource | null;
  set: { headers: Record<string, string | number> };
}

/**
 * Meta's way in: `/webhooks/whatsapp` for numbers under the installation's Meta app,
 * `/webhooks/whatsapp/{key}` for those of an organization's own. Nothing here asks the database.
 */
export function webhookModule(deps: WebhookDeps) {
  const receiveDeps: ReceiveDeps = { ...deps, abuse: createAbuseGuard() };
  const take = async ({ request, server, set }: Context, signing: Signing) => {
    await receive(receiveDeps, {
      request,
      requestId: requestIdOf(set),
      source: () => deps.clientAddress(request, server),
      ...signing,
    });
    return "ok";
  };
  return new Elysia({ name: "webhook", prefix: "/webhooks/whatsapp" })
    .get("", ({ request }) => handshake(request, deps.verifyTokens), {
      detail: handshakeDetail(false),
    })
    .get(
      "/:key",
      ({ request, params }) => handshake(request, keyed(deps, params.key).verifyTokens),
      {
        detail: handshakeDetail(true),
      },
    )
    .post(
      "",
      ({ request, server, set }) =>
        take(
          { request, server, set },
          { signer: { app: "platform" }, secrets: deps.platformSecrets },
        ),
      { parse: "none", detail: deliveryDetail(false) },
    )
    .post(
      "/:key",
      ({ request, server, set, params }) => {
        const { organizationId, appSecrets } = keyed(deps, params.key);
        return take(
          { request, server, set },
          { signer: { app: "own", organizationId }, secrets: appSecrets },
        );
      },
      { parse: "none", detail: deliveryDetail(true) },
    );
}

type Signing = Pick<Delivery, "signer" | "secrets">;

/** An unknown key has no secrets, so that it fails like a wrong signature and cannot be guessed. */
function keyed({ routes }: WebhookDeps, key: string) {
  return routes.byKey(key) ?? { organizationId: "", appSecrets: [], verifyTokens: [] };
}

function handshake(request: Request, verifyTokens: readonly string[]): Response {
  const challenge = answerHandshake(new URL(request.url).searchParams, verifyTokens);
  if (challenge === null) throw new AppError("forbidden", "This verify token is not known.");
  return new Response(challenge, { headers: { "content-type": "text/plain; charset=utf-8" } });
}

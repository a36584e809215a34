import { Elysia, t } from "elysia";
import type { World } from "../world.ts";
import { identityOf } from "./messages.ts";
import { strictly } from "./strictly.ts";

const tags = ["Simulator: control"];
const strict = { additionalProperties: false };
const TokenBody = t.Object({ phoneNumberId: t.Optional(t.String()) }, strict);
const TokenQuery = t.Object({ accessToken: t.String() }, strict);

/** Access tokens as Meta's settings issue and revoke them, to try a rotation. */
export function tokenRoutes(world: World) {
  return new Elysia()
    .post(
      "/tokens",
      ({ body, set }) => {
        set.status = 201;
        return { accessToken: world.tokens.issue(identityOf(world, body.phoneNumberId)) };
      },
      {
        transform: strictly({ body: TokenBody }),
        body: TokenBody,
        detail: { tags, summary: "A further access token for a number" },
      },
    )
    .delete("/tokens", ({ query }) => ({ revoked: world.tokens.revoke(query.accessToken) }), {
      transform: strictly({ query: TokenQuery }),
      query: TokenQuery,
      detail: { tags, summary: "Revoke an access token" },
    });
}

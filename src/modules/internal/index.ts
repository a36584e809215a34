import { Elysia } from "elysia";
import { Idempotency, IdParams } from "../../http/plugins/fields.ts";
import type { Mutate } from "../mutate.ts";
import * as docs from "./docs.ts";
import { type GuardDeps, internalGuard } from "./guard.ts";
import { LeadQuery, NumberQuery, TurnBody } from "./model.ts";
import { enqueueTurn, findLead, findNumber } from "./service.ts";

/** What operators' own services may ask, each with its own key. Without keys it is closed. */
export function internalModule({ mutate, ...deps }: GuardDeps & { mutate: Mutate }) {
  const { db } = deps;
  return new Elysia({ name: "internal", prefix: "/internal/v1" })
    .use(internalGuard(deps))
    .get("/leads", ({ caller, query }) => findLead(db, caller, query), {
      ...docs.lead,
      query: LeadQuery,
    })
    .get("/numbers", ({ caller, query }) => findNumber(db, caller, query), {
      ...docs.number,
      query: NumberQuery,
    })
    .post(
      "/conversations/:id/turns",
      async ({ caller, params: { id }, body: { organizationId }, headers, status }) => {
        const key = headers["idempotency-key"];
        const waking = { organizationId, conversationId: id, key };
        return status(202, await enqueueTurn({ db, mutate }, caller, waking));
      },
      { ...docs.turn, parse: "json", params: IdParams, headers: Idempotency, body: TurnBody },
    );
}

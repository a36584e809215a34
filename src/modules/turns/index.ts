import { Elysia } from "elysia";
import type { Db } from "../../db/client.ts";
import type { Auth } from "../../http/plugins/auth.ts";
import { IdParams } from "../../http/plugins/fields.ts";
import type { Mutate } from "../mutate.ts";
import * as docs from "./docs.ts";
import { ReplayBody, TurnsQuery } from "./model.ts";
import { getTurn, listTurns } from "./read.ts";
import { type Rethink, replayTurn } from "./replay.ts";

/** Beyond the replay's own deadline. */
const SILENCE_SECONDS = 60;

interface TurnsDeps {
  db: Db;
  auth: Auth;
  mutate: Mutate;
  rethink: Rethink;
  /** Counts a replay of the organization. Fails with `too_many_requests`. */
  limitReplays(organizationId: string): Promise<void>;
}

/** Why the bot did what it did. */
export function turnsModule({ db, auth, mutate, rethink, limitReplays }: TurnsDeps) {
  const params = { params: IdParams };
  return new Elysia({ name: "turns", prefix: "/api/v1" })
    .use(auth)
    .get(
      "/conversations/:id/turns",
      ({ actor, params: { id }, query }) => listTurns(db, actor.organizationId, id, query),
      { ...docs.list, ...params, query: TurnsQuery },
    )
    .get("/turns/:id", ({ actor, params: { id } }) => getTurn(db, actor.organizationId, id), {
      ...docs.one,
      ...params,
    })
    .post(
      "/turns/:id/replay",
      async ({ actor, params: { id }, body, request, server }) => {
        await limitReplays(actor.organizationId);
        // Bun would close a connection that is silent for 10 s.
        server?.timeout(request, SILENCE_SECONDS);
        const { promptVersionId } = body;
        const asked = { turnId: id, promptVersionId, signal: request.signal };
        return await replayTurn({ mutate, rethink }, actor, asked);
      },
      { ...docs.replay, ...params, parse: "json", body: ReplayBody },
    );
}

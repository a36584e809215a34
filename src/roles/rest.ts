import { Elysia } from "elysia";
import { inspectQueue } from "../../streams/inspect.ts";
import { auth } from "../http/plugins/auth.ts";
import { clientAddress } from "../http/plugins/client-address.ts";
import { sessionToken } from "../modules/auth/cookie.ts";
import { authModule } from "../modules/auth/index.ts";
import { createLoginLimits } from "../modules/auth/login-limits.ts";
import { authenticate } from "../modules/auth/sessions.ts";
import { conversationActions } from "../modules/conversations/actions.ts";
import { conversationsModule } from "../modules/conversations/index.ts";
import { messagesModule } from "../modules/messages/index.ts";
import { queueModule } from "../modules/queue/index.ts";
import type { Core } from "./core.ts";

/** What REST needs of a process. */
export type RestCore = Pick<Core, "config" | "db" | "redis" | "keyspace" | "clock" | "announcer">;

/** Everything under `/api/v1`, for people with a session. */
export function restApi({ config, db, redis, keyspace, clock, announcer }: RestCore) {
  const { publicUrl, trustedProxies } = config.http;
  const { announce } = announcer;
  const guard = auth({
    authenticate: (request) => authenticate(db, sessionToken(request)),
    publicUrl,
  });
  return new Elysia({ name: "rest" })
    .use(
      authModule({
        db,
        auth: guard,
        publicUrl,
        clientAddress: clientAddress(trustedProxies),
        limits: createLoginLimits(redis, `{${keyspace.prefix}:0}:login`),
        verifyPassword: (password, passwordHash) => Bun.password.verify(password, passwordHash),
      }),
    )
    .use(
      conversationsModule({
        db,
        clock,
        auth: guard,
        actions: conversationActions({ db, announce }),
      }),
    )
    .use(messagesModule({ db, clock, auth: guard, announce }))
    .use(queueModule({ db, auth: guard, inspect: () => inspectQueue({ redis, keyspace }) }));
}

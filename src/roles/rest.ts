import { Elysia } from "elysia";
import { inspectQueue } from "../../streams/inspect.ts";
import { auth } from "../http/plugins/auth.ts";
import { clientAddress } from "../http/plugins/client-address.ts";
import { systemClock } from "../lib/clock.ts";
import { apiKeysModule } from "../modules/api-keys/index.ts";
import { auditModule } from "../modules/audit/index.ts";
import { authenticate } from "../modules/auth/authenticate.ts";
import { authModule } from "../modules/auth/index.ts";
import { createAuthLimits } from "../modules/auth/limits.ts";
import { createPasswords } from "../modules/auth/passwords.ts";
import { createTokens } from "../modules/auth/tokens.ts";
import { conversationActions } from "../modules/conversations/actions.ts";
import { conversationsModule } from "../modules/conversations/index.ts";
import { internalModule } from "../modules/internal/index.ts";
import { messagesModule } from "../modules/messages/index.ts";
import { createMutate } from "../modules/mutate.ts";
import { operatorsModule } from "../modules/operators/index.ts";
import { organizationModule } from "../modules/organization/index.ts";
import { queueModule } from "../modules/queue/index.ts";
import { createRequestLimit, subjectOf } from "../modules/request-limit.ts";
import { usersModule } from "../modules/users/index.ts";
import type { Core } from "./core.ts";

/** What REST needs of a process. */
export type RestCore = Pick<
  Core,
  "config" | "db" | "redis" | "keyspace" | "clock" | "announcer" | "sessionSecrets" | "box"
>;

/** Everything under `/api/v1` and `/internal/v1`. */
export function restApi(core: RestCore) {
  const { config, db, redis, keyspace, clock, announcer } = core;
  const { publicUrl, trustedProxies } = config.http;
  const limits = redis.of(0);
  const keyPrefix = `{${keyspace.prefix}:0}`;
  const tokens = createTokens(core.sessionSecrets, systemClock);
  const addresses = clientAddress(trustedProxies);
  const mutate = createMutate({ db, announce: announcer.announce });
  const countRequest = createRequestLimit(limits, `${keyPrefix}:requests`);
  const guard = auth({
    authenticate: (request) => authenticate(db, tokens, request),
    clientAddress: addresses,
    limit: (principal, headers) => countRequest(subjectOf(principal), headers),
  });
  return new Elysia({ name: "rest" })
    .use(
      authModule({
        db,
        mutate,
        tokens,
        auth: guard,
        publicUrl,
        clientAddress: addresses,
        limits: createAuthLimits(limits, `${keyPrefix}:auth`),
        passwords: createPasswords(),
      }),
    )
    .use(conversationsModule({ db, clock, auth: guard, actions: conversationActions(mutate) }))
    .use(messagesModule({ db, clock, auth: guard, mutate }))
    .use(usersModule({ db, auth: guard, mutate }))
    .use(apiKeysModule({ db, auth: guard, mutate }))
    .use(organizationModule({ db, auth: guard, mutate }))
    .use(auditModule({ db, auth: guard }))
    .use(operatorsModule({ db, auth: guard }))
    .use(
      internalModule({
        db,
        mutate,
        clock: systemClock,
        keys: config.security.internalApiKeys,
        limit: createRequestLimit(limits, `${keyPrefix}:internal`),
        clientAddress: addresses,
      }),
    )
    .use(queueModule({ db, auth: guard, inspect: () => inspectQueue({ redis, keyspace }) }));
}

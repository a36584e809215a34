import { Elysia } from "elysia";
import { inspectQueue } from "../../streams/inspect.ts";
import { createReplay } from "../flows/replay.ts";
import { createTemplateSync } from "../flows/templates/sync.ts";
import { type Auth, auth } from "../http/plugins/auth.ts";
import { type ClientAddress, clientAddress } from "../http/plugins/client-address.ts";
import { systemClock } from "../lib/clock.ts";
import { builtInPrompt, promptHash } from "../llm/prompts/catalogue.ts";
import { createThinker } from "../llm/thinker.ts";
import { createTraffic } from "../llm/traffic.ts";
import { alertsModule } from "../modules/alerts/index.ts";
import { analyticsModule } from "../modules/analytics/index.ts";
import { apiKeysModule } from "../modules/api-keys/index.ts";
import { auditModule } from "../modules/audit/index.ts";
import { authenticate } from "../modules/auth/authenticate.ts";
import { authModule } from "../modules/auth/index.ts";
import { createAuthLimits } from "../modules/auth/limits.ts";
import { joiningModule } from "../modules/auth/newcomers.ts";
import { createPasswords } from "../modules/auth/passwords.ts";
import { createTokens, type Tokens } from "../modules/auth/tokens.ts";
import { bookingsModule } from "../modules/bookings/index.ts";
import { conversationActions } from "../modules/conversations/actions.ts";
import { conversationsModule } from "../modules/conversations/index.ts";
import { ctasModule } from "../modules/ctas/index.ts";
import { deadLettersModule } from "../modules/dead-letters/index.ts";
import { factsModule } from "../modules/facts/index.ts";
import { filesModule } from "../modules/files/index.ts";
import { followUpsModule } from "../modules/follow-ups/index.ts";
import { internalModule } from "../modules/internal/index.ts";
import { invitationsModule } from "../modules/invitations/index.ts";
import { leadsModule } from "../modules/leads/index.ts";
import { mediaModule } from "../modules/media/index.ts";
import { createPassOffice } from "../modules/media/signed-path.ts";
import { messagesModule } from "../modules/messages/index.ts";
import { createMutate, type Mutate } from "../modules/mutate.ts";
import { numbersModule } from "../modules/numbers/index.ts";
import { operatorsModule } from "../modules/operators/index.ts";
import { organizationModule } from "../modules/organization/index.ts";
import { promptsModule } from "../modules/prompts/index.ts";
import { queueModule } from "../modules/queue/index.ts";
import { createRequestLimit, subjectOf } from "../modules/request-limit.ts";
import { templatesModule } from "../modules/templates/index.ts";
import { turnsModule } from "../modules/turns/index.ts";
import { usageModule } from "../modules/usage/index.ts";
import { usersModule } from "../modules/users/index.ts";
import { openStore } from "../storage/open.ts";
import { sniff } from "../storage/sniff.ts";
import { createGraphAccount } from "../whatsapp/account.ts";
import { createGraphTemplates } from "../whatsapp/template-client.ts";
import type { Core } from "./core.ts";
import { countModelCall, SIMULATED_KEY } from "./model-calls.ts";

/** Connecting asks Meta twice in a row, within the 10 s that Bun leaves a silent connection. */
const META_DEADLINE_MS = 4_000;

/** Of one organization: each costs what a turn costs. */
const REPLAYS_A_MINUTE = 10;

/** What REST needs of a process. */
export type RestCore = Pick<
  Core,
  | "config"
  | "db"
  | "redis"
  | "keyspace"
  | "clock"
  | "announcer"
  | "mailer"
  | "sessionSecrets"
  | "appSecrets"
  | "box"
  | "log"
  | "metrics"
>;

/** Everything under `/api/v1` and `/internal/v1`. */
export function restApi(core: RestCore) {
  const { config, db, redis, keyspace, clock, announcer } = core;
  const { trustedProxies } = config.http;
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
  const resource = { db, clock, auth: guard, mutate };
  return new Elysia({ name: "rest" })
    .use(accountsApi(core, { ...resource, tokens, clientAddress: addresses, keyPrefix }))
    .use(resources(core, resource))
    .use(auditModule(resource))
    .use(alertsModule(resource))
    .use(operatorsModule(resource))
    .use(deadLettersModule(resource))
    .use(
      internalModule({
        ...resource,
        clock: systemClock,
        keys: config.security.internalApiKeys,
        limit: createRequestLimit(limits, `${keyPrefix}:internal`),
        clientAddress: addresses,
      }),
    )
    .use(queueModule({ ...resource, inspect: () => inspectQueue({ redis, keyspace }) }));
}

interface ResourceDeps {
  db: Core["db"];
  clock: Core["clock"];
  auth: Auth;
  mutate: Mutate;
}

/** What an organization works with. */
function resources(core: RestCore, resource: ResourceDeps) {
  const { config, box, announcer, sessionSecrets, appSecrets } = core;
  const { graphUrl, graphVersion } = config.whatsapp;
  const graph = { graphUrl, version: graphVersion, deadlineMs: META_DEADLINE_MS };
  const templates = createGraphTemplates(graph);
  const store = openStore(config.media);
  const sync = createTemplateSync({ ...resource, box, templates, announcer });
  return new Elysia({ name: "resources" })
    .use(leadsModule(resource))
    .use(conversationsModule({ ...resource, actions: conversationActions(resource.mutate) }))
    .use(messagesModule(resource))
    .use(filesModule({ ...resource, store, sniff }))
    .use(turnsModule({ ...resource, ...replays(core) }))
    .use(
      mediaModule({
        ...resource,
        store,
        passes: createPassOffice(sessionSecrets),
        now: systemClock.now,
      }),
    )
    .use(usersModule(resource))
    .use(apiKeysModule(resource))
    .use(organizationModule(resource))
    .use(factsModule(resource))
    .use(ctasModule(resource))
    .use(bookingsModule(resource))
    .use(templatesModule({ ...resource, box, store, templates, sync }))
    .use(followUpsModule(resource))
    .use(promptsModule({ ...resource, catalogue: { builtIn: builtInPrompt, hashOf: promptHash } }))
    .use(analyticsModule(resource))
    .use(usageModule(resource))
    .use(
      numbersModule({
        ...resource,
        box,
        meta: createGraphAccount(graph),
        publicUrl: config.http.publicUrl,
        appSecrets,
      }),
    );
}

/** How a turn is thought again: only `llm` thinks, so it is handed in. */
function replays({ config, db, redis, keyspace, log, metrics }: RestCore) {
  const { baseUrl, apiKey, model, fallbackModel } = config.llm;
  const prefix = `{${keyspace.prefix}:0}:replays`;
  const limit = createRequestLimit(redis.of(0), prefix, REPLAYS_A_MINUTE);
  const traffic = createTraffic({ concurrency: config.llm.concurrency });
  const options = {
    ...{ baseUrl, apiKey: apiKey ?? SIMULATED_KEY, model, fallbackModel, log },
    traffic,
  };
  return {
    rethink: createReplay({
      db,
      thinker: createThinker(options),
      onLlmCall: countModelCall({ metrics, log }),
    }),
    limitReplays: (organizationId: string) => limit(organizationId, {}),
  };
}

interface Common {
  auth: Auth;
  mutate: Mutate;
  tokens: Tokens;
  clientAddress: ClientAddress;
  keyPrefix: string;
}

/** How people get in: by themselves, or invited. */
function accountsApi({ config, db, redis, mailer }: RestCore, { keyPrefix, ...common }: Common) {
  const { publicUrl, signUp } = config.http;
  const limits = createAuthLimits(redis.of(0), `${keyPrefix}:auth`);
  const shared = { ...common, db, publicUrl, sendMail: mailer.send };
  const signIn = { ...shared, limits, passwords: createPasswords(), signUp };
  return new Elysia({ name: "accounts" })
    .use(authModule(signIn))
    .use(joiningModule(signIn))
    .use(invitationsModule({ ...shared, limitMails: limits.invitation }));
}

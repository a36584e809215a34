import { Elysia } from "elysia";
import { loadConfig } from "../../src/config.ts";
import type { OnStatement } from "../../src/db/client.ts";
import { createAnnouncer } from "../../src/flows/announce.ts";
import type { Role } from "../../src/http/plugins/permissions.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { newId } from "../../src/lib/ids.ts";
import type { Mail } from "../../src/lib/mail.ts";
import { createLogger } from "../../src/ops/logger.ts";
import { createApp } from "../../src/roles/app.ts";
import { createCore } from "../../src/roles/core.ts";
import { createSimulator } from "../../src/simulator/simulator.ts";
import { createPublisher } from "../../streams/publish.ts";
import { keyOf, type StreamName } from "../../streams/topology.ts";
import { createWorld } from "../flows/world.ts";
import { testKeyspace } from "../support/database.ts";
import { silentLog } from "../support/servers.ts";
import { answerChecker } from "./contract/answers.ts";

export const PASSWORD = "a long enough password";

export const INTERNAL_SECRET = "a-secret-of-a-service-of-the-operators";
const internalApiKeys = [
  `everything|leads:lookup+numbers:lookup+turns:enqueue|2100-01-01|${INTERNAL_SECRET}`,
  "numbers-only|numbers:lookup|2100-01-01|another-secret-of-a-service-that-knows",
  "expired|leads:lookup+numbers:lookup|2020-01-31|an-old-secret-that-is-good-no-more",
];

/** Every answer's body as a test reads it. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into JSON freely.
export type Json = any;

export interface Answer {
  status: number;
  headers: Headers;
  body: Json;
}

const log = createLogger({ level: "silent", role: "test" });

type Ask = (
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>;

/** The flows' world with the whole HTTP application over it, on real Postgres, Redis and HTTP. */
export async function createRestWorld(
  name: string,
  environment: Record<string, string> = {},
  onStatement?: OnStatement,
) {
  const world = await createWorld(name);
  const keyspace = await testKeyspace(name);
  const meta = startMeta();
  const config = loadConfig({
    DATABASE_URL: world.url,
    REDIS_URL: keyspace.url,
    WHATSAPP_GRAPH_URL: `${meta.url}/simulator/graph`,
    OPENAI_BASE_URL: `${meta.url}/simulator/openai/v1`,
    INTERNAL_API_KEYS: internalApiKeys.join(","),
    ...environment,
  });
  const made = await createCore(config, log, {
    processId: newId(),
    databaseUrl: world.url,
    redisUrl: keyspace.url,
    appSecrets: ["secret"],
    verifyTokens: ["token"],
    sessionSecrets: ["a secret of the tests, long enough to sign with"],
    box: { seal: (text) => text, open: (text) => text, isNewest: () => true },
    embedded: null,
    onStatement,
  });
  const publish = createPublisher({ redis: made.redis, keyspace });
  const announcer = createAnnouncer({ db: made.db, publish, log });
  const mails: Mail[] = [];
  const mailer = { ...made.mailer, send: (mail: Mail) => void mails.push(mail) };
  const app = createApp({
    core: { ...made, keyspace, publish, announcer, mailer, clock: world.clock },
    health: {
      live: () => ({ alive: true, reason: null }),
      ready: async () => ({ ready: true, dependencies: {}, stuck: null }),
      drain() {},
    },
    routes: {
      byPhoneNumberId: () => undefined,
      byWabaId: () => [],
      byKey: () => undefined,
    },
    extra: [],
  }).listen({ hostname: "127.0.0.1", port: 0 });
  const origin = `http://127.0.0.1:${app.server?.port}`;

  // Whatever a test asks, the answer has to be what the OpenAPI document says.
  let checking: Promise<ReturnType<typeof answerChecker>> | undefined;
  const checker = () => {
    checking ??= fetch(`${origin}/swagger/json`).then(async (document) =>
      answerChecker(await document.json()),
    );
    return checking;
  };

  const ask =
    (token?: string): Ask =>
    async (method, path, body, headers = {}) => {
      const answer = await fetch(`${origin}${path}`, {
        method,
        headers: {
          origin,
          ...(token && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      const { status } = answer;
      const wrong = (await checker())({ method, path, status, headers: answer.headers, text });
      if (wrong.length > 0) throw new Error(`${method} ${path}, ${status}: ${wrong.join("; ")}`);
      return {
        status: answer.status,
        headers: answer.headers,
        body: text === "" ? null : JSON.parse(text),
      };
    };

  const rest = {
    world,
    origin,
    redis: made.redis,
    keyspace,
    meta,
    /** Every mail sent so far. */
    mails,
    /** The token in the newest mail to this address. */
    mailedToken: (email: string) => {
      const text = mails.findLast(({ to }) => to === email)?.text ?? "";
      return /#(\S+)/.exec(text)?.[1] ?? "";
    },
    stranger: ask(),
    /** Asks with an access token or an API key. */
    withToken: ask,
    /** A member of the world's organization, or of another one, who has not signed in yet. */
    addUser: async (role: Role, organizationId = world.organizationId) => {
      const userId = newId();
      const email = `${userId}@example.test`;
      // As cheap as argon2 gets: these tests are not about its cost.
      const hash = await Bun.password.hash(PASSWORD, {
        algorithm: "argon2id",
        memoryCost: 8,
        timeCost: 1,
      });
      await world.db.rows`insert into users (id, email, name, password_hash)
        values (${userId}, ${email}, ${`Name of ${role}`}, ${hash})`;
      await world.db.rows`insert into memberships (organization_id, user_id, role)
        values (${organizationId}, ${userId}, ${role})`;
      return { userId, email };
    },
    /** Signs a new member in; `ask` carries the access token. */
    signIn: async (role: Role = "agent", organizationId = world.organizationId) => {
      const user = await rest.addUser(role, organizationId);
      const { accessToken } = await rest.logIn(user.email);
      return { ...user, accessToken, ask: ask(accessToken) };
    },
    logIn: async (email: string, password = PASSWORD) => {
      const answer = await ask()("POST", "/api/v1/auth/login", { email, password });
      const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
      return { ...answer, cookie, accessToken: String(answer.body.accessToken) };
    },
    addOrganization: async () => {
      const id = newId();
      await world.db.rows`insert into organizations (id, name) values (${id}, 'Other')`;
      return id;
    },
    /** Entries that were appended to a stream. */
    entries: async (stream: StreamName): Promise<Json[]> => {
      const found = await made.redis.of(0).xrange(keyOf(keyspace, 0, stream), "-", "+");
      return found.map(([, fields]) => JSON.parse(String(fields[1])));
    },
    events: async (): Promise<Json[]> => {
      const found = await made.redis.of(0).xrange(keyOf(keyspace, 0, "events"), "-", "+");
      return found.map(([, fields]) => JSON.parse(String(fields[1])));
    },
    /** No lead has ever written; people stay signed in. */
    reset: async () => {
      await announcer.flush();
      await world.db
        .rows`truncate leads, ctas, outbox, dead_letters, idempotency_keys, audit_log cascade`;
      await keyspace.clear();
      world.clock.setOffsetMs(0);
      world.sends.length = 0;
    },
    close: async () => {
      await app.stop(true);
      await meta.stop();
      await announcer.flush();
      await made.close();
      await keyspace.clear();
      await world.close();
    },
  };
  return rest;
}

/** Meta with one account of many numbers: each test may connect some that nobody has. */
function startMeta() {
  const identity = {
    wabaId: "900",
    portfolioId: "990",
    businessName: "Northwind Solar",
    appSecret: "meta-app-secret",
    verifyToken: "meta-verify-token",
    organizationId: "",
    accessToken: "EAAG-the-token-of-the-tests",
    webhookUrl: "http://127.0.0.1:1",
  };
  const numbers = Array.from({ length: 500 }, (_, index) => ({
    ...identity,
    phoneNumberId: `70000000${index}`,
    displayPhoneNumber: `+1 415 555 ${index}`,
  }));
  const [first, ...rest] = numbers;
  if (first === undefined) throw new Error("Meta has no numbers.");
  const simulator = createSimulator({
    clock: systemClock,
    advanceClock: async () => {},
    log: silentLog,
    numbers: [first, ...rest],
  });
  const app = new Elysia().use(simulator.app).listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${app.server?.port}`;
  const control = async (method: string, path: string, body?: object): Promise<Json> => {
    const answer = await fetch(`${url}/simulator/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${identity.accessToken}`,
        ...(body && { "content-type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return await answer.json();
  };
  const subscribedApps = `graph/v25.0/${identity.wabaId}/subscribed_apps`;
  let next = 0;
  return {
    url,
    identity,
    /** The id of a number that nobody has connected yet. */
    freshNumber: () => {
      next += 1;
      return `70000000${next}`;
    },
    /** Meta refuses or fails questions about accounts with this code of Graph's, until `reset`. */
    failWith: (code: number, to?: string) =>
      control("POST", "api/faults", {
        target: "graph",
        kind: "account",
        code,
        ...(to && { match: { to } }),
      }),
    issueToken: async (): Promise<string> => (await control("POST", "api/tokens", {})).accessToken,
    isSubscribed: async () => (await control("GET", subscribedApps)).data.length > 0,
    unsubscribe: () => control("DELETE", subscribedApps),
    /** What the simulated Meta is steered with. */
    control,
    /** No faults, no further tokens, the app subscribed. */
    reset: () => control("POST", "api/reset"),
    stop: async () => {
      await app.stop(true);
      await simulator.stop();
    },
  };
}

export type RestWorld = Awaited<ReturnType<typeof createRestWorld>>;

/** A body without what differs between two requests for the same thing. */
export function withoutRequestId({ status, body }: Answer) {
  return { status, body: { ...body, requestId: "" } };
}

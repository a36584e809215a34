import { loadConfig } from "../../src/config.ts";
import { createAnnouncer } from "../../src/flows/announce.ts";
import type { Role } from "../../src/http/plugins/permissions.ts";
import { newId } from "../../src/lib/ids.ts";
import { createLogger } from "../../src/ops/logger.ts";
import { createApp } from "../../src/roles/app.ts";
import { createCore } from "../../src/roles/core.ts";
import { createPublisher } from "../../streams/publish.ts";
import { keyOf, type StreamName } from "../../streams/topology.ts";
import { createWorld } from "../flows/world.ts";
import { testKeyspace } from "../support/database.ts";
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
export async function createRestWorld(name: string) {
  const world = await createWorld(name);
  const keyspace = await testKeyspace(name);
  const made = await createCore(
    loadConfig({
      DATABASE_URL: world.url,
      REDIS_URL: keyspace.url,
      INTERNAL_API_KEYS: internalApiKeys.join(","),
    }),
    log,
    {
      processId: newId(),
      databaseUrl: world.url,
      redisUrl: keyspace.url,
      appSecrets: ["secret"],
      verifyTokens: ["token"],
      sessionSecrets: ["a secret of the tests, long enough to sign with"],
      box: { seal: (text) => text, open: (text) => text },
      embedded: null,
    },
  );
  const publish = createPublisher({ redis: made.redis, keyspace });
  const announcer = createAnnouncer({ db: made.db, publish, log });
  const app = createApp({
    core: { ...made, keyspace, publish, announcer, clock: world.clock },
    health: {
      live: () => ({ alive: true, reason: null }),
      ready: async () => ({ ready: true, dependencies: {}, stuck: null }),
      drain() {},
    },
    routes: {
      byPhoneNumberId: () => undefined,
      byWabaId: () => undefined,
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
      await announcer.flush();
      await made.close();
      await keyspace.clear();
      await world.close();
    },
  };
  return rest;
}

export type RestWorld = Awaited<ReturnType<typeof createRestWorld>>;

/** A body without what differs between two requests for the same thing. */
export function withoutRequestId({ status, body }: Answer) {
  return { status, body: { ...body, requestId: "" } };
}

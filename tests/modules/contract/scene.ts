import { Glob } from "bun";
import type { OnStatement } from "../../../src/db/client.ts";
import { exampleOf } from "../../../src/http/openapi/example.ts";
import { newId } from "../../../src/lib/ids.ts";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";
import {
  fillPath,
  type Method,
  type Operation,
  operationsOf,
  pathParameters,
  resolved,
} from "./operations.ts";

type Params = Record<string, string>;

/** An organization and its owner, who is an operator too. */
export interface Scene {
  rest: RestWorld;
  organizationId: string;
  ownerId: string;
  token: string;
  ask: Awaited<ReturnType<RestWorld["signIn"]>>["ask"];
}

/** What an operation is called with. */
export interface Call {
  params: Params;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: Json;
}

/**
 * What cannot be read off the document. `things`: by collection (`/api/v1/leads`), how to make one and
 * its id, where a POST of the example does not. `calls`: by operationId, what a good call needs.
 * `grow`: by operationId of a list, how to add a row and its id, where `things` is not it.
 */
export interface Fixtures {
  things?: Record<string, (scene: Scene, params: Params) => Promise<string>>;
  calls?: Record<string, (scene: Scene, params: Params) => Promise<Partial<Call>> | Partial<Call>>;
  grow?: Record<string, (scene: Scene, params: Params) => Promise<string>>;
}

async function readFixtures(): Promise<Required<Fixtures>> {
  const all: Required<Fixtures> = { things: {}, calls: {}, grow: {} };
  for (const file of new Glob("*.ts").scanSync(`${import.meta.dir}/fixtures`)) {
    const { fixtures }: { fixtures: Fixtures } = await import(`./fixtures/${file}`);
    Object.assign(all.things, fixtures.things);
    Object.assign(all.calls, fixtures.calls);
    Object.assign(all.grow, fixtures.grow);
  }
  return all;
}

/** A running app with its document, and the means to call every operation as it should be called. */
export async function createContract(name: string, onStatement?: OnStatement) {
  const rest = await createRestWorld(name, {}, onStatement);
  const document = (await rest.stranger("GET", "/swagger/json")).body;
  const operations = operationsOf(document);
  const fixtures = await readFixtures();

  async function newScene(organizationId?: string): Promise<Scene> {
    const organization = organizationId ?? (await rest.addOrganization());
    const { ask, userId, accessToken } = await rest.signIn("owner", organization);
    await rest.world.db.rows`insert into operators (user_id) values (${userId})`;
    return { rest, organizationId: organization, ownerId: userId, token: accessToken, ask };
  }

  /** Makes a thing of the collection and tells its id. */
  async function makeThing(scene: Scene, collection: string, params: Params): Promise<string> {
    const made = fixtures.things[collection];
    if (made) return await made(scene, params);
    const create = operations.find(({ method, path }) => method === "POST" && path === collection);
    if (!create)
      throw new Error(`No fixture makes a thing of ${collection}: add one in fixtures/.`);
    const answer = await send(scene.token, create, await goodCall(scene, create, params));
    const id = answer.body?.id ?? answer.body?.data?.id;
    if (answer.status >= 300 || typeof id !== "string") {
      throw new Error(
        `POST ${collection} made nothing: ${answer.status} ${JSON.stringify(answer.body)}`,
      );
    }
    return id;
  }

  /** Ids for every name in the operation's path, of things that are there. */
  async function makeParams(scene: Scene, path: string): Promise<Params> {
    const params: Params = {};
    for (const name of pathParameters(path)) {
      const collection = path.slice(0, path.indexOf(`/{${name}}`));
      params[name] = await makeThing(scene, collection, params);
    }
    return params;
  }

  async function goodCall(scene: Scene, operation: Operation, params: Params): Promise<Call> {
    const special = await fixtures.calls[operation.id]?.(scene, params);
    const headers = operation.parameters.some(({ name }) => name === "Idempotency-Key")
      ? { "idempotency-key": newId() }
      : {};
    const query = operation.parameters
      .filter((parameter) => parameter.in === "query" && parameter.required)
      .map(({ name, example, schema }) => [
        name,
        String(example ?? exampleOf(schema, document.components.schemas)),
      ]);
    return {
      params: { ...params, ...special?.params },
      headers: { ...headers, ...special?.headers },
      query: { ...Object.fromEntries(query), ...special?.query },
      body: special?.body ?? exampleBody(operation),
    };
  }

  /** The document's example without what refers to other rows, unless it must be there. */
  function exampleBody(operation: Operation): Json {
    if (operation.body === undefined) return undefined;
    const [schema = operation.body] = [resolved(document, operation.body)];
    if (!schema.properties) return operation.bodyExample;
    const kept = Object.entries<Json>(operation.bodyExample).filter(([name]) => {
      const isReference = JSON.stringify(schema.properties[name]).includes('"uuid"');
      return !isReference || schema.required?.includes(name);
    });
    return Object.fromEntries(kept);
  }

  async function send(token: string | undefined, operation: Operation, call: Partial<Call>) {
    const { params = {}, query = {}, headers = {}, body } = call;
    const search = new URLSearchParams(query).toString();
    const path = `${fillPath(operation.path, params)}${search && `?${search}`}`;
    return await rest.withToken(token)(operation.method as Method, path, body, headers);
  }

  /** Every row of every table, but for when somebody was last seen and events about to be published. */
  async function everyRow(): Promise<Json> {
    const tables = await rest.world.db.rows<{ name: string }>`
      select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE'
        and table_name <> 'outbox' order by 1`;
    const parts = tables.map(
      ({ name }) =>
        `select '${name}' as name, md5(coalesce(string_agg(row, ',' order by row), '')) as hash
       from (select (to_jsonb(t) - 'seen_at' - 'last_used_at')::text as row from "${name}" t) r`,
    );
    const [hashes] = await rest.world.db.rows<{ all: Json }>`
      select jsonb_object_agg(name, hash) as all from (${rest.world.db.fragment(parts.join(" union all "))}) a`;
    return hashes?.all;
  }

  return {
    rest,
    document,
    operations,
    fixtures,
    newScene,
    makeThing,
    makeParams,
    goodCall,
    send,
    everyRow,
  };
}

export type Contract = Awaited<ReturnType<typeof createContract>>;

export const nobodysParams = (path: string): Params =>
  Object.fromEntries(pathParameters(path).map((name) => [name, newId()]));

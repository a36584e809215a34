import { Elysia } from "elysia";
import { AppError } from "../../lib/errors.ts";
import type { ClientAddress, PeerSource } from "./client-address.ts";
import { type Action, type Role, roleAllows, type Scope } from "./permissions.ts";
import { requestIdOf } from "./request-id.ts";

/** A signed-in person, acting in one organization. */
export interface Person {
  kind: "person";
  organizationId: string;
  userId: string;
  name: string;
  sessionId: string;
  role: Role;
  /** Runs the installation: may see its queue. */
  isOperator: boolean;
}

/** A program with an API key. */
export interface Machine {
  kind: "key";
  organizationId: string;
  /** Who made the key: what it does is done in their name. */
  userId: string;
  /** The key's. */
  name: string;
  keyId: string;
  scopes: readonly Scope[];
}

/** Who a request comes from. */
export type Principal = Person | Machine;

/** Who did something and from where, as the audit log keeps it. */
export interface Actor {
  organizationId: string;
  kind: "person" | "key" | "operator" | "internal" | "system";
  /** Of the person or key. */
  id: string;
  name: string;
  address: string | null;
  requestId: string | null;
}

/** What a route asks of a person. `self`: nothing but being one, for what is theirs. */
export type PersonAccess = Action | "self" | "operator";

export interface AuthDeps {
  /** Whose request it is. Fails with `unauthenticated`. */
  authenticate(request: Request): Promise<Principal>;
  clientAddress: ClientAddress;
  /** Counts the request against the caller's allowance. Fails with `too_many_requests`. */
  limit(principal: Principal, headers: Record<string, string | number>): Promise<void>;
}

/** A type, not an interface: only types count as records to Elysia. */
type Admitted = {
  principal: Principal;
  actor: Actor;
};

/**
 * `access` on a route asks who is calling before anything else is looked at, and puts `principal` and
 * `actor` on the context; `person` does the same where only a person will do. Routes declare either
 * through `endpoint`, which documents it too.
 */
export function auth({ authenticate, clientAddress, limit }: AuthDeps) {
  const admitted = new WeakMap<Request, Admitted>();
  const of = (request: Request): Admitted => {
    const found = admitted.get(request);
    if (!found) throw new AppError("internal", "A route ran before its sign-in.");
    return found;
  };
  // Before validation: a stranger is told nothing about what a route takes.
  const admit = async (access: PersonAccess, { request, server, set }: Arrival) => {
    set.headers["cache-control"] = "no-store";
    const principal = await authenticate(request);
    await limit(principal, set.headers);
    requireAccess(principal, access);
    const trace = { address: clientAddress(request, server), requestId: requestIdOf(set) };
    admitted.set(request, { principal, actor: actorOf(principal, trace) });
  };
  return new Elysia({ name: "auth" }).macro({
    access: (action: Action) => ({
      transform: (arrival) => admit(action, arrival),
      resolve: ({ request }) => of(request),
    }),
    person: (access: PersonAccess) => ({
      transform: (arrival) => admit(access, arrival),
      resolve: ({ request }) => {
        const { principal, actor } = of(request);
        return { principal: requirePerson(principal), actor };
      },
    }),
  });
}

interface Arrival {
  request: Request;
  server: PeerSource | null;
  set: { headers: Record<string, string | number> };
}

export type Auth = ReturnType<typeof auth>;

/** The audit log's view of a principal. Without a trace: it did not come by a request. */
export function actorOf(
  principal: Principal,
  trace: Pick<Actor, "address" | "requestId"> = { address: null, requestId: null },
): Actor {
  const { organizationId, name } = principal;
  return principal.kind === "person"
    ? { organizationId, kind: "person", id: principal.userId, name, ...trace }
    : { organizationId, kind: "key", id: principal.keyId, name, ...trace };
}

/** Refuses with `forbidden` what the caller's role or scopes do not allow. */
export function requireAccess(principal: Principal, access: PersonAccess): void {
  if (access === "self" || access === "operator") {
    const person = requirePerson(principal);
    if (access === "self" || person.isOperator) return;
    throw new AppError("forbidden", "Only operators of this installation may do this.");
  }
  if (principal.kind === "key") {
    const scopes: readonly string[] = principal.scopes;
    if (scopes.includes(access)) return;
    throw new AppError("forbidden", `The key lacks the scope ${access}.`, { scope: access });
  }
  if (roleAllows(principal.role, access)) return;
  throw new AppError("forbidden", `The role ${principal.role} does not include ${access}.`);
}

function requirePerson(principal: Principal): Person {
  if (principal.kind === "person") return principal;
  throw new AppError("forbidden", "Only a signed-in person may do this, not an API key.");
}

/**
 * Refuses with `forbidden` a request that another site's page may have made with our cookie. Browsers
 * say where a page is from in headers that scripts cannot write; programs that are no browser, and so
 * say nothing, may pass.
 */
export function refuseForeignOrigin(request: Request, publicUrl: string): void {
  if (isSameOrigin(request, publicUrl) !== false) return;
  throw new AppError("forbidden", "The request comes from another site.");
}

/** Undefined when the request does not say where it is from. */
function isSameOrigin(request: Request, publicUrl: string): boolean | undefined {
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  if (origin === null) return undefined;
  if (!URL.canParse(origin)) return false;
  // The address in use may be none of PUBLIC_URL's: 127.0.0.1 for localhost, a name in the house.
  return (
    origin === new URL(publicUrl).origin || new URL(origin).host === request.headers.get("host")
  );
}

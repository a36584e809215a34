import { Elysia } from "elysia";
import { AppError } from "../../lib/errors.ts";

export type Role = "owner" | "admin" | "agent" | "viewer";

/** Who a request comes from: a person, acting in one organization. */
export interface Principal {
  userId: string;
  name: string;
  organizationId: string;
  sessionId: string;
  role: Role;
  /** Runs the installation: may see its queue. */
  isOperator: boolean;
}

/** What a route is for. `write` is anything that changes something; `operate` looks at the queue. */
export type Access = "read" | "write" | "operate";

export interface AuthDeps {
  /** Fails with `unauthenticated`. */
  authenticate(request: Request): Promise<Principal>;
  /** Where browsers find us, for instance `https://leads.example`. */
  publicUrl: string;
}

const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * `access` on a route asks for a session before anything else is looked at, and puts `principal` on
 * the context.
 */
export function auth({ authenticate, publicUrl }: AuthDeps) {
  const principals = new WeakMap<Request, Principal>();
  const admit = async (request: Request, access: Access | "own") => {
    const principal = await authenticate(request);
    if (!SAFE_METHODS.has(request.method)) requireSameOrigin(request, publicUrl);
    if (access !== "own") requireAccess(principal, access);
    principals.set(request, principal);
  };
  return new Elysia({ name: "auth" }).macro({
    /** `own`: one's own session, whatever the role. */
    access: (access: Access | "own") => ({
      // Before validation: a stranger is told nothing about what a route takes.
      transform: async ({ request, set }) => {
        set.headers["cache-control"] = "no-store";
        await admit(request, access);
      },
      resolve: ({ request }) => ({ principal: admitted(principals.get(request)) }),
    }),
  });
}

export type Auth = ReturnType<typeof auth>;

function admitted(principal: Principal | undefined): Principal {
  if (principal === undefined) throw new AppError("internal", "A route ran before its sign-in.");
  return principal;
}

/** Refuses with `forbidden` what the principal's role does not allow. */
export function requireAccess({ role, isOperator }: Principal, access: Access): void {
  if (access === "write" && role === "viewer") {
    throw new AppError("forbidden", "The role viewer may only read.");
  }
  if (access === "operate" && !isOperator) {
    throw new AppError("forbidden", "Only operators of this installation may see this.");
  }
}

/**
 * Refuses with `forbidden` a request that another site's page may have made with our cookie. Browsers
 * say where a page is from in headers that scripts cannot write; a request saying nothing is refused.
 */
function requireSameOrigin(request: Request, publicUrl: string): void {
  if (isSameOrigin(request, publicUrl) === true) return;
  throw new AppError("forbidden", "The request does not come from our own pages.");
}

/** As `requireSameOrigin`, but programs that are no browser, and so say nothing, may pass. */
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

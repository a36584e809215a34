import { createHash, timingSafeEqual } from "node:crypto";
import { Elysia } from "elysia";
import type { Db } from "../../db/client.ts";
import type { ClientAddress, PeerSource } from "../../http/plugins/client-address.ts";
import { requestIdOf } from "../../http/plugins/request-id.ts";
import type { Clock } from "../../lib/clock.ts";
import { AppError } from "../../lib/errors.ts";
import type { InternalKey, InternalScope } from "../../lib/internal-keys.ts";
import type { RequestLimit } from "../request-limit.ts";
import { auditCall, type Caller } from "./calls.ts";

export interface GuardDeps {
  db: Db;
  /** Not business time: a key ends when its last day does. */
  clock: Clock;
  keys: readonly InternalKey[];
  limit: RequestLimit;
  clientAddress: ClientAddress;
}

/** A type, not an interface: only types count as records to Elysia. */
type Admitted = { caller: Caller };

interface Arrival {
  request: Request;
  server: PeerSource | null;
  set: { headers: Record<string, string | number> };
}

/** `internal` on a route admits only services whose key has the scope, and puts `caller` on the context. */
export function internalGuard(deps: GuardDeps) {
  const find = keyFinder(deps.keys, deps.clock);
  const admitted = new WeakMap<Request, Admitted>();

  async function admit(scope: InternalScope, { request, server, set }: Arrival): Promise<void> {
    set.headers["cache-control"] = "no-store";
    const address = deps.clientAddress(request, server);
    const key = find(request);
    await deps.limit(key ? `key ${key.name}` : `address ${address}`, set.headers);
    if (!key) throw new AppError("unauthenticated", "This needs a living key of the internal API.");
    const caller = { name: key.name, address, requestId: requestIdOf(set) };
    if (!key.scopes.includes(scope)) {
      await auditCall(deps.db, caller, { action: "internal_call.refused", resourceId: scope });
      throw new AppError("forbidden", `The key lacks the scope ${scope}.`, { scope });
    }
    admitted.set(request, { caller });
  }

  return new Elysia({ name: "internal-guard" }).macro({
    internal: (scope: InternalScope) => ({
      transform: (arrival) => admit(scope, arrival),
      resolve: ({ request }) => {
        const found = admitted.get(request);
        if (!found) throw new AppError("internal", "A route ran before its guard.");
        return found;
      },
    }),
  });
}

/** Looks at every key whatever it finds, and compares digests: the time taken tells nothing. */
function keyFinder(keys: readonly InternalKey[], clock: Clock) {
  const known = keys.map((key) => ({ key, digest: digestOf(key.secret) }));
  return (request: Request): InternalKey | undefined => {
    const [, secret = ""] =
      /^bearer (\S+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
    const digest = digestOf(secret);
    const now = clock.now();
    return known
      .filter((one) => timingSafeEqual(one.digest, digest) && one.key.expiresAt > now)
      .map(({ key }) => key)[0];
  };
}

function digestOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

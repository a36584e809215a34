/** One server, as a client reaches it. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Files in PEM, and the name that the servers' certificates carry if it is not their host. */
export interface TlsFiles {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly servername: string | undefined;
}

interface Credentials {
  readonly username: string | undefined;
  readonly password: string | undefined;
}

interface Reached extends Credentials {
  readonly endpoints: readonly Endpoint[];
  readonly tls: TlsFiles | null;
}

export interface SentinelAddress extends Reached {
  readonly kind: "sentinel";
  readonly master: string;
  readonly db: number;
  /** For the sentinels, which often have no password while the servers have one. */
  readonly sentinels: Credentials;
}

export interface ClusterAddress extends Reached {
  readonly kind: "cluster";
}

/** A deployment, as REDIS_URL names it. */
export type Address =
  | (Reached & { readonly kind: "single"; readonly db: number })
  | SentinelAddress
  | ClusterAddress;

// No @ after the login: there it would be the end of a password that is cut up, and be repeated.
const SHAPE =
  /^redis(?<tls>s?)(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<login>[^@/?]*)@)?(?<hosts>[^@/?]+)(?:\/(?<path>[^@?]*))?(?:\?(?<query>[^@]*))?$/;

const DEFAULT_PORTS = { single: 6379, sentinel: 26379, cluster: 6379 } as const;
const TLS_OPTIONS = ["ca", "cert", "key", "servername"];
const SENTINEL_OPTIONS = ["sentinelUsername", "sentinelPassword"];

class Wrong extends Error {}

/** What an address names, or what is wrong with it. The answer never repeats a secret of it. */
export function readAddress(url: string): Address | { readonly kind: "wrong"; why: string } {
  try {
    return parse(url);
  } catch (error) {
    if (error instanceof Wrong) return { kind: "wrong", why: error.message };
    throw error;
  }
}

function parse(url: string): Address {
  const found = SHAPE.exec(url)?.groups;
  if (!found) {
    throw new Wrong(
      "is not like redis://:password@host:port (in a password @ / ? % are %40 %2F %3F %25)",
    );
  }
  const kind = kindOf(found["kind"]);
  const isSecure = found["tls"] === "s";
  const query = new URLSearchParams(found["query"] ?? "");
  refuseUnknown(query, [
    ...(isSecure ? TLS_OPTIONS : []),
    ...(kind === "sentinel" ? SENTINEL_OPTIONS : []),
  ]);
  const reached: Reached = {
    ...credentialsOf(found["login"] ?? ""),
    endpoints: endpointsOf(found["hosts"] ?? "", kind),
    tls: isSecure ? tlsOf(query) : null,
  };
  const path = (found["path"] ?? "").split("/").filter((part) => part !== "");
  if (kind === "single") return { ...reached, kind, db: databaseOf(path) };
  if (kind === "sentinel") return { ...reached, kind, ...watchedBy(path, query) };
  if (path.length > 0) throw new Wrong("names a database or a master, which a cluster has not");
  return { ...reached, kind };
}

function kindOf(suffix: string | undefined): Address["kind"] {
  return suffix === "sentinel" || suffix === "cluster" ? suffix : "single";
}

function refuseUnknown(query: URLSearchParams, known: readonly string[]): void {
  const unknown = [...query.keys()].find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const hint = known.length > 0 ? `may have ${known.join(", ")}` : "certificates: rediss://";
  throw new Wrong(`has an unknown option "${unknown}" (${hint})`);
}

function credentialsOf(login: string): Credentials {
  const [username = "", ...password] = login.split(":");
  return {
    username: decoded(username) || undefined,
    password: decoded(password.join(":")) || undefined,
  };
}

function endpointsOf(hosts: string, kind: Address["kind"]): readonly Endpoint[] {
  const endpoints = hosts.split(",").map((one) => endpointOf(one.trim(), DEFAULT_PORTS[kind]));
  if (kind === "single" && endpoints.length > 1) {
    throw new Wrong("names several hosts, so it starts with redis+sentinel:// or redis+cluster://");
  }
  return endpoints;
}

/** `host`, `host:port` or `[IPv6]:port`. */
function endpointOf(text: string, defaultPort: number): Endpoint {
  const found = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/.exec(text);
  const host = found?.[1] ?? found?.[2];
  if (host === undefined) throw new Wrong("has something between its commas that is no host:port");
  const port = Number(found?.[3] ?? defaultPort);
  if (port < 1 || port > 65_535) throw new Wrong(`has ${port}, which is no port`);
  return { host, port };
}

function watchedBy([master, ...rest]: readonly string[], query: URLSearchParams) {
  if (master === undefined) throw new Wrong("lacks the master's name after the sentinels");
  return {
    master: decoded(master),
    db: databaseOf(rest),
    sentinels: {
      username: query.get("sentinelUsername") ?? undefined,
      password: query.get("sentinelPassword") ?? undefined,
    },
  };
}

function databaseOf(path: readonly string[]): number {
  const [db = "0", ...rest] = path;
  if (/^\d{1,4}$/.test(db) && rest.length === 0) return Number(db);
  throw new Wrong(`ends in "${path.join("/")}", which is no database number`);
}

function tlsOf(query: URLSearchParams): TlsFiles {
  if (query.has("cert") !== query.has("key")) throw new Wrong("has only one of cert and key");
  return {
    ca: query.get("ca") ?? undefined,
    cert: query.get("cert") ?? undefined,
    key: query.get("key") ?? undefined,
    servername: query.get("servername") ?? undefined,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Wrong("has a % that two hexadecimal digits do not follow");
  }
}

/** What a key of the internal API may be for. */
export const internalScopes = ["leads:lookup", "numbers:lookup", "turns:enqueue"] as const;
export type InternalScope = (typeof internalScopes)[number];

/** One service's own key to the internal API. */
export interface InternalKey {
  /** Which service; the audit log shows it. */
  name: string;
  scopes: readonly InternalScope[];
  /** The end of its last day, UTC. */
  expiresAt: Date;
  secret: string;
}

/** What is wrong with an entry of the setting, as the end of a sentence. Never quotes the entry. */
export interface InternalKeyProblem {
  /** Counts from 1. */
  entry: number;
  text: string;
}

const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
const SECRET = /^[^\s|]{32,}$/;
const DAY = /^\d{4}-\d\d-\d\d$/;
const DAY_MS = 24 * 60 * 60 * 1_000;

/** Reads `name|scope+scope|expires-on|secret` entries; either all of them are good or there are problems. */
export function readInternalKeys(entries: readonly string[]): {
  keys: InternalKey[];
  problems: InternalKeyProblem[];
} {
  const keys: InternalKey[] = [];
  const problems: InternalKeyProblem[] = [];
  for (const [at, entry] of entries.entries()) {
    const read = readKey(entry);
    const text = typeof read === "string" ? read : clash(read, keys);
    if (text !== null) problems.push({ entry: at + 1, text });
    if (typeof read !== "string") keys.push(read);
  }
  return { keys, problems };
}

function readKey(entry: string): InternalKey | string {
  const [name = "", scopeList = "", lastDay = "", secret = "", ...more] = entry.split("|");
  if (more.length > 0 || secret === "") return "must be name|scope+scope|expires-on|secret";
  if (!NAME.test(name)) return "must begin with a name of small letters, digits and dashes";
  const scopes = [...new Set(scopeList.split("+"))];
  if (!scopes.every(isInternalScope))
    return `has a scope that is none of ${internalScopes.join(", ")}`;
  const day = dayOf(lastDay);
  if (day === null) return "must name the last day on which it is good as YYYY-MM-DD";
  if (!SECRET.test(secret)) return "needs a secret of 32 characters or more (openssl rand -hex 32)";
  return { name, scopes, expiresAt: new Date(day + DAY_MS), secret };
}

/** Two entries may share a name while one replaces the other, never a secret. */
function clash(key: InternalKey, earlier: readonly InternalKey[]): string | null {
  return earlier.some(({ secret }) => secret === key.secret)
    ? "has the secret of another entry: each service has its own"
    : null;
}

function dayOf(text: string): number | null {
  const ms = DAY.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(text)) return null;
  return ms;
}

function isInternalScope(text: string): text is InternalScope {
  const all: readonly string[] = internalScopes;
  return all.includes(text);
}

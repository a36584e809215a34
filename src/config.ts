import { join, resolve } from "node:path";
import { Value } from "@sinclair/typebox/value";
import { readAddress } from "../streams/address.ts";
import {
  configSchema,
  type VariableFacts,
  type VariableName,
  type Variables,
  variables,
} from "./config-schema.ts";
import type { Role, RunningRole } from "./config-variable.ts";
import { AppError } from "./lib/errors.ts";
import { type InternalKey, readInternalKeys } from "./lib/internal-keys.ts";
import { type MediaAddress, readMediaAddress } from "./storage/address.ts";

/** The settings of one process. Each part of the program is handed its slice, never the whole. */
export interface Config {
  role: Role;
  production: boolean;
  /** Absolute. Embedded servers, generated secrets, and where other roles find them. */
  dataDir: string;
  http: {
    port: number;
    publicUrl: string;
    trustedProxies: readonly string[];
    /** Whether strangers may make an organization. */
    signUp: boolean;
  };
  health: { port: number };
  /** `null`: `all` starts its own server, other roles attach to a running `all` through dataDir. */
  database: { url: string | null };
  redis: {
    url: string | null;
    /** `null`: the stored number, or at the first start what suits the deployment. */
    partitions: number | null;
    /** Replicas that must have a webhook before it is answered 200. */
    waitReplicas: number;
  };
  /** Where the files are that leads send. */
  media: MediaAddress;
  /** Empty lists: generated ones of dataDir are used (never in production). */
  whatsapp: {
    graphUrl: string;
    graphVersion: string;
    appSecrets: readonly string[];
    verifyTokens: readonly string[];
  };
  /** `apiKey` null: the simulated model answers. */
  llm: {
    apiKey: string | null;
    baseUrl: string;
    model: string;
    fallbackModel: string | null;
    /** Null: voice notes are for people to hear. */
    transcriptionModel: string | null;
    /** Calls of one worker at once. */
    concurrency: number;
  };
  security: {
    encryptionKeys: readonly string[];
    sessionSecrets: readonly string[];
    /** Empty: the internal API is closed. */
    internalApiKeys: readonly InternalKey[];
  };
  simulator: { enabled: boolean };
  deadLetters: {
    /** After which those that were replayed or discarded are removed. */
    keepDays: number;
  };
  ops: {
    logLevel: "debug" | "info" | "warn" | "error" | "silent";
    otlpEndpoint: string | null;
    crashAt: readonly string[];
  };
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The models that the simulator plays. */
const SIMULATED_MODEL = "simulated-1";
const SIMULATED_EAR = "simulated-ear-1";
const HEALTH_PORTS = { all: 3001, api: 3001, worker: 3001, scheduler: 3002 } as const;

/**
 * Reads the environment into typed slices. Throws one AppError("invalid_config") whose message lists
 * everything that is missing or wrong for this role; `overrides.role` wins over ROLE.
 */
export function loadConfig(environment: Environment, overrides: { role?: Role } = {}): Config {
  const { values, problems } = readVariables(environment);
  const role = overrides.role ?? values.ROLE ?? "all";
  const production = values.NODE_ENV === "production";
  const wrong = new Set(problems.map((problem) => problem.name));
  const required = requiredNames(values, production).filter((name) => !wrong.has(name));
  const all = [
    ...problems,
    ...missing(required, values, environment),
    ...redisAddressProblems(values),
    ...mediaAddressProblems(values),
    ...internalKeyProblems(values),
    ...contradictions(values, production),
  ].filter(({ name }) => usedBy(name, role));
  if (all.length > 0) throw invalidConfig(all, role, production);
  return slices(values, role, production);
}

interface Problem {
  name: VariableName;
  text: string;
}

function invalidConfig(problems: readonly Problem[], role: Role, production: boolean): AppError {
  const count = problems.length === 1 ? "1 setting is" : `${problems.length} settings are`;
  const where = production ? `role ${role}, NODE_ENV=production` : `role ${role}`;
  const lines = problems.map(({ name, text }) => `  - ${name} ${text}`);
  return new AppError(
    "invalid_config",
    `Leadline cannot start (${where}): ${count} missing or wrong.\n${lines.join("\n")}\n.env.example explains each of them.`,
    { names: problems.map(({ name }) => name) },
  );
}

function readVariables(environment: Environment): { values: Variables; problems: Problem[] } {
  const raw: Record<string, unknown> = {};
  for (const [name, facts] of variables) {
    const value = environment[name]?.trim();
    if (value)
      raw[name] = facts["type"] === "array" ? splitList(value) : Value.Convert(facts, value);
  }
  const wrong = variables.filter(([name, facts]) => name in raw && !Value.Check(facts, raw[name]));
  const problems = wrong.map(([name, facts]) => ({ name, text: `must be ${facts.must}.` }));
  for (const { name } of problems) delete raw[name];
  return { values: Value.Decode(configSchema, raw), problems };
}

/** `a, b` → two values; a stray comma is no value. */
function splitList(value: string): string[] {
  return value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function usedBy(name: VariableName, role: Role): boolean {
  if (role === "all") return true;
  const roles: readonly RunningRole[] = factsOf(name).roles;
  return roles.includes(role);
}

function factsOf(name: VariableName): VariableFacts {
  return configSchema.properties[name];
}

/** With the simulator switched off by hand, this much of the outside world must be real. */
const REQUIRED_WITHOUT_SIMULATOR: readonly VariableName[] = [
  "WHATSAPP_APP_SECRETS",
  "WHATSAPP_VERIFY_TOKENS",
  "OPENAI_API_KEY",
  "LLM_MODEL",
];

function requiredNames(values: Variables, production: boolean): VariableName[] {
  if (production) {
    return variables.filter(([, facts]) => facts.requiredInProduction).map(([name]) => name);
  }
  if (!simulatorEnabled(values, production)) return [...REQUIRED_WITHOUT_SIMULATOR];
  return values.OPENAI_API_KEY ? ["LLM_MODEL"] : [];
}

function missing(required: readonly VariableName[], values: Variables, environment: Environment) {
  return required
    .filter((name) => values[name] === undefined)
    .map((name) => {
      const singular = name.replace(/S$/, "");
      const misspelt = singular !== name && environment[singular];
      const hint = misspelt ? ` You have set ${singular}: the name ends in S.` : "";
      return { name, text: `is missing: set it to ${factsOf(name).must}.${hint}` };
    });
}

function contradictions(values: Variables, production: boolean): Problem[] {
  if (!production) return [];
  const refused = {
    SIMULATOR: values.SIMULATOR === "on" && "anybody could read and write its chats",
    CRASH_AT: values.CRASH_AT && "it makes the process kill itself",
  };
  return (["SIMULATOR", "CRASH_AT"] as const)
    .filter((name) => refused[name])
    .map((name) => ({ name, text: `must not be set in production: ${refused[name]}.` }));
}

function redisAddressProblems({ REDIS_URL }: Variables): Problem[] {
  const address = REDIS_URL === undefined ? undefined : readAddress(REDIS_URL);
  return address?.kind === "wrong" ? [{ name: "REDIS_URL", text: `${address.why}.` }] : [];
}

function mediaAddressProblems({ MEDIA_URL }: Variables): Problem[] {
  const address = MEDIA_URL === undefined ? undefined : readMediaAddress(MEDIA_URL);
  return address?.kind === "wrong" ? [{ name: "MEDIA_URL", text: `${address.why}.` }] : [];
}

/** What is wrong with it has been said before. */
function mediaSlice({ MEDIA_URL }: Variables, dataDir: string): MediaAddress {
  const address = MEDIA_URL === undefined ? undefined : readMediaAddress(MEDIA_URL);
  const kept = address === undefined || address.kind === "wrong" ? undefined : address;
  return kept ?? { kind: "disk", dir: join(dataDir, "media") };
}

function internalKeyProblems(values: Variables): Problem[] {
  const { problems } = readInternalKeys(values.INTERNAL_API_KEYS ?? []);
  return problems.map(({ entry, text }) => ({
    name: "INTERNAL_API_KEYS",
    text: `is wrong: entry ${entry} ${text}.`,
  }));
}

function simulatorEnabled(values: Variables, production: boolean): boolean {
  if (production) return false;
  return values.SIMULATOR ? values.SIMULATOR === "on" : values.WHATSAPP_APP_SECRETS === undefined;
}

function slices(values: Variables, role: Role, production: boolean): Config {
  const port = values.PORT ?? 3000;
  const enabled = simulatorEnabled(values, production);
  const dataDir = resolve(values.DATA_DIR ?? ".leadline");
  const simulatorUrl = `http://127.0.0.1:${port}/simulator`;
  return {
    role,
    production,
    dataDir,
    http: {
      port,
      publicUrl: (values.PUBLIC_URL ?? `http://localhost:${port}`).replace(/\/+$/, ""),
      trustedProxies: values.TRUSTED_PROXIES ?? [],
      signUp: values.SIGN_UP !== "off",
    },
    health: { port: values.HEALTH_PORT ?? HEALTH_PORTS[role] },
    database: { url: values.DATABASE_URL ?? null },
    redis: {
      url: values.REDIS_URL ?? null,
      partitions: values.PARTITIONS ?? null,
      waitReplicas: values.REDIS_WAIT_REPLICAS ?? 0,
    },
    media: mediaSlice(values, dataDir),
    whatsapp: whatsappSlice(values, enabled ? simulatorUrl : null),
    llm: modelSlice(values, enabled ? simulatorUrl : null),
    security: securitySlice(values),
    simulator: { enabled },
    deadLetters: { keepDays: values.DEAD_LETTERS_DAYS ?? 90 },
    ops: opsSlice(values, production),
  };
}

function securitySlice(values: Variables): Config["security"] {
  return {
    encryptionKeys: values.ENCRYPTION_KEYS ?? [],
    sessionSecrets: values.SESSION_SECRETS ?? [],
    internalApiKeys: readInternalKeys(values.INTERNAL_API_KEYS ?? []).keys,
  };
}

function opsSlice(values: Variables, production: boolean): Config["ops"] {
  return {
    logLevel: values.LOG_LEVEL ?? (production ? "info" : "warn"),
    otlpEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
    crashAt: values.CRASH_AT ?? [],
  };
}

function whatsappSlice(values: Variables, simulatorUrl: string | null): Config["whatsapp"] {
  const simulated = simulatorUrl !== null && !values.WHATSAPP_APP_SECRETS;
  const graphUrl = simulated ? `${simulatorUrl}/graph` : "https://graph.facebook.com";
  return {
    graphUrl: values.WHATSAPP_GRAPH_URL ?? graphUrl,
    graphVersion: values.WHATSAPP_GRAPH_VERSION ?? "v25.0",
    appSecrets: values.WHATSAPP_APP_SECRETS ?? [],
    verifyTokens: values.WHATSAPP_VERIFY_TOKENS ?? [],
  };
}

function modelSlice(values: Variables, simulatorUrl: string | null): Config["llm"] {
  const simulated = simulatorUrl !== null && !values.OPENAI_API_KEY;
  const baseUrl = simulated ? `${simulatorUrl}/openai/v1` : "https://api.openai.com/v1";
  return {
    apiKey: values.OPENAI_API_KEY ?? null,
    baseUrl: values.OPENAI_BASE_URL ?? baseUrl,
    model: values.LLM_MODEL ?? SIMULATED_MODEL,
    fallbackModel: values.LLM_FALLBACK_MODEL ?? null,
    transcriptionModel: values.LLM_TRANSCRIPTION_MODEL ?? (simulated ? SIMULATED_EAR : null),
    concurrency: values.LLM_CONCURRENCY ?? 32,
  };
}

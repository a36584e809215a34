import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { EVERY_ROLE, type Facts, list, port, text, variable } from "./config-variable.ts";
import { crashPoints } from "./lib/crash-points.ts";

const HTTP_URL = "^https?://[^\\s/]+\\S*$";
const NEWEST_FIRST =
  "put the new one first, restart every role, wait until nothing uses the old one, remove it";

/** Every environment variable Leadline reads. The only place where one is declared. */
export const configSchema = Type.Object({
  NODE_ENV: variable(text(), {
    section: "Process",
    about:
      "With `production` nothing is embedded, simulated or generated: what is missing stops the start.",
    must: "a word",
    roles: EVERY_ROLE,
    example: "production",
  }),
  ROLE: variable(
    Type.Optional(
      Type.Union([
        Type.Literal("all"),
        Type.Literal("api"),
        Type.Literal("worker"),
        Type.Literal("scheduler"),
      ]),
    ),
    {
      section: "Process",
      about:
        "What this process does: `api` (HTTP and WebSocket), `worker`, `scheduler`, or `all` in one. Default `all`.",
      must: "all, api, worker or scheduler",
      roles: EVERY_ROLE,
      example: "all",
    },
  ),
  PORT: variable(port(), {
    section: "Process",
    about:
      "Port of the API. A worker beside the simulator finds it there too. Default 3000; 0 takes a free one.",
    must: "a whole number from 0 to 65535",
    roles: ["api", "worker"],
    example: "3000",
  }),
  HEALTH_PORT: variable(port(), {
    section: "Process",
    about:
      "Port of health and metrics for roles without the API. Default 3001 (worker), 3002 (scheduler).",
    must: "a whole number from 0 to 65535",
    roles: ["worker", "scheduler"],
    example: "3001",
  }),
  PUBLIC_URL: variable(text(HTTP_URL), {
    section: "Process",
    about: "Where people and Meta reach the API from outside. Default http://localhost:PORT.",
    must: "an http:// or https:// address",
    roles: ["api"],
    requiredInProduction: true,
    example: "https://leads.example.com",
  }),
  SIGN_UP: variable(Type.Optional(Type.Union([Type.Literal("on"), Type.Literal("off")])), {
    section: "Process",
    about:
      "Whether strangers may make an organization of their own. Invitations work either way; where there is no operator yet, the first to sign up becomes one. Default on.",
    must: "on or off",
    roles: ["api"],
    example: "off",
  }),
  TRUSTED_PROXIES: variable(list("^[0-9a-fA-F.:]+(/[0-9]{1,3})?$"), {
    section: "Process",
    about:
      "Addresses or networks of your reverse proxies. Only their X-Forwarded-For is believed. Default: nobody's.",
    must: "a comma-separated list of IP addresses or networks such as 10.0.0.0/8",
    roles: ["api"],
    example: "10.0.0.0/8,127.0.0.1",
  }),
  DATA_DIR: variable(text(), {
    section: "Stores",
    about:
      "Folder of the embedded Postgres and Redis and of generated secrets; other roles attach through it. Default `.leadline`. Not used in production.",
    must: "a folder",
    roles: EVERY_ROLE,
    example: ".leadline",
  }),
  DATABASE_URL: variable(text("^postgres(ql)?://\\S+$"), {
    section: "Stores",
    about: "PostgreSQL 15 or newer. Without it `all` starts its own under DATA_DIR.",
    must: "an address that starts with postgres:// or postgresql://",
    roles: EVERY_ROLE,
    requiredInProduction: true,
    rotate:
      "make a second database role with the same rights, put it here, restart every role, drop the first",
    example: "postgres://leadline:password@db.example.com:5432/leadline",
  }),
  REDIS_URL: variable(text("^rediss?(\\+sentinel|\\+cluster)?://\\S+$"), {
    section: "Stores",
    about:
      "Redis 7.0 or newer, or Valkey. One server: redis://:password@host:port/db. With Sentinel: redis+sentinel://:password@host:port,host:port/master-name/db (the sentinels' own password: ?sentinelPassword=). A cluster: redis+cluster://:password@host:port,host:port. With TLS: rediss://, rediss+sentinel://, rediss+cluster://, and if needed ?ca=file&cert=file&key=file&servername=name. Without it `all` starts its own.",
    must: "an address that starts with redis://, rediss://, redis+sentinel:// or redis+cluster://",
    roles: EVERY_ROLE,
    requiredInProduction: true,
    rotate:
      "add a second password or ACL user in Redis, put it here, restart every role, remove the first",
    example: "redis://:password@redis.example.com:6379",
  }),
  MEDIA_URL: variable(text("^(file:///|s3://|s3\\+http://)\\S+$"), {
    section: "Stores",
    about:
      "Where the files that leads send are kept. A folder that every api and worker sees: file:///folder. Anything that speaks S3: s3://key:secret@host/bucket/prefix, if needed ?region=name (default us-east-1); s3+http:// without TLS. Default DATA_DIR/media.",
    must: "an address that starts with file:///, s3:// or s3+http://",
    roles: ["api", "worker"],
    requiredInProduction: true,
    rotate:
      "make a second access key for the bucket, put it here, restart every role, remove the first",
    example: "s3://key:secret@s3.eu-central-1.amazonaws.com/leadline?region=eu-central-1",
  }),
  REDIS_WAIT_REPLICAS: variable(Type.Optional(Type.Integer({ minimum: 0, maximum: 5 })), {
    section: "Stores",
    about:
      "A webhook is answered 200 only when so many replicas have it too, else 503 after a second. With 0 a failover loses what the old master had not passed on: accepted webhooks of some milliseconds. Default 0.",
    must: "a whole number from 0 to 5",
    roles: ["api"],
    example: "1",
  }),
  PARTITIONS: variable(Type.Optional(Type.Integer({ minimum: 1, maximum: 256 })), {
    section: "Stores",
    about:
      "Stream partitions. Fixed by the first start: another number is refused later, none means the stored one. Default 1; with redis+cluster:// 2 × masters.",
    must: "a whole number from 1 to 256",
    roles: EVERY_ROLE,
    example: "1",
  }),
  WHATSAPP_GRAPH_URL: variable(text(HTTP_URL), {
    section: "WhatsApp",
    about: "Meta's Graph API. Default https://graph.facebook.com, or the simulator.",
    must: "an http:// or https:// address",
    roles: ["api", "worker"],
    example: "https://graph.facebook.com",
  }),
  WHATSAPP_GRAPH_VERSION: variable(text("^v[0-9]{1,3}\\.[0-9]$"), {
    section: "WhatsApp",
    about:
      "Version of the Graph API, pinned because Meta silently serves the oldest living one otherwise. Default v25.0.",
    must: "a version such as v25.0",
    roles: ["api", "worker"],
    example: "v25.0",
  }),
  WHATSAPP_APP_SECRETS: variable(list("^\\S{16,}$"), {
    section: "WhatsApp",
    about: "App secrets of the platform's Meta app: each webhook's signature is checked with them.",
    must: "a comma-separated list of app secrets, each of 16 characters or more, without spaces",
    roles: ["api"],
    requiredInProduction: true,
    rotate: "add the new secret first, restart, reset the secret at Meta, remove the old one",
  }),
  WHATSAPP_VERIFY_TOKENS: variable(list("^\\S{8,}$"), {
    section: "WhatsApp",
    about: "Words of your choice that Meta must repeat when you subscribe the webhook.",
    must: "a comma-separated list of words, each of 8 characters or more",
    roles: ["api"],
    requiredInProduction: true,
    rotate: NEWEST_FIRST,
  }),
  OPENAI_API_KEY: variable(text(), {
    section: "Model",
    about:
      "Key of the model provider. Without it, outside production, the simulated model answers.",
    must: "the key your model provider gave you",
    roles: ["worker"],
    requiredInProduction: true,
    rotate: "make a second key at the provider, put it here, restart the workers, revoke the first",
  }),
  OPENAI_BASE_URL: variable(text(HTTP_URL), {
    section: "Model",
    about:
      "Any server that speaks OpenAI's chat completions: OpenAI, Groq, vLLM, Ollama … Azure: https://NAME.openai.azure.com/openai/v1, or for its dated API https://NAME.openai.azure.com/openai?api-version=2024-10-21; a model is then the name of a deployment. Default https://api.openai.com/v1, or the simulator.",
    must: "an http:// or https:// address",
    roles: ["worker"],
    example: "https://api.openai.com/v1",
  }),
  LLM_MODEL: variable(text(), {
    section: "Model",
    about:
      "Model that decides and writes. Best one with JSON schema output; JSON mode, tool calls or plain text are found out and used where it has none.",
    must: "the name of a model",
    roles: ["worker"],
    requiredInProduction: true,
    example: "gpt-5-mini",
  }),
  LLM_FALLBACK_MODEL: variable(text(), {
    section: "Model",
    about: "Model asked when the first one fails twice. Default: none, a human is called.",
    must: "the name of a model",
    roles: ["worker"],
  }),
  LLM_TRANSCRIPTION_MODEL: variable(text(), {
    section: "Model",
    about:
      "Model that writes down voice notes, at the same provider, such as whisper-1. Default: none, a human is called to hear them; the simulator has one.",
    must: "the name of a model",
    roles: ["worker"],
    example: "gpt-4o-mini-transcribe",
  }),
  LLM_CONCURRENCY: variable(Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })), {
    section: "Model",
    about:
      "Model calls that one worker makes at once; one organization gets three quarters of them at most. Who finds no place waits, as long as the turn has time. Fewer for a server of your own. Default 32.",
    must: "a whole number from 1 to 1000",
    roles: ["worker"],
    example: "4",
  }),
  ENCRYPTION_KEYS: variable(list("^[A-Za-z0-9+/]{43}=$"), {
    section: "Secrets",
    about:
      "Keys that encrypt customers' tokens in the database: 32 random bytes in base64 (`openssl rand -base64 32`).",
    must: "a comma-separated list of keys, each 32 bytes in base64 (make one with: openssl rand -base64 32)",
    roles: ["api", "worker"],
    requiredInProduction: true,
    rotate: "put the new key first, restart every role, run `bun run rotate`, remove the old one",
  }),
  SESSION_SECRETS: variable(list("^\\S{32,}$"), {
    section: "Secrets",
    about:
      "Sign access and refresh tokens (`openssl rand -hex 32`). Whoever has one and a copy of the database can sign in as anybody.",
    must: "a comma-separated list of secrets, each of 32 characters or more (make one with: openssl rand -hex 32)",
    roles: ["api"],
    requiredInProduction: true,
    rotate: NEWEST_FIRST,
  }),
  INTERNAL_API_KEYS: variable(list("^\\S+$"), {
    section: "Secrets",
    about:
      "Keys of the operators' own services for the internal API under /internal/v1, each `name|scope+scope|expires-on|secret`; scopes are leads:lookup, numbers:lookup and turns:enqueue, a key is good through its last day (UTC). Default: none, the internal API is closed.",
    must: "a comma-separated list of name|scope+scope|expires-on|secret",
    roles: ["api"],
    rotate:
      "add an entry with the same name and a new secret, restart every api, give the service the new one, remove the old entry",
    example: "crm-sync|leads:lookup+turns:enqueue|2027-01-31|<openssl rand -hex 32>",
  }),
  SIMULATOR: variable(Type.Optional(Type.Union([Type.Literal("on"), Type.Literal("off")])), {
    section: "Operations",
    about:
      "The simulated phone, Graph API and model. Default: on outside production as long as no WhatsApp app secret is set. Refused in production.",
    must: "on or off",
    roles: ["api", "worker", "scheduler"],
    example: "off",
  }),
  DEAD_LETTERS_DAYS: variable(Type.Optional(Type.Integer({ minimum: 1, maximum: 3_650 })), {
    section: "Operations",
    about:
      "Days after which dead letters that were replayed or discarded are removed. One that nobody has decided about stays for good: it may be all that is left of what a lead wrote. Default 90.",
    must: "a whole number from 1 to 3650",
    roles: ["scheduler"],
    example: "90",
  }),
  LOG_LEVEL: variable(
    Type.Optional(
      Type.Union([
        Type.Literal("debug"),
        Type.Literal("info"),
        Type.Literal("warn"),
        Type.Literal("error"),
        Type.Literal("silent"),
      ]),
    ),
    {
      section: "Operations",
      about: "Logs are JSON lines on standard output. Default info; warn outside production.",
      must: "debug, info, warn, error or silent",
      roles: EVERY_ROLE,
      example: "info",
    },
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: variable(text(HTTP_URL), {
    section: "Operations",
    about: "Where traces are sent (OTLP over HTTP). Default: nowhere.",
    must: "an http:// or https:// address",
    roles: EVERY_ROLE,
    example: "http://otel-collector:4318",
  }),
  CRASH_AT: variable(list(`^(${crashPoints.join("|")})$`), {
    section: "Operations",
    about: "For fault tests: the process kills itself at these named steps. Refused in production.",
    must: `a comma-separated list of steps: ${crashPoints.join(", ")}`,
    roles: EVERY_ROLE,
  }),
});

export type Variables = Static<typeof configSchema>;
export type VariableName = keyof Variables;
export type VariableFacts = Facts & TSchema;

/** Each variable with what is known about it, in the order of `.env.example`. */
export const variables = Object.entries(configSchema.properties) as readonly [
  VariableName,
  VariableFacts,
][];

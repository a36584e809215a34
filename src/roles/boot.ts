import { hostname } from "node:os";
import type { Config } from "../config.ts";
import type { OnStatement } from "../db/client.ts";
import { createSecretBox, type SecretBox } from "../lib/secret-box.ts";
import { devSecrets } from "../ops/dev-secrets.ts";
import { attachEmbedded, type Embedded, startEmbedded } from "../ops/embedded.ts";
import type { Logger } from "../ops/logger.ts";

/** Where this process's stores are and what its secrets are: given, generated, or found. */
export interface Surroundings {
  /** Unique over hosts and restarts: an owner that died never comes back under its name. */
  processId: string;
  databaseUrl: string;
  redisUrl: string;
  appSecrets: readonly string[];
  verifyTokens: readonly string[];
  /** Newest first. */
  sessionSecrets: readonly string[];
  box: SecretBox;
  /** The embedded servers, if this process started any. */
  embedded: Embedded | null;
  /** For tests: sees what is sent to Postgres. */
  onStatement?: OnStatement | undefined;
}

/** Finds or starts what the configuration leaves open. */
export async function surroundings(config: Config, log: Logger): Promise<Surroundings> {
  const { embedded, databaseUrl, redisUrl } = await stores(config, log);
  const { whatsapp, security, dataDir } = config;
  const or = <T>(given: readonly T[], generated: () => T) =>
    given.length > 0 ? given : [generated()];
  return {
    processId: `${hostname()}-${process.pid}-${crypto.randomUUID().slice(0, 8)}`,
    databaseUrl,
    redisUrl,
    embedded,
    appSecrets: or(whatsapp.appSecrets, () => devSecrets(dataDir).appSecret),
    verifyTokens: or(whatsapp.verifyTokens, () => devSecrets(dataDir).verifyToken),
    sessionSecrets: or(security.sessionSecrets, () => devSecrets(dataDir).sessionSecret),
    box: createSecretBox(or(security.encryptionKeys, () => devSecrets(dataDir).encryptionKey)),
  };
}

async function stores(config: Config, log: Logger) {
  const { url: databaseUrl } = config.database;
  const { url: redisUrl } = config.redis;
  if (databaseUrl !== null && redisUrl !== null) return { embedded: null, databaseUrl, redisUrl };
  const { dataDir, role } = config;
  const embedded =
    role === "all"
      ? await startEmbedded({ dataDir, postgres: !databaseUrl, redis: !redisUrl, log })
      : null;
  const found = embedded ?? attachEmbedded(dataDir);
  return {
    embedded,
    databaseUrl: databaseUrl ?? found.databaseUrl ?? "",
    redisUrl: redisUrl ?? found.redisUrl ?? "",
  };
}

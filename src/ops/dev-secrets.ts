import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { readStateFile } from "./embedded/state-file.ts";

const DevSecrets = Type.Object({
  encryptionKey: Type.String(),
  sessionSecret: Type.String(),
  appSecret: Type.String(),
  verifyToken: Type.String(),
});
export type DevSecrets = Static<typeof DevSecrets>;

/**
 * Secrets for a machine that was given none: made once per data folder, kept private (0600), the same
 * for every role that shares the folder. Production never calls this: config refuses to start first.
 */
export function devSecrets(dataDir: string): DevSecrets {
  const path = join(dataDir, "secrets.json");
  const kept = readStateFile(path, DevSecrets);
  if (kept) return kept;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.new`;
  const made = makeSecrets();
  writeFileSync(draft, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  try {
    // Linking fails where renaming overwrites: of two roles that start together both use one set.
    linkSync(draft, path);
    return made;
  } catch (error) {
    const others = readStateFile(path, DevSecrets);
    if (others) return others;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function makeSecrets(): DevSecrets {
  return {
    encryptionKey: randomBytes(32).toString("base64"),
    sessionSecret: randomBytes(32).toString("hex"),
    appSecret: randomBytes(16).toString("hex"),
    verifyToken: randomBytes(16).toString("hex"),
  };
}

import { afterAll, describe, expect, test } from "bun:test";
import { rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../../src/config.ts";
import { devSecrets } from "../../src/ops/dev-secrets.ts";
import { tempDir } from "../support/servers.ts";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = tempDir("secrets");
  folders.push(made);
  return made;
}

describe("devSecrets", () => {
  test("makes secrets once per folder and keeps them private", () => {
    const dataDir = folder();
    const made = devSecrets(dataDir);
    expect(devSecrets(dataDir)).toEqual(made);
    expect(devSecrets(folder())).not.toEqual(made);
    expect(statSync(join(dataDir, "secrets.json")).mode & 0o777).toBe(0o600);
  });

  test("makes what production would accept", () => {
    const made = devSecrets(folder());
    const config = loadConfig({
      ENCRYPTION_KEYS: made.encryptionKey,
      SESSION_SECRETS: made.sessionSecret,
      WHATSAPP_APP_SECRETS: made.appSecret,
      WHATSAPP_VERIFY_TOKENS: made.verifyToken,
      SIMULATOR: "on",
    });
    expect(config.security.encryptionKeys).toEqual([made.encryptionKey]);
  });

  test("gives roles that start together the same set", async () => {
    const dataDir = folder();
    const script = `import { devSecrets } from "${join(import.meta.dir, "../../src/ops/dev-secrets.ts")}";
      console.log(devSecrets(${JSON.stringify(dataDir)}).appSecret)`;
    const run = async () => {
      const child = Bun.spawn([process.execPath, "--no-env-file", "-e", script], {
        stdout: "pipe",
      });
      return await new Response(child.stdout).text();
    };
    const all = await Promise.all([run(), run(), run()]);
    expect(new Set(all).size).toBe(1);
    expect(all[0]).toMatch(/^[0-9a-f]{32}\n$/);
  });

  test("refuses a damaged file instead of making new secrets", () => {
    const dataDir = folder();
    writeFileSync(join(dataDir, "secrets.json"), "{");
    expect(() => devSecrets(dataDir)).toThrow(/is damaged/);
  });
});

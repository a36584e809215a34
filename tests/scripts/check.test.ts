import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { lintDockerfile } from "../../scripts/check/dockerfile.ts";
import { checkMigrations } from "../../scripts/check/migrations.ts";
import { renderEnvExample } from "../../scripts/env-example.ts";
import { type Environment, loadConfig } from "../../src/config.ts";
import { variables } from "../../src/config-schema.ts";
import { tempDir } from "../support/servers.ts";

const root = join(import.meta.dir, "..", "..");

describe(".env.example", () => {
  test("explains every variable and sets none", () => {
    const text = renderEnvExample();
    for (const [name] of variables) expect(text).toMatch(new RegExp(`^# ${name}=`, "m"));
    expect(text.split("\n").filter((line) => line !== "" && !line.startsWith("#"))).toEqual([]);
  });

  test("gives examples that are accepted", () => {
    const examples = [...renderEnvExample().matchAll(/^# ([A-Z_]+)=(\S+)$/gm)];
    expect(examples.length).toBeGreaterThan(10);
    for (const [, name = "", value = ""] of examples.filter(([, key]) => key !== "NODE_ENV")) {
      const beside: Environment = { SIMULATOR: "on", LLM_MODEL: "m" };
      expect(() => loadConfig({ ...beside, [name]: value }), name).not.toThrow(name);
    }
  });

  test("breaks its lines within the width of the code", () => {
    expect(
      renderEnvExample()
        .split("\n")
        .filter((line) => line.length > 100),
    ).toEqual([]);
  });
});

describe("the migration check", () => {
  test("finds a table that no migration makes", async () => {
    const folder = tempDir("drift");
    mkdirSync(folder, { recursive: true });
    const core = join(root, "node_modules", "drizzle-orm", "pg-core");
    writeFileSync(
      join(folder, "forgotten.ts"),
      `import { pgTable, text } from "${core}";\nexport const forgotten = pgTable("forgotten", { note: text() });`,
    );
    try {
      const both = `./{src/db/schema,${relative(root, folder)}}/*.ts`;
      const verdict = await checkMigrations(both);
      expect(verdict).toContain("Run: bunx drizzle-kit generate");
      expect(verdict).toContain('CREATE TABLE "forgotten"');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("the Dockerfile check", () => {
  const text = readFileSync(join(root, "Dockerfile"), "utf8");
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const bunVersion = manifest.packageManager.replace("bun@", "");
  const lint = (changed: string) => lintDockerfile(changed, { bunVersion, exists: () => true });

  test("finds nothing in ours", () => {
    expect(lint(text)).toEqual([]);
  });

  test.each([
    ["another Bun", (t: string) => t.replaceAll(bunVersion, "1.0.0"), /is not Bun/],
    ["no version", (t: string) => t.replaceAll(`:${bunVersion}-slim`, ""), /not pinned/],
    ["one stage", (t: string) => t.slice(t.lastIndexOf("FROM")), /only one stage/],
    ["root", (t: string) => t.replace("USER bun", "USER root"), /runs as root/],
    ["no user", (t: string) => t.replace("USER bun", ""), /runs as root/],
    ["no health check", (t: string) => t.replace("HEALTHCHECK", "# "), /no HEALTHCHECK/],
    ["a shell", (t: string) => t.replace(/^CMD .*$/m, "CMD bun src/main.ts"), /SIGTERM/],
    ["development", (t: string) => t.replace("NODE_ENV=production", "A=b"), /NODE_ENV/],
    ["a free install", (t: string) => t.replace("--frozen-lockfile", ""), /frozen-lockfile/],
    ["ADD", (t: string) => `${t}\nADD https://example.com/x /x`, /use COPY/],
    ["a secret", (t: string) => `${t}\nENV SESSION_SECRETS=abc`, /secret in the image/],
    ["no FROM", () => "RUN true", /no FROM/],
  ] as const)("finds %s", (_, change, expected) => {
    const changed = change(text);
    expect(changed).not.toBe(text);
    expect(lint(changed).join("\n")).toMatch(expected);
  });

  test("finds what it copies from nowhere", () => {
    const findings = lintDockerfile(text, { bunVersion, exists: (path) => path !== "streams" });
    expect(findings.join()).toMatch(/streams does not exist/);
  });
});

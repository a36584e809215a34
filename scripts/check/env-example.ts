import { existsSync, readFileSync } from "node:fs";
import { envExamplePath, renderEnvExample } from "../env-example.ts";
import type { Verdict } from "./run.ts";

export function checkEnvExample(): Verdict {
  const found = existsSync(envExamplePath) ? readFileSync(envExamplePath, "utf8") : "";
  if (found === renderEnvExample()) return "";
  return ".env.example does not match src/config-schema.ts. Run: bun scripts/env-example.ts";
}

import { existsSync, readFileSync } from "node:fs";
import { errorsPagePath, renderErrorsPage } from "../errors-page.ts";
import type { Verdict } from "./run.ts";

export function checkErrorsPage(): Verdict {
  const found = existsSync(errorsPagePath) ? readFileSync(errorsPagePath, "utf8") : "";
  if (found === renderErrorsPage()) return "";
  return "docs/errors.md does not match src/http/error-catalogue.ts. Run: bun scripts/errors-page.ts";
}

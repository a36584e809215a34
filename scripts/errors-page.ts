import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderErrorTable } from "../src/http/error-catalogue.ts";

export const errorsPagePath = join(import.meta.dir, "..", "docs", "errors.md");

const INTRODUCTION = `# Errors

Made from \`src/http/error-catalogue.ts\` by \`bun scripts/errors-page.ts\`; do not edit.

Every error is \`application/problem+json\`:
\`{ type, title, status, code, detail, userMessage, requestId, errors? }\`. Build on \`code\`: the list is closed. \`detail\` is for
engineers, \`userMessage\` may be shown to people, \`requestId\` finds the log lines, \`errors\` names the fields that are wrong. Which
codes an operation can answer stands in the OpenAPI document (\`/swagger/json\`), at its responses and as \`x-problems\`.
`;

/** The whole of docs/errors.md. */
export function renderErrorsPage(): string {
  return `${INTRODUCTION}\n${renderErrorTable()}\n`;
}

if (import.meta.main) writeFileSync(errorsPagePath, renderErrorsPage());

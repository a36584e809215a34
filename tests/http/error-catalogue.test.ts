import { expect, test } from "bun:test";
import { errorsPagePath, renderErrorsPage } from "../../scripts/errors-page.ts";
import { errorCodes, renderErrorTable } from "../../src/http/error-catalogue.ts";

test("docs/errors.md is what the code says", async () => {
  expect(await Bun.file(errorsPagePath).text()).toBe(renderErrorsPage());
});

test("the table has a whole row for every code", () => {
  const rows = renderErrorTable().split("\n").slice(2);
  expect(rows).toHaveLength(errorCodes.length);
  for (const row of rows) expect(row).toMatch(/^\| \d{3} \| `[a-z_]+` \| \S.+\. \| \S.+\. \|$/);
});

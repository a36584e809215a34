import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTool } from "../../../scripts/check/run.ts";
import type { Json } from "../rest-world.ts";
import { type Contract, createContract } from "./scene.ts";

let contract: Contract;
let folder: string;
let file: string;
beforeAll(async () => {
  contract = await createContract("document");
  folder = mkdtempSync(join(tmpdir(), "leadline-document-"));
  file = join(folder, "openapi.json");
  await Bun.write(file, JSON.stringify(contract.document));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await contract.rest.close();
});

test("the document passes redocly's recommended rules, but for those explained in redocly.yaml", async () => {
  process.env["REDOCLY_TELEMETRY"] = "off";
  process.env["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true";
  const { output, ok } = await runTool("@redocly/cli/bin/cli.js", [
    "lint",
    file,
    "--format=json",
    "--config=redocly.yaml",
  ]);
  const { totals, problems } = JSON.parse(
    output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1),
  );
  const told = problems.map(({ message, location }: Json) => `${message} ${location[0]?.pointer}`);
  expect(told).toEqual([]);
  expect(totals).toEqual({ errors: 0, warnings: 0, ignored: 0 });
  expect(ok).toBe(true);
}, 60_000);

test("a client generated from the document compiles as strictly as our own code", async () => {
  const client = join(folder, "client.ts");
  const made = await runTool("openapi-typescript/bin/cli.js", [file, "--output", client]);
  expect(made).toMatchObject({ ok: true });
  await Bun.write(
    join(folder, "use.ts"),
    `import type { components, operations } from "./client.ts";
export type Inbox = operations["listConversations"]["responses"]["200"]["content"]["application/json"];
export const queue: NonNullable<operations["listConversations"]["parameters"]["query"]>["queue"] = "unread";
export const code: components["schemas"]["Problem"]["code"] = "not_found";
// @ts-expect-error: the list of codes is closed.
export const none: components["schemas"]["Problem"]["code"] = "no_such_code";
`,
  );
  const options = { extends: join(process.cwd(), "tsconfig.json"), include: ["*.ts"] };
  await Bun.write(
    join(folder, "tsconfig.json"),
    JSON.stringify({ ...options, compilerOptions: { types: [] } }),
  );
  expect(await runTool("typescript/bin/tsc", ["-p", folder])).toMatchObject({ ok: true });
}, 120_000);

test("every operation says what it does, who may call it and how it fails", () => {
  const tags = contract.document.tags.map(({ name }: Json) => name);
  for (const { id, raw } of contract.operations) {
    const said = {
      id,
      summary: raw.summary,
      description: raw.description,
      tags: raw.tags,
      access: raw["x-access"],
    };
    expect(said).toEqual({
      id,
      summary: expect.stringMatching(/\w/),
      description: expect.stringMatching(/\w/),
      tags: [expect.any(String)],
      access: expect.any(String),
    });
    expect(tags).toContain(raw.tags[0]);
    expect(raw.security).toBeArray();
    expect(Object.keys(raw.responses).filter((status) => status >= "400")).not.toBeEmpty();
  }
});

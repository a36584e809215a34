import { afterAll, beforeAll, expect, test } from "bun:test";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { makeConversation } from "../modules/contract/fixtures/conversations.ts";
import { type Contract, createContract, type Scene } from "../modules/contract/scene.ts";
import { launchChromium } from "./chromium.ts";

/** The API's page in a real browser, without any network but our own server. */
const DEADLINE_MS = 30_000;

let contract: Contract;
let scene: Scene;
let browser: Browser;
let page: Page;
const strange: string[] = [];

beforeAll(async () => {
  [contract, browser] = await Promise.all([createContract("swagger"), launchChromium()]);
  scene = await contract.newScene();
  page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
  page.setDefaultTimeout(DEADLINE_MS);
  page.on("console", (message) => {
    if (/Content Security Policy|error/i.test(message.text())) strange.push(message.text());
  });
  page.on("request", (request) => {
    if (
      !request.url().startsWith(`${contract.rest.origin}/`) &&
      !request.url().startsWith("data:")
    ) {
      strange.push(request.url());
    }
  });
  await page.goto(`${contract.rest.origin}/swagger`);
}, 60_000);

afterAll(async () => {
  await browser.close();
  await contract.rest.close();
}, 30_000);

/** Opens an operation, fills what it asks for, executes it and tells the status it got. */
async function execute(operationId: string, values: Record<string, string>): Promise<string> {
  const block = page.locator(`[id$="-${operationId}"]`);
  await block.locator(".opblock-summary-control").click();
  for (const [name, value] of Object.entries(values)) {
    await block.locator(`tr[data-param-name="${name}"] input`).fill(value);
  }
  await block.locator(".btn.execute").click();
  const status = block.locator(".live-responses-table .response-col_status").last();
  return (await status.textContent())?.trim() ?? "";
}

/** Tags are closed at first, and opened and closed by a click on their names. */
async function toggle(tag: string): Promise<void> {
  await page.locator(`.opblock-tag[data-tag="${tag}"]`).click();
}

test(
  "shows every operation under its tag, and every error code",
  async () => {
    await page.locator(".opblock-tag").first().waitFor();
    const tags = await page
      .locator(".opblock-tag")
      .evaluateAll((names) => names.map((name) => name.getAttribute("data-tag") ?? ""));
    expect(tags).not.toContain("default");
    const operations = Object.values<Record<string, { tags: string[] }>>(
      contract.document.paths,
    ).flatMap((path) => Object.values(path));
    const shown: Record<string, number> = {};
    for (const tag of tags) {
      const count = operations.filter((operation) => operation.tags[0] === tag).length;
      await toggle(tag);
      if (count > 0) await page.locator(".opblock").last().waitFor();
      shown[tag] = await page.locator(".opblock").count();
      expect([tag, shown[tag]]).toEqual([tag, count]);
      await toggle(tag);
      if (count > 0) await page.locator(".opblock").first().waitFor({ state: "detached" });
    }
    expect(Object.values(shown).reduce((sum, count) => sum + count)).toBe(operations.length);
    await page.locator(".info summary").click();
    expect(await page.getByRole("cell", { name: "idempotency_key_reused" }).isVisible()).toBe(true);
  },
  DEADLINE_MS,
);

test(
  "keeps every operation on the page when all tags are open",
  async () => {
    const count = Object.values<object>(contract.document.paths).flatMap(Object.keys).length;
    const tags = page.locator(".opblock-tag");
    // As many rows as make swagger-ui's own list draw only a part.
    expect(count + (await tags.count())).toBeGreaterThanOrEqual(150);
    for (const tag of await tags.all()) await tag.click();
    await page
      .locator(".opblock")
      .nth(count - 1)
      .waitFor();
    expect(await page.locator(".opblock").count()).toBe(count);
    const drawn = await page.locator(".opblock").first().elementHandle();
    await page.locator(".opblock").last().scrollIntoViewIfNeeded();
    expect(await drawn?.evaluate((node) => node.isConnected)).toBe(true);
    for (const tag of await tags.all()) await tag.click();
    await page.locator(".opblock").first().waitFor({ state: "detached" });
  },
  2 * DEADLINE_MS,
);

test(
  "tries operations out with an access token, reading and writing",
  async () => {
    const { conversationId } = await makeConversation(scene);
    await toggle("Conversations");
    expect(await execute("listConversations", {})).toBe("401");
    await page.locator(".btn.authorize").first().click();
    const dialog = page.locator(".modal-ux");
    await dialog.locator("input").first().fill(scene.token);
    await dialog.locator(".btn.authorize").first().click();
    await dialog.locator(".btn-done").first().click();
    expect(await execute("takeoverConversation", { id: conversationId })).toBe("200");
    expect(await execute("getConversation", { id: conversationId })).toBe("200");
    const [row] = await contract.rest.world.db.rows<{ mode: string }>`
      select mode from conversations where id = ${conversationId}`;
    expect(row?.mode).toBe("human");
  },
  DEADLINE_MS,
);

test(
  "asks nobody else, and breaks none of its own rules",
  async () => {
    expect(strange.filter((line) => !line.includes("401"))).toEqual([]);
    await page.evaluate(axe.source);
    const contrast = await page.evaluate(
      async () =>
        await (globalThis as unknown as { axe: typeof axe }).axe.run(".opblock-summary", {
          runOnly: ["color-contrast"],
        }),
    );
    expect(contrast.violations.flatMap(({ nodes }) => nodes.map(({ html }) => html))).toEqual([]);
  },
  DEADLINE_MS,
);

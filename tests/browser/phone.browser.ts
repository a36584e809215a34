import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "./chromium.ts";
import { startStandIn } from "./stand-in.ts";

/**
 * A newcomer's first minute, in a real browser. Against a running Leadline when LEADLINE_URL names
 * one, otherwise against the real simulator with a stand-in for the business behind it.
 */
const ANSWER_DEADLINE_MS = 30_000;

let browser: Browser;
let page: Page;
let stopServer = async () => {};

/** Leadline's address: the one that runs, or a stand-in started here. */
function startedUrl(): string {
  const running = process.env["LEADLINE_URL"];
  if (running !== undefined) return running;
  const standIn = startStandIn();
  stopServer = standIn.stop;
  return standIn.url;
}

beforeAll(async () => {
  const url = startedUrl();
  browser = await launchChromium();
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(ANSWER_DEADLINE_MS);
  await page.goto(`${url}/simulator`);
}, 60_000);

afterAll(async () => {
  await browser.close();
  await stopServer();
});

async function writeAndGetAnswer(text: string): Promise<void> {
  const repliesBefore = await page.locator(".from-business").count();
  await page.locator("#composer-text").fill(text);
  await page.keyboard.press("Enter");
  const own = page.locator(".from-lead", { hasText: text }).last();
  await own.waitFor();
  await page.locator(".from-business").nth(repliesBefore).waitFor();
  await own.locator('.meta[data-ticks="read"]').waitFor();
}

describe("the phone page", () => {
  test(
    "answers “Hi, how much is it?” for each person, with blue ticks, in their own chat",
    async () => {
      const people = page.locator(".person");
      await people.first().waitFor();
      const count = await people.count();
      expect(count).toBeGreaterThanOrEqual(2);
      for (let index = 0; index < count; index += 1) {
        await people.nth(index).click();
        await page.locator("#chat:not([aria-busy=true])").waitFor();
        await writeAndGetAnswer("Hi, how much is it?");
        expect(await page.locator(".from-business .text").last().textContent()).not.toBe("");
      }
    },
    3 * ANSWER_DEADLINE_MS,
  );

  test(
    "shows the whole chat again after a reload",
    async () => {
      const before = await page.locator(".message .text").allTextContents();
      await page.reload();
      await page
        .locator(".message")
        .nth(before.length - 1)
        .waitFor();
      expect(await page.locator(".message .text").allTextContents()).toEqual(before);
    },
    ANSWER_DEADLINE_MS,
  );
});

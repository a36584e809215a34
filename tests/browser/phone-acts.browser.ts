import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "./chromium.ts";
import { seriousProblems } from "./office.ts";
import { startStandIn } from "./stand-in.ts";

/** All that a phone can do besides typing, against the real simulator. */
const DEADLINE_MS = 30_000;

let browser: Browser;
let standIn: ReturnType<typeof startStandIn>;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

beforeEach(async () => {
  standIn = startStandIn();
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(8_000);
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("console", (line) => {
    if (/content security policy/iu.test(line.text())) complaints.push(line.text());
  });
  await page.goto(`${standIn.url}/simulator#ana`);
  await page.locator("#composer-more:enabled").waitFor();
});
afterEach(async () => {
  await page.close();
  await standIn.stop();
  expect(complaints).toEqual([]);
});

const sheet = () => page.locator("#acts-sheet");
const own = () => page.locator(".message.from-lead");

/** Picks an act of the open sheet, types what it asks for, and waits until it is done. */
async function perform(label: string, input?: string): Promise<void> {
  await sheet().getByText(label, { exact: true }).click();
  if (input !== undefined) await page.locator("#acts-input").fill(input);
  await page.locator("#acts-send").click();
  await sheet().waitFor({ state: "hidden" });
}

async function send(label: string, input?: string): Promise<void> {
  await page.locator("#composer-more").click();
  await perform(label, input);
}

/** Opens what can be done about a message. */
async function about(text: string): Promise<void> {
  const bubble = page.locator(".bubble", { hasText: text }).last();
  await bubble.hover();
  await bubble.getByRole("button", { name: "React, reply or change" }).click();
}

describe("the plus sign", () => {
  test.each([
    ["Voice note", "Hello there", "[voice]"],
    ["Voice note, hard to hear", "mumble", "[voice]"],
    ["Photo", "A red roof", "[image]"],
    ["Document", "Bill.pdf", "[document]"],
    ["Location", "Home", "[location]"],
    ["Share a phone number", "15550100001", "[contacts]"],
    ["Come from an ad", "I saw your ad", "I saw your ad"],
  ])(
    "sends: %s",
    async (label, input, shown) => {
      await send(label, input);
      await own().filter({ hasText: shown }).waitFor();
      // The webhook took it: the business has read it and answered.
      await own().locator('.meta[data-ticks="read"]').waitFor();
      await page.locator(".from-business").waitFor();
    },
    DEADLINE_MS,
  );

  test(
    "lets a colleague answer from the business's phone app",
    async () => {
      await send("Business answers from its phone app", "Nora here");
      await page.locator(".from-business", { hasText: "Nora here" }).waitFor();
    },
    DEADLINE_MS,
  );

  test(
    "changes the number, shows the new one, and refuses what is none",
    async () => {
      await page.locator("#composer-more").click();
      await sheet().getByText("Change the phone number", { exact: true }).click();
      await page.locator("#acts-input").fill("not a number");
      await page.locator("#acts-send").click();
      await page.locator("#acts-problem", { hasText: /newPhone/ }).waitFor();
      await perform("Change the phone number", "15550100009");
      await page.locator(".person-handle", { hasText: "+15550100009" }).waitFor();
      await page.locator("#composer-text").fill("Still me");
      await page.keyboard.press("Enter");
      await own().locator('.meta[data-ticks="read"]').waitFor();
    },
    DEADLINE_MS,
  );
});

describe("a message's dots", () => {
  beforeEach(async () => {
    await page.locator("#composer-text").fill("Hello");
    await page.keyboard.press("Enter");
    await page.locator(".from-business").waitFor();
    await own().locator('.meta[data-ticks="read"]').waitFor();
  });

  test(
    "put a reaction under it and take it back",
    async () => {
      await about("Home 4 kW");
      await perform("React", "❤️");
      const reaction = page.locator(".from-business .reaction");
      await reaction.filter({ hasText: "❤️" }).waitFor();
      await about("Home 4 kW");
      await perform("Take the reaction back");
      await reaction.waitFor({ state: "detached" });
    },
    DEADLINE_MS,
  );

  test(
    "quote it, and change and delete one's own",
    async () => {
      await about("Home 4 kW");
      expect(await sheet().getByText("Edit", { exact: true }).count()).toBe(0);
      await perform("Reply", "Which one?");
      await own().filter({ hasText: "Which one?" }).locator(".quote").waitFor();
      await about("Hello");
      await perform("Edit", "Good morning");
      await own().filter({ hasText: "Good morning" }).waitFor();
      expect(await own().filter({ hasText: "Hello" }).count()).toBe(0);
      await about("Good morning");
      await perform("Delete for everyone");
      await own().filter({ hasText: "[deleted]" }).waitFor();
    },
    DEADLINE_MS,
  );
});

test(
  "Arabic and Hindi run in their own direction everywhere on the page",
  async () => {
    const direction = (selector: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((node) => node.ownerDocument.defaultView?.getComputedStyle(node).direction);
    for (const [persona, expected] of [
      ["layla", "rtl"],
      ["priya", "ltr"],
    ] as const) {
      await page.locator(`[data-persona="${persona}"]`).click();
      await page.locator("#openers button").first().waitFor();
      expect(await direction("#openers button")).toBe(expected);
      expect(await page.locator("#invitation bdi").getAttribute("lang")).toBe(
        expected === "rtl" ? "ar" : "hi",
      );
      const opener = await page.locator("#openers button").first().textContent();
      await page.locator("#openers button").first().click();
      await own()
        .filter({ hasText: opener ?? "?" })
        .waitFor();
      expect(await direction(".from-lead .text")).toBe(expected);
      expect(await direction(`[data-persona="${persona}"] .person-name`)).toBe(expected);
      await page.locator("#composer-text").fill(opener ?? "");
      expect(await direction("#composer-text")).toBe(expected);
      await page.locator("#composer-more").click();
      expect(await direction("#acts-input")).toBe(expected);
      expect(await seriousProblems(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await sheet().waitFor({ state: "hidden" });
    }
  },
  DEADLINE_MS,
);

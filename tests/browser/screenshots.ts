import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { launchChromium } from "./chromium.ts";

/**
 * Takes the pictures in docs/images from a running Leadline, so that they show what it really
 * answers: `LEADLINE_URL=http://127.0.0.1:3000 bun tests/browser/screenshots.ts`, on fresh chats.
 */
const FOLDER = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const SAID = ["Hi, how much is it?", "We own a house in Denver, the bill is about $140"] as const;

/** Whose chats hold one answer each, for the list beside the phone. */
const OTHERS = ["sam", "marta"] as const;

const scenes = [
  { name: "phone-desktop-light", width: 1280, height: 900, scheme: "light", scale: 1 },
  { name: "phone-desktop-dark", width: 1280, height: 900, scheme: "dark", scale: 1 },
  { name: "phone-mobile-light", width: 360, height: 740, scheme: "light", scale: 2 },
  { name: "phone-mobile-dark", width: 360, height: 740, scheme: "dark", scale: 2 },
] as const;

async function openPhone(browser: Browser, url: string, scene: (typeof scenes)[number]) {
  const context = await browser.newContext({
    viewport: { width: scene.width, height: scene.height },
    colorScheme: scene.scheme,
    deviceScaleFactor: scene.scale,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  await page.goto(`${url}/simulator`);
  await page.locator("#chat[aria-busy=false]").waitFor();
  return page;
}

async function holdTheChat(browser: Browser, url: string): Promise<void> {
  const page = await openPhone(browser, url, scenes[0]);
  for (const persona of OTHERS) {
    await page.locator(`[data-persona="${persona}"]`).click();
    await page.locator(".chip").first().click();
    await page.locator(".from-business").waitFor();
  }
  await page.locator(".person").first().click();
  for (const [index, text] of SAID.entries()) {
    await page.locator("#composer-text").fill(text);
    await page.keyboard.press("Enter");
    await page.locator(".from-business").nth(index).waitFor();
  }
  await page.context().close();
}

const url = process.env["LEADLINE_URL"];
if (url === undefined) throw new Error("Set LEADLINE_URL to the address of a running Leadline.");
const browser = await launchChromium();
try {
  await holdTheChat(browser, url);
  for (const scene of scenes) {
    const page = await openPhone(browser, url, scene);
    await page
      .locator(".from-business")
      .nth(SAID.length - 1)
      .waitFor();
    await page.screenshot({ path: `${FOLDER}${scene.name}.png` });
    await page.context().close();
  }
} finally {
  await browser.close();
}

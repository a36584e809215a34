import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "./chromium.ts";
import { takeGallery } from "./gallery/gallery.ts";
import { openDashboard, sayOnPhone } from "./people.ts";

/**
 * Takes the pictures in docs/images from a running Leadline, so that they show what it really
 * answers: `LEADLINE_URL=http://127.0.0.1:3000 bun tests/browser/screenshots.ts`, on fresh chats.
 * With a folder as its argument, every screen in every state instead, to be looked at; with part of
 * a scene's name after it, only those.
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

interface Scene {
  width: number;
  height: number;
  scheme: "light" | "dark";
  scale: number;
}

async function openPhone(browser: Browser, url: string, scene: Scene) {
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

async function isHeld(url: string, persona: string): Promise<boolean> {
  const answer = await fetch(`${url}/simulator/api/chats/${persona}`);
  return ((await answer.json()) as { data: unknown[] }).data.length > 0;
}

/** What was said already is not said again: a second run shows the same chats. */
async function holdTheChats(browser: Browser, url: string): Promise<void> {
  const page = await openPhone(browser, url, scenes[0]);
  for (const persona of OTHERS) {
    if (await isHeld(url, persona)) continue;
    await page.locator(`[data-persona="${persona}"]`).click();
    await page.locator(".chip").first().click();
    await page.locator(".from-business").waitFor();
  }
  await page.locator(".person").first().click();
  const said = (await isHeld(url, "ana")) ? [] : SAID;
  for (const [index, text] of said.entries()) {
    await page.locator("#composer-text").fill(text);
    await page.keyboard.press("Enter");
    await page.locator(".from-business").nth(index).waitFor();
  }
  await page.context().close();
}

const FRAME = { desk: { width: 1240, height: 800 }, phone: { width: 390, height: 800 } };

/** The phone beside the dashboard: the same chat, seen by the lead and by the team. */
async function takeTogether(browser: Browser, url: string, scheme: "light" | "dark") {
  const phone = await openPhone(browser, url, { ...scenes[0], ...FRAME.phone, scheme });
  const context = await browser.newContext({
    viewport: FRAME.desk,
    colorScheme: scheme,
    reducedMotion: "reduce",
  });
  const desk = await openDashboard(context, url);
  await desk.locator(".line", { hasText: "Ana" }).click();
  await desk.locator(".panel .event").first().waitFor();
  if (scheme === "light") await handOver(phone, desk);
  await desk.locator('[data-author="human"][data-state="read"]').first().waitFor();
  await phone.locator(".from-business", { hasText: OWNER_SAYS }).waitFor();
  const parts = [await desk.screenshot(), await phone.screenshot()];
  await desk.screenshot({ path: `${FOLDER}dashboard-desktop-${scheme}.png` });
  await desk.locator(".panel-close").click();
  await desk.setViewportSize({ width: 360, height: 740 });
  await desk.screenshot({ path: `${FOLDER}dashboard-mobile-${scheme}.png` });
  await Promise.all([context.close(), phone.context().close()]);
  await pasteTogether(browser, parts, scheme);
}

const OWNER_SAYS =
  "This is Nora from Northwind. I can come by on Thursday at five, does that suit you?";

async function handOver(phone: Page, desk: Page): Promise<void> {
  await sayOnPhone(phone, "Sounds good. Can I talk to a person about a visit?");
  await desk.locator(".attention").waitFor();
  await desk.locator("h1").click();
  await desk.keyboard.press("t");
  await desk.locator("#composer-text:enabled").fill(OWNER_SAYS);
  await desk.keyboard.press("Enter");
  await phone.locator(".from-business", { hasText: OWNER_SAYS }).waitFor();
}

async function pasteTogether(browser: Browser, parts: readonly Buffer[], scheme: string) {
  const desk = scheme === "light" ? "#d9cdbd" : "#2a2522";
  const images = parts.map(
    (part) => `<img src="data:image/png;base64,${part.toString("base64")}">`,
  );
  const page = await browser.newPage({ viewport: { width: 1720, height: 870 } });
  await page.setContent(`<style>
    body { margin: 0; padding: 35px; display: flex; gap: 20px; background: ${desk} }
    img { border-radius: 14px; box-shadow: 0 10px 30px rgb(0 0 0 / 25%) }
  </style>${images.join("")}`);
  await page.screenshot({ path: `${FOLDER}together-${scheme}.png` });
  await page.close();
}

async function takeDocs(browser: Browser, url: string): Promise<void> {
  for (const scene of scenes) {
    const page = await openPhone(browser, url, scene);
    const answers = page.locator(".from-business");
    await answers.nth(SAID.length - 1).waitFor();
    await page.screenshot({ path: `${FOLDER}${scene.name}.png` });
    await page.context().close();
  }
  await takeTogether(browser, url, "light");
  await takeTogether(browser, url, "dark");
}

const url = process.env["LEADLINE_URL"];
if (url === undefined) throw new Error("Set LEADLINE_URL to the address of a running Leadline.");
const [, , folder, part = ""] = process.argv;
const browser = await launchChromium();
try {
  await holdTheChats(browser, url);
  if (folder === undefined) await takeDocs(browser, url);
  else await takeGallery(browser, url, { folder, part });
} finally {
  await browser.close();
}

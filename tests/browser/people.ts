import type { BrowserContext, Page } from "playwright-core";

export interface Credentials {
  email: string;
  password: string;
}

export const OWNER: Credentials = { email: "owner@northwind.example", password: "northwind-demo" };

/** The phone page with the first persona's chat loaded. */
export async function openPhone(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${url}/simulator`);
  await page.locator("#chat[aria-busy=false]").waitFor();
  return page;
}

/** Writes as the open persona and, unless told otherwise, waits until the business has answered. */
export async function sayOnPhone(
  page: Page,
  text: string,
  { awaitAnswer = true } = {},
): Promise<void> {
  const before = await page.locator(".from-business").count();
  await page.locator("#composer-text").fill(text);
  await page.locator("#composer-text").press("Enter");
  await page.locator(".from-lead", { hasText: text }).last().waitFor();
  if (awaitAnswer) await page.locator(".from-business").nth(before).waitFor();
}

/** The dashboard, signed in (as the demo's owner, unless told otherwise), and live. */
export async function openDashboard(
  context: BrowserContext,
  url: string,
  { email, password }: Credentials = OWNER,
): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.keyboard.press("Enter");
  await page.locator(".live-live").waitFor();
  return page;
}

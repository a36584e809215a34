import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { type Office, openOffice, seriousProblems } from "./office.ts";
import { OWNER, openDashboard } from "./people.ts";

/** How people get in: the pages, and the mails that bring them there. */
const DEADLINE_MS = 90_000;
const PASSWORD = "correct horse battery";

const ada = { name: "Ada Lovelace", email: "ada@sunny-roofs.example", password: PASSWORD };

let office: Office;
let adasPage: Page;
beforeAll(async () => {
  office = await openOffice("accounts");
}, 120_000);
afterAll(() => office.close(), 30_000);

const newPage = async () => await (await office.newContext()).newPage();

/** Asks the API as a program of this person does. */
async function asProgram({ email, password }: { email: string; password: string }) {
  const post = async (path: string, body: object, headers = {}) => {
    const answer = await fetch(`${office.url}/api/v1${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as { accessToken: string };
  };
  const { accessToken } = await post("/auth/login", { email, password, refreshTokenIn: "body" });
  return (path: string, body: object) =>
    post(path, body, { authorization: `Bearer ${accessToken}` });
}

async function fill(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).fill(value);
  await page.keyboard.press("Enter");
}

describe("getting in", () => {
  test(
    "a newcomer signs up and lands in an empty inbox",
    async () => {
      adasPage = await newPage();
      await adasPage.goto(office.url);
      await adasPage.getByRole("link", { name: "Create an organization" }).click();
      await adasPage.getByLabel("Business name").waitFor();
      expect(await seriousProblems(adasPage)).toEqual([]);
      await fill(adasPage, {
        "Business name": "Sunny Roofs",
        "Your name": ada.name,
        "E-mail": ada.email,
        Password: PASSWORD,
      });
      await adasPage.locator(".live-live").waitFor();
      await adasPage.getByText("No conversations yet").waitFor();
      expect(new URL(adasPage.url()).pathname).toBe("/");
    },
    DEADLINE_MS,
  );

  test(
    "somebody who was invited joins with a name and a password, in their own browser",
    async () => {
      const email = "grace@sunny-roofs.example";
      const ask = await asProgram(ada);
      await ask("/invitations", { email, role: "agent" });
      const page = await newPage();
      await page.goto(await office.mailedLink("invitation", email));
      await page.getByText("Join Sunny Roofs").waitFor();
      expect(await seriousProblems(page)).toEqual([]);
      await fill(page, { "Your name": "Grace Hopper", "Choose a password": PASSWORD });
      await page.getByText("No conversations yet").waitFor();
      await page.getByRole("button", { name: "Sign out (Grace Hopper, Sunny Roofs)" }).waitFor();

      const again = await newPage();
      await again.goto(await office.mailedLink("invitation", email));
      await again.getByText("This invitation does not work any more").waitFor();
    },
    DEADLINE_MS,
  );

  test(
    "somebody with an account joins by its password, and goes from one organization to the other",
    async () => {
      const ask = await asProgram(OWNER);
      await ask("/invitations", { email: ada.email, role: "viewer" });
      await adasPage.goto(await office.mailedLink("invitation", ada.email));
      await adasPage.getByText("Join Northwind Solar").waitFor();
      await fill(adasPage, { "Your password": "not this one" });
      await adasPage.getByText("That is not your password.").waitFor();
      await fill(adasPage, { "Your password": PASSWORD });
      await adasPage.locator(".live-live").waitFor();
      await adasPage.getByRole("button", { name: /^Northwind Solar: switch/ }).click();
      await adasPage.getByRole("dialog").waitFor();
      expect(await seriousProblems(adasPage)).toEqual([]);
      await adasPage.getByRole("button", { name: /Sunny Roofs/ }).click();
      await adasPage.getByRole("button", { name: /^Sunny Roofs: switch/ }).waitFor();
      await adasPage.locator(".live-live").waitFor();
      await adasPage.reload();
      await adasPage.getByRole("button", { name: `Sign out (${ada.name}, Sunny Roofs)` }).waitFor();
    },
    DEADLINE_MS,
  );

  test(
    "a forgotten password is replaced by a link, which ends the session in the other browser",
    async () => {
      const page = await newPage();
      await page.goto(office.url);
      await page.getByRole("link", { name: "Forgot it?" }).click();
      await page.getByText("Forgot your password?").waitFor();
      expect(await seriousProblems(page)).toEqual([]);
      await fill(page, { "E-mail": ada.email });
      await page.getByText("Look into your mail").waitFor();
      await page.goto(await office.mailedLink("reset-password", ada.email));
      await page.getByText("Choose a new password").waitFor();
      expect(await seriousProblems(page)).toEqual([]);
      await fill(page, { "New password": "another horse battery" });
      await page.getByRole("link", { name: "Sign in" }).click();
      await adasPage.getByText("Your session has ended. Please sign in again.").waitFor();
      await page.close();
      const context = await office.newContext();
      await openDashboard(context, office.url, {
        email: ada.email,
        password: "another horse battery",
      });
      await context.close();
    },
    DEADLINE_MS,
  );
});

test("no page needed anything that the security policy refuses", () => {
  expect(office.violations).toEqual([]);
});

import type { Page } from "playwright-core";
import type { Scene } from "./scenes.ts";

/** The ways in, with a made-up server behind them. */
const strange = async (page: Page, address: string) => {
  await page.context().clearCookies();
  await page.goto(address);
  await page.locator(".sign-in-card").waitFor();
};

const answering = async (page: Page, path: string, status: number, json: object = {}) =>
  await page.route(`**/api/v1${path}`, (route) => route.fulfill({ status, json }));

const invitation = (hasAccount: boolean) => ({
  organizationName: "Northwind Solar",
  email: "grace.hopper@northwind.example",
  role: "agent",
  invitedBy: "Nora Winters",
  expiresAt: "2026-12-05T09:00:00.000Z",
  hasAccount,
});

const invited =
  (hasAccount: boolean): Scene["play"] =>
  async (page, _stage, url) => {
    await answering(page, "/invitations/preview", 200, invitation(hasAccount));
    await strange(page, `${url}/invitation#token`);
  };

const fillSignUp = async (page: Page) => {
  await page.getByLabel("Business name").fill("Sunny Roofs");
  await page.getByLabel("Your name").fill("Ada Lovelace");
  await page.getByLabel("E-mail").fill("ada@sunny-roofs.example");
  await page.getByLabel("Password").fill("correct horse battery");
};

export const doorScenes: readonly Scene[] = [
  { name: "door-sign-up", play: (page, _stage, url) => strange(page, `${url}/sign-up`) },
  {
    name: "door-sign-up-missing",
    play: async (page, _stage, url) => {
      await strange(page, `${url}/sign-up`);
      await page.keyboard.press("Enter");
      await page.locator(".field-error").first().waitFor();
    },
  },
  {
    name: "door-sign-up-taken",
    play: async (page, _stage, url) => {
      await answering(page, "/auth/signup", 401);
      await strange(page, `${url}/sign-up`);
      await fillSignUp(page);
      await page.keyboard.press("Enter");
      await page.locator(".form-error", { hasText: "another password" }).waitFor();
    },
  },
  { name: "door-forgot", play: (page, _stage, url) => strange(page, `${url}/forgot-password`) },
  {
    name: "door-forgot-sent",
    play: async (page, _stage, url) => {
      await answering(page, "/auth/forgot-password", 202);
      await strange(page, `${url}/forgot-password`);
      await page.getByLabel("E-mail").fill("grace.hopper@northwind.example");
      await page.keyboard.press("Enter");
      await page.getByText("Look into your mail").waitFor();
    },
  },
  { name: "door-reset", play: (page, _stage, url) => strange(page, `${url}/reset-password#token`) },
  {
    name: "door-reset-done",
    play: async (page, _stage, url) => {
      await answering(page, "/auth/reset-password", 204);
      await strange(page, `${url}/reset-password#token`);
      await page.getByLabel("New password").fill("correct horse battery");
      await page.keyboard.press("Enter");
      await page.getByText("Your password is set").waitFor();
    },
  },
  { name: "door-reset-dead", play: (page, _stage, url) => strange(page, `${url}/reset-password`) },
  { name: "door-invitation-new", play: invited(false) },
  { name: "door-invitation-known", play: invited(true) },
  {
    name: "door-invitation-dead",
    play: async (page, _stage, url) => {
      await answering(page, "/invitations/preview", 404);
      await strange(page, `${url}/invitation#token`);
    },
  },
  {
    name: "switcher",
    play: async (page, _stage, url) => {
      const names = ["Northwind Solar", "Sunny Roofs", "A business with a really rather long name"];
      const data = names.map((name, at) => ({
        id: `0190a000-0000-7000-8000-00000000000${at}`,
        name,
        role: at === 0 ? "owner" : "agent",
        joinedAt: "2026-11-05T09:00:00.000Z",
        isCurrent: at === 0,
      }));
      await answering(page, "/auth/organizations", 200, { data });
      await page.goto(url);
      await page.getByRole("button", { name: /switch to another/ }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
];

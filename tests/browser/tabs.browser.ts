import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Office, openOffice } from "./office.ts";
import { OWNER } from "./people.ts";

const DEADLINE_MS = 45_000;

let office: Office;
beforeAll(async () => {
  office = await openOffice("tabs");
}, 120_000);
afterAll(() => office.close(), 30_000);

test(
  "a tab never goes on as somebody else who signed in in the next one",
  async () => {
    const omar = await office.addColleague("Omar Haddad");
    const context = await office.newContext();
    const first = await context.newPage();
    // Its socket never says that the session is over, so that the next request has to find out.
    await first.routeWebSocket(/\/live$/, () => {});
    await first.goto(office.url);
    await first.getByLabel("E-mail").fill(OWNER.email);
    await first.getByLabel("Password").fill(OWNER.password);
    await first.keyboard.press("Enter");
    await first.getByText("Unread", { exact: true }).waitFor();
    // The same person: the cookie signs the second tab in by itself.
    const second = await context.newPage();
    await second.goto(office.url);
    await second.locator(".live-live").waitFor();
    const answered: string[] = [];
    first.on("response", async (answer) => {
      if (answer.url().includes("/api/v1/") && !answer.url().endsWith("/auth/refresh")) {
        answered.push(`${answer.status()} ${new URL(answer.url()).pathname}`);
      }
    });

    await second.getByRole("button", { name: /^Sign out/ }).click();
    await second.getByLabel("E-mail").fill(omar.email);
    await second.getByLabel("Password").fill(omar.password);
    await second.keyboard.press("Enter");
    await second.locator(".live-live").waitFor();

    await first.getByText("Unread", { exact: true }).click();
    await first.getByText("Your session has ended. Please sign in again.").waitFor();
    expect(answered.filter((line) => line.startsWith("2"))).toEqual([]);
    await context.close();
  },
  DEADLINE_MS,
);

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { eventually } from "../support/wait.ts";
import { type Office, openOffice, seriousProblems } from "./office.ts";
import { openDashboard } from "./people.ts";

/** Nora (the owner) and Omar, each signed in in a browser of their own, over the same chats. */
const DEADLINE_MS = 45_000;
const HOUR_MS = 3_600_000;
const CLARA = { leadName: "Clara Cruz", phone: "4915550100301", messages: 12, heldBy: null };
const DAVID = { leadName: "David Diaz", phone: "4915550100302", messages: 12, heldBy: null };

let office: Office;
let nora: Page;
let omar: Page;

beforeAll(async () => {
  office = await openOffice("two-people");
  const colleague = await office.addColleague("Omar Haddad");
  for (const chat of [CLARA, DAVID]) await office.addChat(chat);
  nora = await openDashboard(await office.newContext(), office.url);
  omar = await openDashboard(await office.newContext(), office.url, colleague);
}, 120_000);

afterAll(() => office.close(), 30_000);

const open = (page: Page, { leadName }: { leadName: string }) =>
  page.locator(".line", { hasText: leadName }).click();

describe("two people at the same chats", () => {
  test(
    "see who else is looking, as long as they look",
    async () => {
      await open(nora, CLARA);
      await open(omar, CLARA);
      await nora.locator(".viewers", { hasText: "Omar Haddad" }).waitFor();
      await omar.locator(".viewers", { hasText: "Nora" }).waitFor();
      expect(await seriousProblems(nora)).toEqual([]);

      await open(omar, DAVID);
      await nora.locator(".viewers").waitFor({ state: "detached" });
      expect(await omar.locator(".viewers").count()).toBe(0);

      await open(omar, CLARA);
      await nora.locator(".viewers", { hasText: "Omar Haddad" }).waitFor();
    },
    DEADLINE_MS,
  );

  test(
    "see a takeover of the other, by name, and cannot write meanwhile",
    async () => {
      await omar.getByRole("button", { name: "Take over" }).click();
      await omar.getByText("You have it").waitFor();
      await nora.getByText("Omar Haddad has it").waitFor();
      await nora.getByText("Omar Haddad has this chat. Take it over to write yourself.").waitFor();
      expect(await nora.locator("#composer-text").isVisible()).toBe(false);
      expect(await nora.getByRole("button", { name: "Hand back" }).count()).toBe(0);
      await nora.getByRole("button", { name: "Take over from Omar Haddad" }).waitFor();
      expect(await seriousProblems(nora)).toEqual([]);
    },
    DEADLINE_MS,
  );

  test(
    "see the other typing, and what was written in full",
    async () => {
      await omar.locator("#composer-text").fill("I am on it, Clara.");
      await nora.getByText("Omar Haddad is typing…").waitFor();
      await omar.keyboard.press("Enter");
      await nora.getByText("Omar Haddad is typing…").waitFor({ state: "detached" });
      const said = nora.locator('.message[data-author="human"]', { hasText: "I am on it" });
      await said.waitFor();
      expect(await said.count()).toBe(1);
    },
    DEADLINE_MS,
  );

  test(
    "take a chat from each other only after being asked",
    async () => {
      await nora.locator("h1").click();
      await nora.keyboard.press("t");
      const dialog = nora.getByRole("alertdialog", { name: "Omar Haddad has this chat" });
      await dialog.waitFor();
      expect(await seriousProblems(nora)).toEqual([]);
      await nora.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      await omar.getByText("You have it").waitFor();

      await nora.getByRole("button", { name: "Take over from Omar Haddad" }).click();
      await dialog.getByRole("button", { name: "Take it over" }).click();
      await nora.getByText("You have it").waitFor();
      await omar.getByText("Nora Winters has it").waitFor();
      expect(await omar.locator("#composer-text").isVisible()).toBe(false);
      expect(await nora.locator("#composer-text").isDisabled()).toBe(false);
    },
    DEADLINE_MS,
  );

  test(
    "only owners take or give back a colleague's chat; both see it, and the colleague leave",
    async () => {
      await omar.getByText("An owner or admin can take it over.").waitFor();
      expect(await omar.getByRole("button", { name: "Take over from Nora" }).isDisabled()).toBe(
        true,
      );
      await nora.getByRole("button", { name: "Hand back" }).click();
      await omar.getByRole("button", { name: "Take over" }).click();
      await nora.getByRole("button", { name: "Take over from Omar Haddad" }).click();
      await nora.getByRole("button", { name: "Hand it to the bot" }).click();
      for (const page of [nora, omar])
        await page.getByText("Bot answers", { exact: true }).waitFor();
      await omar.close();
      await nora.locator(".viewers").waitFor({ state: "detached" });
    },
    DEADLINE_MS,
  );

  test(
    "what did not arrive is sent again with one click, once, and shows who did it",
    async () => {
      await nora.getByRole("button", { name: "Take over" }).click();
      await office.refuseNextSend(131_026);
      await nora.locator("#composer-text").fill("The offer is on its way.");
      await nora.keyboard.press("Enter");
      const again = nora.getByRole("button", { name: "Send it again" });
      await again.waitFor();
      expect(await seriousProblems(nora)).toEqual([]);
      await again.click();
      await again.waitFor({ state: "detached" });
      const said = nora.locator(".message", { hasText: "The offer is on its way." });
      await said.nth(1).waitFor();
      expect(await said.nth(0).getAttribute("data-state")).toBe("failed");
      await nora.locator(".message .author", { hasText: "Nora Winters" }).first().waitFor();
      await nora.getByRole("button", { name: "Hand back" }).click();
    },
    DEADLINE_MS,
  );

  test(
    "a viewer may look and change nothing",
    async () => {
      const viewer = await office.addColleague("Vera Voss", "viewer");
      const vera = await openDashboard(await office.newContext(), office.url, viewer);
      await open(vera, CLARA);
      await vera.getByText("Your role may read chats, not write in them.").waitFor();
      expect(await vera.getByRole("button", { name: "Take over" }).isDisabled()).toBe(true);
      await vera.goto(`${office.url}/queue`);
      await vera.getByText("For operators only").waitFor();
      expect(await vera.getByRole("link", { name: "Queue" }).count()).toBe(0);
      await vera.close();
    },
    DEADLINE_MS,
  );

  test(
    "the reply window is counted in business time, and follows when its clock is moved",
    async () => {
      /** A page asks anew when somebody comes back to it, unless it is just asking. */
      const comesToShow = (hasText: RegExp | string) =>
        eventually(
          async () => {
            await nora.evaluate(() => window.dispatchEvent(new Event("visibilitychange")));
            return await nora.locator(".window", { hasText }).isVisible();
          },
          { timeoutMs: DEADLINE_MS / 3, everyMs: 200 },
        );
      await nora.getByText("23 h", { exact: false }).first().waitFor();
      await office.moveClock(5 * HOUR_MS);
      await comesToShow(/^18 h/u);
      await office.moveClock(20 * HOUR_MS);
      await comesToShow("Window closed");
    },
    DEADLINE_MS,
  );

  test("does all of this without breaking the page's own policy", () => {
    expect(office.violations).toEqual([]);
  });
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { BrowserContext, Page } from "playwright-core";
import { type Office, openOffice, seriousProblems } from "./office.ts";
import { openDashboard, openPhone, sayOnPhone } from "./people.ts";

/** The owner beside a lead's phone, in a real browser, on a whole Leadline of its own. */
const DEADLINE_MS = 30_000;

let office: Office;
let context: BrowserContext;
let phone: Page;
let desk: Page;

beforeAll(async () => {
  office = await openOffice("dashboard");
  context = await office.newContext();
  phone = await openPhone(context, office.url);
}, 120_000);

afterAll(() => office.close(), 30_000);

describe("the dashboard beside the phone", () => {
  test(
    "shows nobody anything before sign-in, and says when the password is wrong",
    async () => {
      desk = await context.newPage();
      await desk.goto(office.url);
      await desk.getByLabel("E-mail").fill("owner@northwind.example");
      await desk.getByLabel("Password").fill("wrong");
      await desk.keyboard.press("Enter");
      await desk.getByText("E-mail or password is wrong.").waitFor();
      expect(await seriousProblems(desk)).toEqual([]);
      await desk.close();
    },
    DEADLINE_MS,
  );

  test(
    "shows a lead's first message, and the bot's answer with its ticks, without a reload",
    async () => {
      desk = await openDashboard(context, office.url);
      await desk.getByText("No conversations yet").waitFor();
      expect(await seriousProblems(desk)).toEqual([]);

      await sayOnPhone(phone, "Hi, how much is it?");
      await desk.locator(".line").first().click();
      await desk.locator('.message[data-author="lead"]', { hasText: "how much" }).waitFor();
      const answer = desk.locator('.message[data-author="bot"][data-state="read"]');
      await answer.first().waitFor();
      await desk.locator(".panel .event-stage").first().waitFor();
      expect(await seriousProblems(desk)).toEqual([]);
    },
    DEADLINE_MS,
  );

  test(
    "one key takes the chat over; what the person writes arrives on the phone, and the bot is silent",
    async () => {
      const botMessages = await desk.locator('.message[data-author="bot"]').count();
      expect(await desk.locator("#composer-text").isVisible()).toBe(false);
      await desk.locator("h1").click();
      await desk.keyboard.press("t");
      await desk.getByText("You have it").waitFor();

      await desk.locator("#composer-text:enabled").fill("This is Nora. Shall I call you at five?");
      await desk.keyboard.press("Enter");
      await phone.locator(".from-business", { hasText: "This is Nora." }).waitFor();
      await desk
        .locator('.message[data-author="human"][data-state="read"]', { hasText: "Nora" })
        .waitFor();

      await sayOnPhone(phone, "Yes please, five is good", { awaitAnswer: false });
      await desk.locator(".message", { hasText: "five is good" }).waitFor();
      expect(await desk.locator('.message[data-author="bot"]').count()).toBe(botMessages);
      expect(await seriousProblems(desk)).toEqual([]);
    },
    DEADLINE_MS,
  );

  test(
    "handing back lets the bot answer again",
    async () => {
      await desk.getByRole("button", { name: "Hand back" }).click();
      await desk.getByText("Bot answers", { exact: true }).waitFor();
      await sayOnPhone(phone, "And how long is the warranty?");
      await desk.locator(".message", { hasText: "warranty" }).first().waitFor();
    },
    DEADLINE_MS,
  );

  test(
    "says that it is offline, and afterwards shows what was said meanwhile, once",
    async () => {
      await desk.context().setOffline(true);
      await desk.getByText("You are offline.").waitFor();
      await desk.context().setOffline(false);
      await sayOnPhone(phone, "One more question: do you finance?");
      await desk.locator(".live-live").waitFor();
      const said = desk.locator(".message", { hasText: "do you finance" });
      await said.waitFor();
      expect(await said.count()).toBe(1);
    },
    DEADLINE_MS,
  );

  test(
    "finds by name, and moves by keyboard",
    async () => {
      await desk.locator("h1").click();
      await desk.keyboard.press("/");
      await desk.keyboard.type("nobody of this name");
      await desk.getByText("Nothing found").waitFor();
      await desk.keyboard.press("Escape");
      await desk.locator(".line").first().waitFor();
      await desk.locator("h1").click();
      await desk.keyboard.press("?");
      await desk.getByRole("dialog").waitFor();
      expect(await seriousProblems(desk)).toEqual([]);
      await desk.keyboard.press("Escape");
    },
    DEADLINE_MS,
  );

  test(
    "is as readable in the dark and on a narrow screen, details included",
    async () => {
      await desk.locator(".line").first().click();
      await desk.locator(".message").first().waitFor();
      for (const colorScheme of ["dark", "light"] as const) {
        await desk.emulateMedia({ colorScheme });
        for (const width of [360, 768, 1600]) {
          await desk.setViewportSize({ width, height: 800 });
          expect(await seriousProblems(desk)).toEqual([]);
          expect(await desk.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
        }
      }
      await desk.setViewportSize({ width: 1280, height: 900 });
    },
    DEADLINE_MS,
  );

  test(
    "shows operators the queue",
    async () => {
      await desk.getByRole("link", { name: "Queue" }).click();
      await desk.getByRole("rowheader", { name: "Bot turns" }).waitFor();
      expect(await seriousProblems(desk)).toEqual([]);
    },
    DEADLINE_MS,
  );

  test(
    "lets operators replay or discard what was given up, after asking",
    async () => {
      await office.bury("The model was away.");
      await office.bury("Nobody needs this one.");
      await desk.reload();
      const letter = (reason: string) => desk.locator(".letter", { hasText: reason });
      await letter("The model was away.").getByRole("button", { name: "Replay" }).click();
      const dialog = desk.getByRole("alertdialog");
      await dialog.getByRole("heading", { name: "Replay this entry?" }).waitFor();
      expect(await seriousProblems(desk)).toEqual([]);
      await dialog.getByRole("button", { name: "Replay" }).click();
      await letter("The model was away.").waitFor({ state: "detached" });

      await letter("Nobody needs").getByRole("button", { name: "Discard" }).click();
      expect(await dialog.getByRole("button", { name: "Discard it" }).isDisabled()).toBe(true);
      await dialog.getByLabel("Why?").fill("Test traffic");
      expect(await seriousProblems(desk)).toEqual([]);
      await desk.keyboard.press("Enter");
      await letter("Nobody needs").waitFor({ state: "detached" });
    },
    DEADLINE_MS,
  );

  test("runs and styles itself without breaking its own policy", () => {
    expect(office.violations).toEqual([]);
  });

  test(
    "signing out leads back to the sign-in",
    async () => {
      await desk.getByRole("button", { name: /Sign out/u }).click();
      await desk.getByLabel("Password").waitFor();
    },
    DEADLINE_MS,
  );
});

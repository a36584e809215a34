import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { type Office, openOffice, seriousProblems } from "./office.ts";
import { openDashboard } from "./people.ts";

/** A chat of 5,000 messages of all lengths, in a real browser. */
const DEADLINE_MS = 45_000;
const MESSAGES = 5_000;
const PHONE = "4915550100200";
/** What a screen needs and some around it; all 5,000 would be fifty times as many. */
const FEW_ROWS = 60;

let office: Office;
let desk: Page;

beforeAll(async () => {
  office = await openOffice("long-chat");
  const id = await office.addChat({
    leadName: "Lena Lang",
    phone: PHONE,
    messages: MESSAGES,
    heldBy: office.ownerId,
  });
  const context = await office.newContext();
  desk = await openDashboard(context, office.url);
  await desk.goto(`${office.url}/conversations/${id}`);
}, 120_000);

afterAll(() => office.close(), 30_000);

const log = () => desk.locator(".log");
const rowCount = () => desk.locator(".log-row").count();
const message = (text: string) => desk.locator(".message", { hasText: text });
const distanceFromEnd = () =>
  log().evaluate((one) => one.scrollHeight - one.scrollTop - one.clientHeight);
const loadedRows = () =>
  desk
    .locator(".log-row")
    .first()
    .evaluate((row) => Number(row.ariaSetSize));
const frames = (count: number) =>
  desk.evaluate(async (left) => {
    for (let n = 0; n < left; n += 1) await new Promise(requestAnimationFrame);
  }, count);

/** Some row in the middle of the screen, and how high it stands. */
function rowInView() {
  return log().evaluate((one) => {
    const middle = one.getBoundingClientRect().top + one.clientHeight / 2;
    const row = [...one.querySelectorAll("[data-row]")].find(
      (each) => each.getBoundingClientRect().bottom > middle,
    );
    return { key: row?.getAttribute("data-row") ?? "", top: row?.getBoundingClientRect().top ?? 0 };
  });
}

const topOf = (key: string) =>
  desk.locator(`[data-row="${key}"]`).evaluate((row) => row.getBoundingClientRect().top);

describe("a chat of 5,000 messages", () => {
  test(
    "opens at its newest message and draws only what is near the screen",
    async () => {
      await message(`Message ${MESSAGES}`).waitFor();
      expect(await distanceFromEnd()).toBeLessThan(2);
      expect(await rowCount()).toBeLessThan(FEW_ROWS);
      expect(await seriousProblems(desk)).toEqual([]);
    },
    DEADLINE_MS,
  );

  test(
    "loads older messages when one scrolls up, and what one reads stays where it is",
    async () => {
      for (let page = 0; page < 4; page += 1) {
        const answer = Promise.withResolvers<void>();
        const asked = Promise.withResolvers<void>();
        await desk.route("**/messages?*before=*", async (route) => {
          asked.resolve();
          await answer.promise;
          await route.continue();
        });
        await log().evaluate((one) => one.scrollTo(0, 260));
        await asked.promise;
        await frames(3);
        const [loaded, before] = [await loadedRows(), await rowInView()];
        answer.resolve();
        await desk.waitForFunction(
          (known) => Number(document.querySelector(".log-row")?.ariaSetSize) > known,
          loaded,
        );
        await frames(5);
        await desk.unroute("**/messages?*before=*");
        expect(Math.abs((await topOf(before.key)) - before.top)).toBeLessThanOrEqual(1);
        expect(await rowCount()).toBeLessThan(FEW_ROWS);
      }
      expect(await loadedRows()).toBeGreaterThan(200);
      expect(await seriousProblems(desk)).toEqual([]);
    },
    DEADLINE_MS,
  );

  test(
    "keeps everything in order and in place while one turns the wheel through it",
    async () => {
      await log().hover();
      for (let turn = 0; turn < 25; turn += 1) {
        await desk.mouse.wheel(0, -700);
        await frames(4);
      }
      const numbers = await desk
        .locator(".message .text")
        .evaluateAll((texts) => texts.map((text) => Number(/\d+/u.exec(text.textContent ?? ""))));
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      expect(new Set(numbers).size).toBe(numbers.length);
      const overlaps = await desk.evaluate(async () => {
        // As painted: a row that turns out taller moves its neighbours before the frame is shown.
        await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
        const rows = [...document.querySelectorAll(".log-row")];
        const boxes = rows.map((row) => row.getBoundingClientRect());
        return boxes.filter(({ top }, n) => Math.abs(top - (boxes[n - 1]?.bottom ?? top)) > 1.5);
      });
      expect(overlaps).toEqual([]);
      expect(await rowCount()).toBeLessThan(FEW_ROWS);
    },
    DEADLINE_MS,
  );

  test(
    "says how many messages came while one reads older ones, moves nothing, and leads to them",
    async () => {
      const before = await rowInView();
      await office.leadWrites(PHONE, "Are you still there?");
      await desk.getByRole("button", { name: "1 new message" }).waitFor();
      await office.leadWrites(PHONE, "Hello?");
      const pill = desk.getByRole("button", { name: "2 new messages" });
      await pill.waitFor();
      expect(Math.abs((await topOf(before.key)) - before.top)).toBeLessThanOrEqual(1);
      expect(await seriousProblems(desk)).toEqual([]);

      await pill.click();
      await message("Hello?").waitFor();
      await pill.waitFor({ state: "detached" });
      await frames(5);
      expect(await distanceFromEnd()).toBeLessThan(2);
    },
    DEADLINE_MS,
  );

  test(
    "stays at the end when something is said there, and when a long text makes the composer grow",
    async () => {
      await office.leadWrites(PHONE, `A long one: ${"because it matters ".repeat(20)}`);
      await message("A long one:").waitFor();
      await frames(5);
      expect(await distanceFromEnd()).toBeLessThan(2);

      await desk.locator("#composer-text").fill("line\n".repeat(6));
      await frames(5);
      expect(await distanceFromEnd()).toBeLessThan(2);
      await desk.locator("#composer-text").fill("");
    },
    DEADLINE_MS,
  );

  test(
    "is read with the keyboard alone",
    async () => {
      await log().focus();
      await desk.keyboard.press("PageUp");
      await desk.waitForFunction(() => document.querySelector(".newest") !== null);
      await desk.keyboard.press("End");
      await desk.locator(".newest").waitFor({ state: "detached" });
      await desk.keyboard.press("Home");
      await desk.locator(".newest").waitFor();
      await desk.keyboard.press("End");
      await desk.locator(".newest").waitFor({ state: "detached" });
    },
    DEADLINE_MS,
  );

  test(
    "shows what a message answers and goes there; a reply quotes, and comes as a quote to the phone",
    async () => {
      // The way to the end by key is kept up until a scroll that was under way is over.
      await frames(30);
      await message(`Message ${MESSAGES}`).locator(".quote").click();
      await desk
        .locator(".log-row.is-pointed-at", { hasText: `Message ${MESSAGES - 30}` })
        .waitFor();

      await desk.locator(".newest").click();
      const asked = message("Hello?").last();
      await asked.waitFor();
      await asked.hover();
      await asked.getByRole("button", { name: "Reply to: Hello?" }).click();
      await desk.locator(".replying", { hasText: "Lena Lang" }).waitFor();
      await desk.keyboard.type("Here I am");
      await desk.keyboard.press("Enter");
      const own = message("Here I am");
      await own.locator(".quote", { hasText: "Hello?" }).waitFor();
      await desk
        .locator('[data-author="human"]:is([data-state="delivered"], [data-state="read"])')
        .waitFor();
      expect(await desk.locator(".replying").count()).toBe(0);
      const { data } = (await (
        await fetch(`${office.url}/simulator/api/chats/${PHONE}`)
      ).json()) as { data: { wamid: string; text: string; replyTo?: string }[] };
      const said = data.find(({ text }) => text === "Hello?");
      expect(data.find(({ text }) => text === "Here I am")?.replyTo).toBe(said?.wamid ?? "missing");
    },
    DEADLINE_MS,
  );

  test("does all of this without breaking the page's own policy", () => {
    expect(office.violations).toEqual([]);
  });
});

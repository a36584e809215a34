import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "./chromium.ts";
import { type FakePhoneServer, startFakePhoneServer } from "./fake-phone-server.ts";

/** The page alone, in a real browser, against a server that says what each test tells it to. */
let browser: Browser;
let server: FakePhoneServer;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

async function openPage(size = { width: 390, height: 780 }): Promise<void> {
  const context = await browser.newContext({ viewport: size, reducedMotion: "reduce" });
  context.setDefaultTimeout(8_000);
  page = await context.newPage();
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("console", (line) => {
    if (/content security policy/iu.test(line.text())) complaints.push(line.text());
  });
  await page.goto(`${server.url}/simulator`);
  await page.locator("#business-status", { hasText: "+1 555" }).waitFor();
}

beforeEach(async () => {
  complaints = [];
  server = startFakePhoneServer();
  await openPage();
});

afterEach(async () => {
  await page.context().close();
  await server.stop();
  expect(complaints).toEqual([]);
});

const bubbles = () => page.locator(".message");
const ownTicks = () => page.locator(".message.from-lead .meta").last().getAttribute("data-ticks");
const typeLine = async (text: string) => {
  await page.locator("#composer-text").fill(text);
  await page.keyboard.press("Enter");
};

/** Fills the chat beyond one screen. */
function sayMuch(): void {
  for (let line = 1; line <= 40; line += 1) server.say("ana", { text: `Line ${line}` });
}

describe("writing", () => {
  test("an opener starts the chat and the openers go away", async () => {
    await page.getByRole("button", { name: "Hi, how much is it?" }).click();
    await page.locator('.meta[data-ticks="delivered"]').waitFor();
    expect(await bubbles().count()).toBe(1);
    expect(await page.locator("#openers").isVisible()).toBe(false);
    expect(server.posted).toMatchObject([{ persona: "ana", text: "Hi, how much is it?" }]);
  });

  test("Enter sends, Shift+Enter breaks the line, an empty message goes nowhere", async () => {
    const input = page.locator("#composer-text");
    await input.press("Enter");
    await input.pressSequentially("one");
    const oneLine = (await input.boundingBox())?.height ?? 0;
    await input.press("Shift+Enter");
    await input.pressSequentially("two");
    expect((await input.boundingBox())?.height).toBeGreaterThan(oneLine);
    await input.press("Enter");
    await page.locator('.meta[data-ticks="delivered"]').waitFor();
    expect(server.posted.map((send) => "text" in send && send.text)).toEqual(["one\ntwo"]);
    expect(await input.inputValue()).toBe("");
    expect((await input.boundingBox())?.height).toBe(oneLine);
  });

  test("the read tick turns blue in words too", async () => {
    await typeLine("Hi");
    await page.getByRole("img", { name: "delivered" }).waitFor();
    const wamid = (await bubbles().last().getAttribute("data-wamid")) ?? "";
    server.frame("ana", { type: "ticks", wamid, ticks: "read" });
    await page.getByRole("img", { name: "read", exact: true }).waitFor();
  });

  test("a refused message says why and goes out once when tried again", async () => {
    server.refuseSends(1, { status: 503, userMessage: "The queue is away." });
    await typeLine("Hi");
    await page.getByText("The queue is away.").waitFor();
    expect(await ownTicks()).toBe("failed");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator('.meta[data-ticks="delivered"]').waitFor();
    expect(await bubbles().count()).toBe(1);
    expect(server.posted.length).toBe(1);
  });

  test("what is typed while the server is away waits in sight and is sent when it is back", async () => {
    const { port } = server;
    await server.stop();
    await page.locator("#business-status", { hasText: "Reconnecting…" }).waitFor();
    expect(await page.locator("#connection-banner").isVisible()).toBe(true);
    await typeLine("Are you there?");
    expect(await ownTicks()).toBe("pending");

    server = startFakePhoneServer(port);
    await page.locator('.meta[data-ticks="delivered"]').waitFor();
    expect(await page.locator("#connection-banner").isVisible()).toBe(false);
    expect(await bubbles().count()).toBe(1);
    expect(server.posted.length).toBe(1);
  });
});

describe("reading", () => {
  test("typing shows in the header and as a bubble until the message comes", async () => {
    server.frame("ana", { type: "typing", forMs: 25_000 });
    await page.locator("#business-status", { hasText: "typing…" }).waitFor();
    await page.locator("#typing").waitFor();
    server.say("ana", { text: "Here it is" });
    await page.locator("#typing").waitFor({ state: "hidden" });
  });

  test("markup is shown as typed; only web addresses become links", async () => {
    const text = '<img src=x onerror="alert(1)"> javascript:alert(1) https://northwind.example/a.';
    server.say("ana", { text });
    await bubbles().waitFor();
    expect(await page.locator(".text").textContent()).toBe(text);
    expect(await page.locator(".text img").count()).toBe(0);
    const link = page.locator(".text a");
    expect(await link.getAttribute("href")).toBe("https://northwind.example/a");
    expect(await link.getAttribute("rel")).toContain("noopener");
  });

  test("each text runs in its own direction", async () => {
    server.say("ana", { text: "مرحبا بك" });
    await bubbles().waitFor();
    const direction = await page
      .locator(".text")
      .evaluate((node) => node.ownerDocument.defaultView?.getComputedStyle(node).direction);
    expect(direction).toBe("rtl");
  });

  test("a reader who scrolled up stays there and is led back by the pill", async () => {
    sayMuch();
    await page.locator(".text", { hasText: "Line 40" }).waitFor();
    const chat = page.locator("#chat");
    await chat.evaluate((node) => node.scrollTo(0, 0));
    await page.locator("#new-messages").waitFor();
    server.say("ana", { text: "News" });
    await page.locator("#new-messages", { hasText: "1 new message" }).waitFor();
    expect(await chat.evaluate((node) => node.scrollTop)).toBe(0);
    await page.locator("#new-messages").click();
    await page.locator("#new-messages").waitFor({ state: "hidden" });
    const rest = await chat.evaluate(
      (node) => node.scrollHeight - node.scrollTop - node.clientHeight,
    );
    expect(rest).toBeLessThan(2);
  });

  test("a reader at the end follows each new message", async () => {
    sayMuch();
    const last = page.locator(".text", { hasText: "Line 40" });
    await last.waitFor();
    const isInView = () =>
      last.evaluate((node) => {
        const chat = node.closest("#chat")?.getBoundingClientRect();
        return chat !== undefined && node.getBoundingClientRect().bottom <= chat.bottom;
      });
    expect(await isInView()).toBe(true);
  });
});

describe("tapping", () => {
  test("a reply button answers once, quoting its message", async () => {
    const { wamid } = server.say("ana", {
      kind: "buttons",
      text: "Shall I book it?",
      buttons: [
        { id: "yes", title: "Yes, please" },
        { id: "no", title: "Not now" },
      ],
    });
    const yes = page.locator(".option", { hasText: "Yes, please" });
    await yes.click();
    await page.locator(".quote", { hasText: "Shall I book it?" }).waitFor();
    expect(server.posted).toMatchObject([
      { type: "button_reply", id: "yes", title: "Yes, please", context: wamid },
    ]);
    expect(await yes.isDisabled()).toBe(true);
    expect(await page.locator(".option", { hasText: "Not now" }).isDisabled()).toBe(false);
  });

  test("a list opens from below, is picked with the keyboard and sent", async () => {
    const { wamid } = server.say("ana", {
      kind: "list",
      text: "Which day?",
      list: {
        button: "See free times",
        rows: [
          { id: "wed", title: "Wednesday", description: "10:00" },
          { id: "thu", title: "Thursday", description: "14:00" },
        ],
      },
    });
    await page.getByRole("button", { name: "See free times" }).click();
    const sheet = page.getByRole("dialog", { name: "See free times" });
    await sheet.waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await sheet.waitFor({ state: "hidden" });
    await page.locator(".quote", { hasText: "Which day?" }).waitFor();
    expect(server.posted).toMatchObject([
      { type: "list_reply", id: "thu", title: "Thursday", context: wamid },
    ]);
  });

  test("Escape closes the list without an answer, and it opens again", async () => {
    server.say("ana", {
      kind: "list",
      text: "Which day?",
      list: { button: "See free times", rows: [{ id: "wed", title: "Wednesday" }] },
    });
    const open = page.getByRole("button", { name: "See free times" });
    const sheet = page.getByRole("dialog");
    await open.click();
    await sheet.waitFor();
    await page.keyboard.press("Escape");
    await sheet.waitFor({ state: "hidden" });
    await open.click();
    await sheet.waitFor();
    expect(server.posted).toEqual([]);
  });
});

describe("people and time", () => {
  test("each person has their own chat, and a badge while it holds news", async () => {
    await typeLine("I am Ana");
    server.say("sam", { text: "Hello Sam" });
    const sam = page.locator('[data-persona="sam"]');
    await sam.locator(".badge", { hasText: "1" }).waitFor();
    await sam.click();
    await page.locator(".text", { hasText: "Hello Sam" }).waitFor();
    expect(await bubbles().count()).toBe(1);
    expect(await sam.getAttribute("aria-current")).toBe("true");
    expect(await sam.locator(".badge").isVisible()).toBe(false);
    await page.reload();
    await page.locator(".text", { hasText: "Hello Sam" }).waitFor();
  });

  test("the business clock moves on and new messages fall under the new day", async () => {
    server.say("ana", { text: "Before" });
    await page.locator(".day", { hasText: "Today" }).waitFor();
    await page.getByRole("button", { name: "+24 h" }).click();
    await page.locator("#clock-note", { hasText: "Moved +24 h" }).waitFor();
    server.say("ana", { text: "After" });
    await page.locator(".text", { hasText: "After" }).waitFor();
    expect(await page.locator(".day").allInnerTexts()).toEqual(["Yesterday", "Today"]);
  });
});

describe("width", () => {
  test.each([320, 360, 720, 768, 1120, 1280])("at %d px nothing is cut off", async (width) => {
    await page.setViewportSize({ width, height: 740 });
    server.say("ana", { text: `https://northwind.example/${"long".repeat(40)}` });
    await bubbles().waitFor();
    const excessPx = await page.evaluate(
      () =>
        globalThis.document.documentElement.scrollWidth -
        globalThis.document.documentElement.clientWidth,
    );
    expect(excessPx).toBe(0);
    for (const id of ["#composer-send", "[data-advance-ms='86400000']", "a[href='/swagger']"]) {
      const box = await page.locator(id).boundingBox();
      expect((box?.x ?? width) + (box?.width ?? 0)).toBeLessThanOrEqual(width);
    }
  });
});

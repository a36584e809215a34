import type { Page } from "playwright-core";
import { message } from "../../dashboard/support/rows.ts";
import { comes, looksAlso, type Stage, types } from "./stage.ts";
import { idOf } from "./world.ts";

/** One thing to look at: what has to happen before its picture is taken. */
export interface Scene {
  name: string;
  play(page: Page, stage: Stage, url: string): Promise<void>;
}

const openChat = async (page: Page, url: string, name: string) => {
  await page.goto(`${url}/conversations/${idOf(name)}`);
  await page.locator(".live-live").waitFor({ state: "attached" });
  await page.locator(".message").first().waitFor();
};

/** On a narrow screen the details lie over the chat: hidden unless a scene is about them. */
const chat = (name: string, then?: Scene["play"]): Scene["play"] => {
  return async (page, stage, url) => {
    await openChat(page, url, name);
    await then?.(page, stage, url);
  };
};

const inbox = (mood: Stage["mood"], seen: string): Scene["play"] => {
  return async (page, stage, url) => {
    stage.mood = mood;
    await page.goto(url);
    await page.locator(seen).first().waitFor();
  };
};

const signedOut = async (page: Page, url: string) => {
  await page.context().clearCookies();
  await page.goto(url);
  await page.getByLabel("Password").waitFor();
};

/** Someone from the other side of a long chat: first up, then something new comes. */
const scrolledUp: Scene["play"] = async (page, stage) => {
  await page.locator(".log").evaluate((log) => log.scrollTo(0, 400));
  await page.locator(".newest").waitFor();
  const conversationId = idOf("talk");
  const text = "Are you still there?";
  stage.tell(
    comes(
      message({ id: "m-new", conversationId, seq: 99, text, sentAt: new Date().toISOString() }),
    ),
  );
  await page.locator(".newest.has-news").waitFor();
};

export const dashboardScenes: readonly Scene[] = [
  { name: "inbox-full", play: inbox("well", ".line") },
  { name: "inbox-loading", play: inbox("silent", ".ghosts") },
  { name: "inbox-empty", play: inbox("empty", ".empty") },
  { name: "inbox-error", play: inbox("failing", ".empty-icon.is-bad") },
  {
    name: "inbox-nothing-found",
    play: async (page, _stage, url) => {
      await page.goto(`${url}/?search=zzz`);
      await page.getByText("Nothing found").waitFor();
    },
  },
  {
    name: "inbox-offline",
    play: async (page, stage, url) => {
      await openChat(page, url, "ana");
      await page.goto(url);
      await inbox("well", ".line")(page, stage, url);
      await page.locator(".live-live").waitFor({ state: "attached" });
      await page.context().setOffline(true);
      await page.locator(".banner").waitFor();
    },
  },
  { name: "chat-bot", play: chat("ana") },
  {
    name: "chat-mine",
    play: chat("sam", async (page, stage) => {
      stage.tell(looksAlso(idOf("sam")));
      stage.tell(types(idOf("sam")));
      await page.locator(".viewers").waitFor();
      await page.locator('.message[data-author="lead"]').last().hover();
      await page.keyboard.press("r");
      await page.locator(".replying").waitFor();
      await page.keyboard.type("Only the last electricity bill. See you on Thursday!");
    }),
  },
  { name: "chat-colleagues", play: chat("clara") },
  {
    name: "chat-take-from",
    play: chat("clara", async (page) => {
      await page.locator(".log").focus();
      await page.keyboard.press("t");
      await page.getByRole("alertdialog").waitFor();
    }),
  },
  { name: "chat-trouble", play: chat("trouble") },
  { name: "chat-window-closed", play: chat("closed") },
  { name: "chat-long-text", play: chat("long") },
  { name: "chat-scrolled-up", play: chat("talk", scrolledUp) },
  { name: "chat-right-to-left", play: chat("rtl") },
  { name: "chat-opted-out", play: chat("crowd-4") },
  {
    name: "chat-loading",
    play: async (page, stage, url) => {
      await page.goto(url);
      await page.locator(".line").first().waitFor();
      stage.mood = "silent";
      await page.locator(".line").first().click();
      await page.locator(".ghosts-chat").waitFor();
    },
  },
  {
    name: "chat-not-found",
    play: async (page, _stage, url) => {
      await page.goto(`${url}/conversations/${idOf("nobody")}`);
      await page.getByText("There is no such conversation").waitFor();
    },
  },
  {
    name: "chat-offline",
    play: chat("sam", async (page) => {
      await page.context().setOffline(true);
      await page.locator(".banner").waitFor();
    }),
  },
  {
    name: "lead-panel",
    play: chat("ana", async (page) => {
      if (!(await page.locator(".panel").isVisible())) await page.locator(".chat-details").click();
      await page.locator(".panel .event").first().waitFor();
    }),
  },
  {
    name: "queue",
    play: async (page, _stage, url) => {
      await page.goto(`${url}/queue`);
      await page.locator("table").waitFor();
    },
  },
  {
    name: "queue-letters",
    play: async (page, _stage, url) => {
      await page.goto(`${url}/queue`);
      await page.locator(".letter").last().scrollIntoViewIfNeeded();
    },
  },
  {
    name: "queue-discard",
    play: async (page, _stage, url) => {
      await page.goto(`${url}/queue`);
      await page.locator(".letter .is-quiet").first().click();
      await page.getByLabel("Why?").fill("Test traffic of the load test");
    },
  },
  {
    name: "queue-forbidden",
    play: async (page, stage, url) => {
      stage.mood = "forbidding";
      await page.goto(`${url}/queue`);
      await page.getByText("For operators only").waitFor();
    },
  },
  {
    name: "keyboard-help",
    play: chat("ana", async (page) => {
      await page.locator(".log").focus();
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
    }),
  },
  {
    name: "no-page",
    play: async (page, _stage, url) => {
      await page.goto(`${url}/conversations/${idOf("ana")}`);
      await page.locator(".message").first().waitFor();
      await page.evaluate(() => history.pushState(null, "", "/nowhere"));
      await page.evaluate(() => dispatchEvent(new PopStateEvent("popstate")));
      await page.getByText("There is no such page").waitFor();
    },
  },
  { name: "sign-in", play: (page, _stage, url) => signedOut(page, url) },
  {
    name: "sign-in-wrong",
    play: async (page, _stage, url) => {
      await signedOut(page, url);
      const wrong = { status: 401, json: { code: "unauthenticated", userMessage: "No." } };
      await page.route("**/auth/login", (route) => route.fulfill(wrong));
      await page.getByLabel("E-mail").fill("nora@northwind.example");
      await page.getByLabel("Password").fill("not this one");
      await page.keyboard.press("Enter");
      await page.getByText("E-mail or password is wrong.").waitFor();
    },
  },
];

const openPhone = async (page: Page, url: string, persona: string) => {
  await page.goto(`${url}/simulator#${persona}`);
  await page.locator("#chat[aria-busy=false]").waitFor();
};

/** The simulated phone, on chats that were really held. */
export const phoneScenes: readonly Scene[] = [
  {
    name: "phone-chat",
    play: async (page, _stage, url) => {
      await openPhone(page, url, "ana");
      await page.locator(".from-business").first().waitFor();
    },
  },
  {
    name: "phone-empty",
    play: async (page, _stage, url) => {
      await page.route("**/simulator/api/chats/marta", (route) =>
        route.fulfill({ json: { data: [] } }),
      );
      await openPhone(page, url, "marta");
      await page.locator("#chat-empty").waitFor();
    },
  },
  {
    name: "phone-unreachable",
    play: async (page, _stage, url) => {
      await page.route("**/simulator/api/**", (route) => route.abort());
      await page.routeWebSocket(/simulator/u, (socket) => void socket.close());
      await page.goto(`${url}/simulator`);
      await page.locator("#chat-failed").waitFor();
    },
  },
];

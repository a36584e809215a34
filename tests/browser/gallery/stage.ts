import type { BrowserContext, Page, Route, WebSocketRoute } from "playwright-core";
import type { Message, SignedIn } from "../../../src/dashboard/api/calls.ts";
import type { Person, ServerFrame } from "../../../src/realtime/protocol.ts";
import { madeUpWorld, type World } from "./world.ts";

/** How the made-up server behaves in a scene. */
export type Mood = "well" | "empty" | "failing" | "silent" | "forbidding";

export interface Stage {
  world: World;
  mood: Mood;
  /** Sends a frame as the server would, once the page is live. */
  tell(frame: ServerFrame): void;
}

/** Puts the made-up world behind a signed-in page; sign-in and the live socket stay real. */
export async function setStage(context: BrowserContext, session: SignedIn): Promise<Stage> {
  let socket: WebSocketRoute | undefined;
  const stage: Stage = {
    world: madeUpWorld(session.user.id),
    mood: "well",
    tell: (frame) => socket?.send(JSON.stringify(frame)),
  };
  await context.routeWebSocket(/\/live$/u, (page) => {
    socket = page;
    const server = page.connectToServer();
    // The real queue and people would overwrite the made-up ones.
    server.onMessage((frame) => {
      if (!/"type":"(?:queue\.snapshot|presence)"/u.test(String(frame))) page.send(frame);
    });
  });
  await context.route(/\/api\/v1\/(?:conversations|queue|dead-letters)/u, (route) =>
    play(stage, route),
  );
  return stage;
}

async function play(stage: Stage, route: Route): Promise<void> {
  if (stage.mood === "silent") return;
  if (stage.mood === "failing") return await route.fulfill(problem(503, "Leadline is restarting."));
  if (stage.mood === "forbidding") return await route.fulfill(problem(403, "Not for you."));
  const url = new URL(route.request().url());
  const body = answer(stage, url);
  await route.fulfill(body === null ? problem(404, "There is none.") : { json: body });
}

function problem(status: number, userMessage: string) {
  return { status, json: { code: "made_up", userMessage } };
}

function answer({ world, mood }: Stage, url: URL): object | null {
  const [, what, id, part] = /v1\/([\w-]+)(?:\/([^/]+))?(?:\/(.+))?$/u.exec(url.pathname) ?? [];
  if (what === "queue") return world.queue;
  if (what === "dead-letters") {
    const state = url.searchParams.get("state");
    return { data: world.letters.filter((one) => one.state === state), nextCursor: null };
  }
  if (id === undefined) return list(world, mood, url.searchParams);
  const row = world.rows.find((one) => one.id === id);
  if (!row) return null;
  if (part === "panel") return { ...world.panel, stage: row.stage };
  if (part !== "messages") return row;
  return { data: world.messages.get(id) ?? [], nextCursor: null };
}

function list({ rows }: World, mood: Mood, query: URLSearchParams): object {
  const search = (query.get("search") ?? "").toLowerCase();
  const data = mood === "empty" ? [] : rows;
  const found = data.filter(({ lead }) => (lead.name ?? "").toLowerCase().includes(search));
  return { data: found, nextCursor: null };
}

/** A colleague, as frames name them. */
const omar: Person = { userId: "u-omar", name: "Omar Haddad" };

const at = new Date().toISOString();

export function looksAlso(conversationId: string): ServerFrame {
  const conversations = [{ conversationId, viewers: [omar] }];
  return { v: 1, type: "presence", id: null, at, data: { complete: false, conversations } };
}

export function types(conversationId: string): ServerFrame {
  const data = { conversationId, person: omar, typing: true };
  return { v: 1, type: "typing", id: null, at, data };
}

/** A live event about a message that has just come. */
export function comes(row: Message): ServerFrame {
  const data = { eventId: row.id, entityId: row.id, version: row.version, row };
  return { v: 1, type: "message.received", id: "9:9-9", at, data };
}

/** Nothing moves any more, and all is drawn. */
export async function settle(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    for (let frame = 0; frame < 8; frame += 1) await new Promise(requestAnimationFrame);
  });
}

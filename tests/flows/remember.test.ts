import { afterEach, beforeEach, expect, test } from "bun:test";
import { createAnnouncer } from "../../src/flows/announce.ts";
import { createRememberHandler } from "../../src/flows/remember.ts";
import { silentLog } from "../support/servers.ts";
import { createWorld, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld("remember");
}, 20_000);
afterEach(() => world.close());

test("a new summary is told to everybody who shows the conversation", async () => {
  await world.receive({ text: "What does a roof cost?" });
  const { id: conversationId, version } = await world.conversation();
  const events: typeof world.events = [];
  const announcer = createAnnouncer({
    db: world.db,
    publish: {
      append: async () => undefined,
      schedule: async () => undefined,
      events: async (batch) => void events.push(...batch),
    },
    log: silentLog,
  });
  const remember = createRememberHandler({
    db: world.db,
    announcer,
    thinker: {
      think: () => Promise.reject(new Error("not asked for here")),
      summarise: async () => ({ kind: "summary", text: "Asks for the price of a roof." }),
    },
    onLlmCall() {},
  });
  await remember({
    entry: { v: 1, organizationId: world.organizationId, conversationId },
    signal: new AbortController().signal,
  });
  await announcer.flush();
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({
    kind: "conversation.updated",
    entityId: conversationId,
    version: version + 1,
    data: { summary: "Asks for the price of a roof.", version: version + 1 },
  });
});

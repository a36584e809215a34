import { afterEach, beforeEach, expect, test } from "bun:test";
import { createAnnouncer } from "../../src/flows/announce.ts";
import { createRememberHandler } from "../../src/flows/remember.ts";
import type { PromptText } from "../../src/funnel/prompts.ts";
import { newId } from "../../src/lib/ids.ts";
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

test("notes are asked for in the organization's own live wording, and in nobody else's", async () => {
  const { db, organizationId } = world;
  const [userId, other, versionId] = [newId(), newId(), newId()];
  await db.rows`insert into organizations (id, name) values (${other}, 'Other')`;
  await db.rows`insert into users (id, email, name, password_hash)
    values (${userId}, 'o@example.test', 'Owner', 'x')`;
  const write = async (owner: string, id: string, state: string, instructions: string) => {
    await db.rows`insert into memberships (organization_id, user_id, role)
      values (${owner}, ${userId}, 'owner') on conflict do nothing`;
    await db.rows`
      insert into prompt_versions (organization_id, id, step, number, instructions, state, hash, created_by)
      select ${owner}, ${id}, 'memory', 1 + (select count(*) from prompt_versions
        where organization_id = ${owner}), ${instructions}, ${state}, 'h', ${userId}::uuid`;
  };
  await write(other, newId(), "live", "Somebody else's.");
  await write(organizationId, newId(), "retired", "An old one.");
  await write(organizationId, versionId, "live", "Ours.");
  const asked: (PromptText | null)[] = [];
  const remember = createRememberHandler({
    db,
    announcer: { announce: async () => {}, republish: async () => {}, flush: async () => {} },
    thinker: {
      think: () => Promise.reject(new Error("not asked for here")),
      summarise: async ({ prompt }) => {
        asked.push(prompt);
        return { kind: "summary", text: "Wrote." };
      },
    },
    onLlmCall() {},
  });
  await world.receive({ text: "Hi" });
  const { id: conversationId } = await world.conversation();
  const signal = new AbortController().signal;
  await remember({ entry: { v: 1, organizationId, conversationId }, signal });
  expect(asked).toEqual([{ versionId, version: "own-2", instructions: "Ours." }]);
});

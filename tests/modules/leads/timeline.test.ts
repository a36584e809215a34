import { afterAll, beforeAll, expect, test } from "bun:test";
import { newId } from "../../../src/lib/ids.ts";
import { ann } from "../../flows/world.ts";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";

const LEADS = "/api/v1/leads";

let rest: RestWorld;
let agent: Awaited<ReturnType<RestWorld["signIn"]>>;
beforeAll(async () => {
  rest = await createRestWorld("timeline");
  agent = await rest.signIn("agent");
}, 30_000);
afterAll(() => rest.close());

test("the timeline tells every kind of thing once, newest first, by whom, over any page size", async () => {
  const { world } = rest;
  const { db, organizationId } = world;
  const other = (await agent.ask("POST", LEADS, { name: "Double" })).body;
  await world.receive({ from: ann });
  const { id: chat, leadId } = await world.conversation();
  await world.turn(chat);
  const path = `${LEADS}/${leadId}`;
  await agent.ask("PATCH", path, { ownerId: agent.userId });
  await agent.ask("POST", `${path}/notes`, { text: "Likes blue." });
  await agent.ask("POST", `/api/v1/conversations/${chat}/takeover`);
  await agent.ask("POST", `/api/v1/conversations/${chat}/release`);
  await db.rows`update conversations set attention_reason = 'unsure', attention_at = now()`;
  await agent.ask("POST", `/api/v1/conversations/${chat}/claim-attention`);
  await agent.ask("POST", `/api/v1/conversations/${chat}/resolve-attention`);
  await agent.ask("POST", `/api/v1/conversations/${chat}/assign`, { userId: agent.userId });
  await agent.ask("PATCH", `/api/v1/conversations/${chat}`, {
    stage: "cta",
    stageReason: "Said so.",
  });
  const ctaId = newId();
  await db.rows`insert into ctas (organization_id, id, kind, name, description)
    values (${organizationId}, ${ctaId}, 'call', 'Call', 'A call')`;
  await db.rows`
    insert into bookings (organization_id, id, conversation_id, cta_id, requested_time, status)
    values (${organizationId}, ${newId()}, ${chat}, ${ctaId}, 'Friday', 'initiated')`;
  await db.rows`
    insert into messages (organization_id, id, conversation_id, integration_id, seq, direction, author,
      kind, text, state, seen_wake_seq, sent_at)
    select organization_id, ${newId()}, id, integration_id, 99, 'out', 'bot', 'text', 'Still there?',
      'delivered', 1, now() from conversations where id = ${chat}`;
  await world.receive({ from: ann, text: "STOP" });
  await agent.ask("POST", `${LEADS}/${other.id}/merge`, { intoId: leadId });

  const entries: Json[] = [];
  let cursor: string | null = null;
  do {
    const query: string = `limit=3${cursor ? `&cursor=${cursor}` : ""}`;
    const { body }: Json = await agent.ask("GET", `${path}/timeline?${query}`);
    entries.push(...body.data);
    cursor = body.nextCursor;
  } while (cursor !== null);

  const by = { id: agent.userId, name: "Name of agent" };
  expect(entries).toMatchObject([
    { kind: "merged", by, lead: { id: other.id, name: "Double" } },
    { kind: "opt_out", conversationId: chat, keyword: "stop", endedAt: null },
    { kind: "follow_up_sent", conversationId: chat },
    { kind: "booking", cta: { id: ctaId, name: "Call" }, requestedTime: "Friday" },
    { kind: "stage", from: "pricing", to: "cta", author: "human", by, reason: "Said so." },
    { kind: "conversation_assigned", by, assignee: by },
    { kind: "attention_resolved", by, reason: "unsure" },
    { kind: "attention_claimed", by, reason: "unsure" },
    { kind: "release", by },
    { kind: "takeover", by },
    { kind: "note", by, text: "Likes blue." },
    { kind: "assigned", by, owner: by },
    { kind: "stage", from: "greeting", to: "pricing", author: "bot", by: null },
    { kind: "created", source: "organic" },
  ]);
  expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
});

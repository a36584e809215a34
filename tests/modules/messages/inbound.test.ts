import { afterAll, beforeAll, expect, test } from "bun:test";
import { messageFixtures } from "../../fixtures/whatsapp/messages.ts";
import { edit, newPerson, reaction, revoke, said, words } from "../../flows/said.ts";
import { createRestWorld, type RestWorld } from "../rest-world.ts";

let rest: RestWorld;
let agent: Awaited<ReturnType<RestWorld["signIn"]>>;
beforeAll(async () => {
  rest = await createRestWorld("inbound-rest");
  agent = await rest.signIn("agent");
}, 30_000);
afterAll(() => rest.close());

async function chat() {
  const [conversation] = await rest.world.conversations();
  const path = `/api/v1/conversations/${conversation?.id}/messages?limit=100`;
  return (await agent.ask("GET", path)).body.data;
}

test("each kind is shown as the document says, with its text and its content", async () => {
  await rest.reset();
  const ann = newPerson();
  const fixtures = Object.values(messageFixtures).filter(({ reader }) => reader !== "nobody");
  await rest.world.receive(...fixtures.map(({ message }) => said(ann, message)));
  const shown = await chat();
  expect(shown).toHaveLength(fixtures.length);
  for (const [at, { text, content }] of fixtures.entries()) {
    expect(shown[at]).toMatchObject({ text, content, reactions: [], editedAt: null });
  }
});

test("reactions, edits and deletions are shown at their message", async () => {
  await rest.reset();
  const ann = newPerson();
  const [one, two] = [said(ann, words("One")), said(ann, words("Two"))];
  await rest.world.receive(one, two);
  await rest.world.receive(
    said(ann, reaction(one.wamid, "👍")),
    said(ann, edit(one.wamid, words("One!"))),
    said(ann, revoke(two.wamid)),
  );
  expect(await chat()).toMatchObject([
    {
      text: "One!",
      editedAt: expect.any(String),
      deletedAt: null,
      reactions: [{ author: "lead", emoji: "👍", at: expect.any(String) }],
    },
    { text: null, content: null, deletedAt: expect.any(String), reactions: [] },
  ]);
});

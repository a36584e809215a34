import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { newId } from "../../../src/lib/ids.ts";
import { release, takeOver } from "../../../src/modules/conversations/service.ts";
import { createWorld, type World } from "../../flows/world.ts";

describe("takeover and release", () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld("handover");
    await world.receive({});
  });
  afterEach(() => world.close());

  const take = async (userId = newId(), organizationId = world.organizationId) =>
    await takeOver(world.db, organizationId, (await world.conversation()).id, userId);
  const letGo = async () =>
    await release(world.db, world.organizationId, (await world.conversation()).id, newId(), true);
  const kinds = (events: readonly { kind: string }[]) => events.map(({ kind }) => kind);

  test("a takeover cancels what the bot had queued and planned, and clears attention", async () => {
    const { id } = await world.conversation();
    await world.turn(id);
    await world.db.rows`update conversations set attention_reason = 'unsure', attention_at = now()`;
    const { events } = await take();
    expect(await world.conversation()).toMatchObject({
      mode: "human",
      fence: 1,
      followUpAt: null,
      attentionReason: null,
    });
    expect(await world.outgoing()).toMatchObject([{ state: "cancelled", cancelReason: "fence" }]);
    expect(kinds(events).sort()).toEqual([
      "attention.resolved",
      "follow_up.cancelled",
      "message.updated",
      "takeover.started",
    ]);
  });

  test("what was open at the takeover is the person's: the bot does not answer it", async () => {
    await take();
    await world.turn((await world.conversation()).id);
    expect(world.dispositions).toEqual([]);
  });

  test("a second person is told that it is taken, the same person may repeat", async () => {
    const me = newId();
    await take(me);
    expect(await take(me)).toMatchObject({ conversation: { mode: "human", takenOverBy: me } });
    expect(take(newId())).rejects.toMatchObject({ code: "conflict" });
  });

  test("a release answers what the lead wrote meanwhile and nobody answered", async () => {
    await take();
    await world.receive({ text: "Anybody there?" });
    const { wakes, events } = await letGo();
    expect(wakes).toBe(true);
    expect(kinds(events)).toEqual(["takeover.ended"]);
    await world.turn((await world.conversation()).id);
    expect(world.dispositions).toEqual(["replied"]);
  });

  test("a release with nothing open wakes nobody; twice is a conflict", async () => {
    await take();
    expect((await letGo()).wakes).toBe(false);
    expect(letGo()).rejects.toMatchObject({ code: "conflict" });
  });

  test("another organization's conversation is not found", () => {
    expect(take(newId(), newId())).rejects.toMatchObject({ code: "not_found" });
  });
});

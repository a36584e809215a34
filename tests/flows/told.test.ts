import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { conversationState, messageState } from "../../src/db/queries/public-state.ts";
import { newId } from "../../src/lib/ids.ts";
import { takeOver } from "../../src/modules/conversations/service.ts";
import { eventually } from "../support/wait.ts";
import { createWorld, decision, type World } from "./world.ts";

interface State {
  id: string;
  version: number;
}

describe("whoever follows the live events knows each row as it is, after", () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld("told");
  }, 20_000);
  afterEach(() => world.close());

  async function started(): Promise<string> {
    await world.receive({ text: "Hi" });
    return (await world.conversation()).id;
  }

  async function expectTold(): Promise<void> {
    const sql = world.db.fragment;
    const rows = await world.db.rows<{ state: State }>`
      select ${sql(messageState("m"))} as state from messages m
      union all select ${sql(conversationState("c"))} from conversations c`;
    for (const { state } of rows) {
      const about = world.events.filter(({ entityId }) => entityId === state.id);
      const newest = about.toSorted((a, b) => a.version - b.version).at(-1);
      expect(newest?.data).toEqual(state);
    }
  }

  test("a draft that a takeover fenced off", async () => {
    const id = await started();
    world.think = async () => {
      world.events.push(...(await takeOver(world.db, world.organizationId, id, newId())).events);
      return { kind: "reply", decision, text: "too late" };
    };
    await world.turn(id);
    expect(world.dispositions).toEqual(["fenced"]);
    await expectTold();
  });

  test("a draft that newer text superseded", async () => {
    const id = await started();
    world.think = async () => {
      await world.receive({ text: "One more thing" });
      return { kind: "reply", decision, text: "too early" };
    };
    await world.turn(id);
    expect(world.dispositions).toEqual(["superseded"]);
    await expectTold();
  });

  /** The bot has answered, and its first nudge is due. */
  async function nudgeIsDue(): Promise<string> {
    const id = await started();
    await world.turn(id);
    world.clock.setOffsetMs(0.2 * 3_600_000);
    return id;
  }

  test("a nudge that newer text cancelled", async () => {
    const id = await nudgeIsDue();
    world.think = async () => {
      await world.receive({ text: "I am back" });
      return { kind: "reply", decision, text: "Still there?" };
    };
    await world.turn(id, "follow_up");
    expect(world.dispositions).toEqual(["replied", "superseded"]);
    await expectTold();
  });

  test("a nudge that failed and is tried again later", async () => {
    const id = await nudgeIsDue();
    world.think = () => Promise.reject(new Error("no model"));
    await world.turn(id, "follow_up");
    expect(world.dispositions).toEqual(["replied", "released"]);
    await expectTold();
  });

  test("a send that was put off", async () => {
    await world.turn(await started());
    world.send = () => ({ kind: "not_sent", why: "The connection was refused." });
    await world.deliver();
    expect(await world.outgoing()).toMatchObject([{ state: "queued", attempts: 1 }]);
    await expectTold();
  });

  test("a send that is on its way", async () => {
    await world.turn(await started());
    const gate = Promise.withResolvers<{ kind: "accepted"; wamid: string }>();
    world.send = () => gate.promise;
    const delivering = world.deliver();
    await eventually(() => world.sends.length === 1);
    expect(await world.outgoing()).toMatchObject([{ state: "sending" }]);
    await expectTold();
    gate.resolve({ kind: "accepted", wamid: newId() });
    await delivering;
    await expectTold();
  });
});

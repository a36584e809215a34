import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { claimTurn } from "../../src/flows/turn/claim.ts";
import { MAX_TURN_ATTEMPTS } from "../../src/flows/turn.ts";
import { eventually } from "../support/wait.ts";
import { createWorld, decision, type World } from "./world.ts";

describe("the lease of a conversation", () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld("lease");
  });
  afterEach(() => world.close());

  const secondsLeft = async () => {
    const [row] = await world.db.rows<{ left: number }>`
      select extract(epoch from lease_until - now())::float8 as left from conversations`;
    return row?.left ?? 0;
  };
  const claimAs = async (workerId: string) =>
    await claimTurn(world.db, {
      organizationId: world.organizationId,
      conversationId: (await world.conversation()).id,
      cause: "message",
      workerId,
      now: world.clock.now(),
      ownLeaseIsLeftover: false,
    });

  test("is renewed as long as its turn runs", async () => {
    await world.receive({ text: "Hi" });
    world.think = async () => {
      await world.db.rows`update conversations set lease_until = now() + interval '3 seconds'`;
      await eventually(async () => (await secondsLeft()) > 4);
      return { kind: "reply", decision, text: "at last" };
    };
    await world.turn((await world.conversation()).id);
    expect(world.dispositions).toEqual(["replied"]);
    expect((await world.conversation()).leaseOwner).toBeNull();
  });

  test("is free after 8 s when a living owner never learned that it has it", async () => {
    await world.receive({ text: "Hi" });
    expect(await claimAs("w1")).toBeDefined();
    expect(await claimAs("w2")).toBeUndefined();
    await world.db.rows`update conversations set lease_until = lease_until - interval '8 seconds'`;
    expect(await claimAs("w2")).toMatchObject({ epoch: 2 });
  });

  describe("invariant 7: duplicate, late or reordered wake-ups change nothing", () => {
    test("is taken once when wake-ups come to one worker together", async () => {
      for (let round = 0; round < 5; round += 1) {
        await world.receive({ text: `Question ${round}` });
        const { id } = await world.conversation();
        await Promise.all([world.turn(id), world.turn(id), world.turn(id)]);
      }
      const turns = await world.db.rows`select attempt, disposition from turns`;
      expect(turns).toEqual(Array(5).fill({ attempt: 1, disposition: "replied" }));
    });
  });

  describe("invariant 9: a stale epoch cannot write, send or acknowledge", () => {
    test("is held by the turn that took it over, also after the one that had lost it ends", async () => {
      await world.receive({});
      const { id } = await world.conversation();
      const thinking: (() => void)[] = [];
      world.think = async () => {
        await new Promise<void>((resolve) => void thinking.push(resolve));
        return { kind: "no_reply", decision };
      };
      const lost = world.turn(id);
      await eventually(() => thinking.length === 1);
      await world.db.rows`update conversations set lease_until = now() - interval '1 second'`;
      const successor = world.turn(id);
      await eventually(() => thinking.length === 2);
      thinking[0]?.();
      await lost;
      // The wake-up of a message that came meanwhile: the worker is at the conversation.
      const third = world.turn(id);
      await Promise.race([third, eventually(() => thinking.length === 3)]);
      expect(thinking).toHaveLength(2);
      thinking[1]?.();
      await Promise.all([successor, third]);
      expect(world.dispositions).toEqual(["lost", "no_reply"]);
    });
  });

  test.each([1, MAX_TURN_ATTEMPTS])(
    "is not touched by the turn that had lost it, failing at try %d",
    async (attempt) => {
      await world.receive({});
      const { id } = await world.conversation();
      await world.db.rows`update conversations set turn_attempts = ${attempt - 1}`;
      world.think = async () => {
        await world.db.rows`update conversations set lease_until = now() - interval '1 second'`;
        expect(await claimAs("successor")).toBeDefined();
        throw new Error("too late to think");
      };
      await world.turn(id);
      expect(world.dispositions).toEqual(["lost"]);
      expect(await world.conversation()).toMatchObject({ leaseOwner: "successor" });
    },
  );
});

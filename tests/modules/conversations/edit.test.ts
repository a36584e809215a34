import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { newId } from "../../../src/lib/ids.ts";
import { decision } from "../../flows/world.ts";
import { createRestWorld, type RestWorld } from "../rest-world.ts";

let rest: RestWorld;
let me: Awaited<ReturnType<RestWorld["signIn"]>>;
let id: string;
beforeAll(async () => {
  rest = await createRestWorld("conversation-edit");
  me = await rest.signIn();
});
beforeEach(async () => {
  await rest.reset();
  await rest.world.receive({});
  id = (await rest.world.conversation()).id;
});
afterAll(() => rest.close());

const edit = (body: object, headers = {}) =>
  me.ask("PATCH", `/api/v1/conversations/${id}`, body, headers);
const kinds = async () => (await rest.events()).map(({ kind }) => kind);
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

describe("setting what is known", () => {
  test("changes only what is named, is announced once and audited", async () => {
    const { status, body, headers } = await edit({ intent: "very_high", language: "pt-BR" });
    expect(status).toBe(200);
    expect(body).toMatchObject({ intent: "very_high", language: "pt-BR", stage: "greeting" });
    expect(headers.get("etag")).toBe(`"${body.version}"`);
    expect(await kinds()).toEqual(["conversation.updated"]);
    const [audited] = await rest.world.db.rows`select action, before, after from audit_log`;
    expect(audited).toEqual({
      action: "conversation.updated",
      before: { intent: "unknown", language: null },
      after: { intent: "very_high", language: "pt-BR" },
    });
    const { version } = (await edit({ intent: "very_high" })).body;
    expect(version).toBe(body.version);
    expect(await kinds()).toEqual(["conversation.updated"]);
  });

  test("is refused on a version that is not there any more", async () => {
    const one = await me.ask("GET", `/api/v1/conversations/${id}`);
    const stale = { "if-match": one.headers.get("etag") ?? "" };
    expect((await edit({ intent: "low" }, stale)).status).toBe(200);
    expect((await edit({ intent: "high" }, stale)).body.code).toBe("precondition_failed");
  });

  test.each([[{}], [{ stage: "won" }], [{ stageReason: "why" }], [{ language: "x".repeat(36) }]])(
    "is refused when it means nothing: %j",
    async (body) => {
      expect((await edit(body)).body.code).toBe("invalid_input");
    },
  );
});

describe("setting a stage", () => {
  test("is free of the bot's moves, and keeps who and why", async () => {
    const { body } = await edit({ stage: "cta", stageReason: "Asked for a visit by phone." });
    expect(body.stage).toBe("cta");
    expect(await kinds()).toEqual(["conversation.updated", "stage.changed"]);
    const panel = await me.ask("GET", `/api/v1/conversations/${id}/panel`);
    expect(panel.body.timeline).toMatchObject([
      {
        kind: "stage",
        from: "greeting",
        to: "cta",
        author: "human",
        reason: "Asked for a visit by phone.",
        by: { id: me.userId },
        confidence: null,
      },
    ]);
  });

  test.each(["closed", "lost", "ghosted"])("%s silences the bot", async (stage) => {
    await rest.world.turn(id);
    await rest.world.receive({ text: "And the battery?" });
    const { body } = await edit({ stage });
    expect(body).toMatchObject({ stage, followUpAt: null, mode: "bot" });
    expect(await rest.world.outgoing()).toMatchObject([
      { state: "cancelled", cancelReason: "fence" },
    ]);
    const before = rest.world.dispositions.length;
    await rest.world.turn(id);
    await rest.world.deliver();
    expect(rest.world.dispositions).toHaveLength(before);
    expect(rest.world.sends).toEqual([]);
    await rest.world.receive({ text: "One more thing" });
    await rest.world.turn(id);
    expect(rest.world.dispositions.slice(before)).toEqual(["replied"]);
  });

  test("fences off the turn that is running, and what it says is never sent", async () => {
    rest.world.think = async () => {
      await edit({ stage: "lost" });
      return { kind: "reply", decision, text: "Too late" };
    };
    await rest.world.turn(id);
    await rest.world.deliver();
    expect(rest.world.dispositions.at(-1)).toBe("fenced");
    expect(await rest.world.outgoing()).toEqual([]);
    expect(await rest.world.conversation()).toMatchObject({ stage: "lost" });
    rest.world.think = () => ({ kind: "reply", decision, text: "Yes" });
  });

  test("stands against a turn that began before it and thought of another", async () => {
    rest.world.think = async () => {
      await edit({ stage: "cta" });
      return { kind: "reply", decision: { ...decision, stage: "pricing" }, text: "Yes" };
    };
    await rest.world.turn(id);
    expect(rest.world.dispositions.at(-1)).toBe("replied");
    expect(await rest.world.conversation()).toMatchObject({ stage: "cta" });
    rest.world.think = () => ({ kind: "reply", decision, text: "Yes" });
  });
});

describe("the planned follow-up", () => {
  test("is cancelled with null and put off with an instant, each by its own event", async () => {
    await rest.world.turn(id);
    const at = inMinutes(90);
    expect((await edit({ followUpAt: at })).body).toMatchObject({
      followUpAt: at,
      followUpStep: 1,
    });
    expect((await edit({ followUpAt: null })).body).toMatchObject({ followUpAt: null });
    expect((await kinds()).filter((kind) => kind.startsWith("follow_up"))).toEqual([
      "follow_up.scheduled",
      "follow_up.cancelled",
    ]);
  });

  test("that is the end of the ladder becomes its last nudge again", async () => {
    await rest.world.turn(id);
    await rest.world.db.rows`update conversations set follow_up_step = 4`;
    expect((await edit({ followUpAt: inMinutes(60) })).body).toMatchObject({ followUpStep: 3 });
  });

  test.each([
    ["cancelled", () => ({ followUpAt: null })],
    ["put off", () => ({ followUpAt: inMinutes(23 * 60) })],
  ])("%s while it is being written is not sent now", async (_, wish) => {
    await rest.world.turn(id);
    await rest.world.deliver();
    rest.world.clock.setOffsetMs(11 * 60_000);
    const { followUpAt } = wish();
    rest.world.think = async () => {
      await edit({ followUpAt });
      return { kind: "reply", decision, text: "Still there?" };
    };
    await rest.world.turn(id, "follow_up");
    expect(rest.world.dispositions.at(-1)).toBe("superseded");
    expect((await rest.world.outgoing()).length).toBe(1);
    const { followUpAt: planned } = await rest.world.conversation();
    expect(planned?.toISOString() ?? null).toBe(followUpAt);
    rest.world.think = () => ({ kind: "reply", decision, text: "Yes" });
  });

  test("needs a time ahead, a chat of the bot, and an open window", async () => {
    expect((await edit({ followUpAt: inMinutes(-1) })).body.code).toBe("invalid_input");
    expect((await edit({ followUpAt: "2026-02-30T10:00:00Z" })).body.code).toBe("invalid_input");
    expect((await edit({ followUpAt: inMinutes(25 * 60) })).body.code).toBe("window_closed");
    expect((await edit({ followUpAt: inMinutes(60), stage: "lost" })).body.code).toBe("conflict");
    await rest.world.db.rows`update follow_up_sequences set steps = '[]'`;
    expect((await edit({ followUpAt: inMinutes(60) })).body.code).toBe("conflict");
    await me.ask("POST", `/api/v1/conversations/${id}/takeover`);
    expect((await edit({ followUpAt: inMinutes(60) })).body.code).toBe("conflict");
  });
});

test("another organization's conversation is missing", async () => {
  id = newId();
  expect((await edit({ intent: "low" })).body.code).toBe("not_found");
});

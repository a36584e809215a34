import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { MAX_TURN_ATTEMPTS } from "../../src/flows/turn.ts";
import { safeLine } from "../../src/funnel/safe-lines.ts";
import { AppError } from "../../src/lib/errors.ts";
import { newId } from "../../src/lib/ids.ts";
import { takeOver } from "../../src/modules/conversations/service.ts";
import { createWorld, decision, type World } from "./world.ts";

describe("turn", () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld("turn");
  });
  afterEach(() => world.close());

  async function started(...texts: string[]) {
    await world.receive(...(texts.length > 0 ? texts : ["Hi"]).map((text) => ({ text })));
    return (await world.conversation()).id;
  }
  const inAMoment = (text: string) => world.receive({ text });

  test("five texts of one burst get one reply that saw all five", async () => {
    const id = await started("1", "2", "3", "4", "5");
    await world.turn(id);
    await world.turn(id);
    expect(await world.outgoing()).toMatchObject([{ text: "5 answered", state: "queued" }]);
    expect(world.dispositions).toEqual(["replied"]);
  });

  test("commits what the brain understood, with who moved the stage and why", async () => {
    const id = await started();
    await world.turn(id);
    expect(await world.conversation()).toMatchObject({ stage: "pricing", leaseOwner: null });
    expect(
      await world.db.rows`select from_stage, to_stage, author, reason from stage_changes`,
    ).toEqual([
      {
        fromStage: "greeting",
        toStage: "pricing",
        author: "bot",
        reason: decision.situation,
      },
    ]);
  });

  describe("invariant 8: one conversation is handled in order, never twice at once", () => {
    test("a turn that another worker holds is left alone", async () => {
      const id = await started();
      let inner: Promise<void> | undefined;
      world.think = async () => {
        inner ??= world.turn(id);
        await inner;
        return { kind: "reply", decision, text: "once" };
      };
      await world.turn(id);
      expect(world.dispositions).toEqual(["replied"]);
      expect(await world.outgoing()).toHaveLength(1);
    });
  });

  describe("invariant 10: no message that comes at release time is forgotten", () => {
    test("text during thinking: the draft is kept as superseded, the successor answers all", async () => {
      const id = await started("price?");
      world.think = async () => {
        await inAMoment("and for a flat roof?");
        return { kind: "reply", decision, text: "too early" };
      };
      await world.turn(id);
      expect(await world.outgoing()).toHaveLength(0);
      expect(await world.db.rows`select draft, disposition from turns`).toEqual([
        { draft: "too early", disposition: "superseded" },
      ]);
      expect(world.scheduled.at(-1)?.append).toMatchObject({ entry: { conversationId: id } });
      world.think = (context) => ({
        kind: "reply",
        decision,
        text: `${context.messages.filter((message) => message.isNew).length} answered`,
      });
      await world.turn(id);
      expect(await world.outgoing()).toMatchObject([{ text: "2 answered" }]);
    });
  });

  test("a steady typist is answered after two superseded drafts, then again", async () => {
    const id = await started("one");
    world.think = async (context) => {
      await inAMoment("and another thing");
      return { kind: "reply", decision, text: `saw ${context.messages.length}` };
    };
    await world.turn(id);
    await world.turn(id);
    await world.turn(id);
    expect(world.dispositions).toEqual(["superseded", "superseded", "replied"]);
    const conversation = await world.conversation();
    expect(conversation.wakeSeq - conversation.handledSeq).toBe(1);
  });

  test("no reply needed: nothing is sent, and the bot does not think about it again", async () => {
    const id = await started("ok thanks");
    let thoughts = 0;
    world.think = () => {
      thoughts += 1;
      return { kind: "no_reply", decision: { ...decision, shouldRespond: false } };
    };
    await world.turn(id);
    await world.turn(id);
    expect(thoughts).toBe(1);
    expect(await world.outgoing()).toHaveLength(0);
  });

  test("a draft that no gate lets pass is never sent: a person is called, the lead gets a fixed line", async () => {
    const id = await started("¿Cuánto cuesta para mi casa?");
    world.think = () => ({ kind: "blocked", decision, draft: "Only $1!", reason: "ungrounded $1" });
    await world.turn(id);
    expect(await world.outgoing()).toMatchObject([{ text: safeLine("", "es") }]);
    expect(await world.conversation()).toMatchObject({ attentionReason: "blocked_by_gate" });
    expect(await world.db.rows`select draft, gate from turns`).toEqual([
      { draft: "Only $1!", gate: "ungrounded $1" },
    ]);
  });

  test("a blocked nudge says nothing at all", async () => {
    const id = await started();
    await world.turn(id);
    world.think = () => ({ kind: "blocked", decision, draft: "Only $1!", reason: "ungrounded $1" });
    world.clock.setOffsetMs(11 * 60_000);
    await world.turn(id, "follow_up");
    expect(world.dispositions).toEqual(["replied", "blocked_by_gate"]);
    expect(await world.outgoing()).toHaveLength(1);
  });

  test("keeps what the rules made of each proposal, and why", async () => {
    const [cta] = await world.db.rows<{ id: string }>`
      insert into ctas (organization_id, id, kind, name, description, position)
      values (${world.organizationId}, ${newId()}, 'visit', 'Home survey', '', 1) returning id`;
    const ctaId = cta?.id ?? "";
    const proposal = { ...decision, action: "initiate_cta", ctaId, ctaTime: "Friday" } as const;
    world.think = () => ({
      kind: "reply",
      decision: { ...proposal, stage: "ghosted", followUpDelayMinutes: 60 },
      text: "I pass it on.",
    });
    const id = await started("Hm. This is a terrible service!");
    await world.turn(id);
    expect(await world.db.rows`select rulings from turns`).toEqual([
      {
        rulings: [
          { rule: "stage", proposed: "ghosted", taken: false, why: "illegal_move" },
          { rule: "attention", proposed: null, taken: true, why: "unhappy, words: terrible" },
          { rule: "cta", proposed: ctaId, taken: false, why: "no_consent" },
          {
            ...{ rule: "follow_up", proposed: "60 min", taken: false },
            why: "only_with_wait_schedule",
          },
        ],
      },
    ]);
    expect(await world.db.rows`select id from bookings`).toHaveLength(0);
    expect(await world.conversation()).toMatchObject({
      ...{ stage: "greeting", attentionReason: "unhappy" },
    });
  });

  test("the organization's holding line wins over the built-in one", async () => {
    await world.db.rows`update organizations set holding_line = 'A colleague will answer soon.'`;
    const id = await started();
    world.think = () => ({ kind: "blocked", decision, draft: "Only $1!", reason: "ungrounded $1" });
    await world.turn(id);
    expect(await world.outgoing()).toMatchObject([{ text: "A colleague will answer soon." }]);
  });

  test("a failed turn says the organization's holding line, if it has one", async () => {
    await world.db.rows`update organizations set holding_line = 'A colleague will answer soon.'`;
    const id = await started();
    world.think = () => ({ kind: "failed", reason: "the model made no sense" });
    await world.turn(id);
    expect(await world.outgoing()).toMatchObject([{ text: "A colleague will answer soon." }]);
    expect(await world.conversation()).toMatchObject({ attentionReason: "model_failed" });
  });

  test("a model that is always away is tried five times, then a person is called", async () => {
    const id = await started();
    let thoughts = 0;
    world.think = () => {
      thoughts += 1;
      throw new AppError("model_unavailable", "The model does not answer.");
    };
    for (let attempt = 1; attempt < MAX_TURN_ATTEMPTS; attempt += 1) {
      await world.turn(id);
      const { turnAttempts, dueAt } = await world.conversation();
      expect(turnAttempts).toBe(attempt);
      expect(dueAt?.getTime()).toBeGreaterThan(Date.now());
      await world.db.rows`update conversations set due_at = now()`;
    }
    expect(world.turn(id)).rejects.toMatchObject({ code: "poison" });
    await world.turn(id).catch(() => {});
    expect(thoughts).toBe(MAX_TURN_ATTEMPTS);
    expect(await world.conversation()).toMatchObject({ attentionReason: "turn_buried" });
    expect(await world.outgoing()).toHaveLength(0);
  });

  test("a provider that asks for a pause gets it", async () => {
    const id = await started();
    world.think = () => {
      throw new AppError("model_unavailable", "Too many requests.", { retryAfterMs: 30_000 });
    };
    await world.turn(id);
    const { dueAt } = await world.conversation();
    expect((dueAt?.getTime() ?? 0) - Date.now()).toBeWithin(25_000, 30_500);
  });

  describe("invariant 9: a stale epoch cannot write, send or acknowledge", () => {
    test("a turn whose worker died is taken over once the owner is silent, with a new epoch", async () => {
      const id = await started();
      const { promise: thinking, resolve: begin } = Promise.withResolvers<void>();
      const { promise: stuck, resolve: finish } = Promise.withResolvers<void>();
      world.think = async () => {
        begin();
        await stuck;
        return { kind: "reply", decision, text: "from the grave" };
      };
      const dead = world.turn(id);
      await thinking;
      await world.db.rows`update workers set seen_at = now() - interval '9 seconds'`;
      world.think = () => ({ kind: "reply", decision, text: "from the living" });
      await world.turn(id, "retry");
      finish();
      await dead;
      expect(await world.outgoing()).toMatchObject([{ text: "from the living" }]);
      expect(world.dispositions).toEqual(["replied", "lost"]);
    });
  });

  describe("invariant 31: opt-out and takeover stop automated sends at once", () => {
    test("a takeover while the bot thinks: the draft is fenced off", async () => {
      const id = await started();
      world.think = async () => {
        await takeOver(world.db, world.organizationId, id, newId());
        return { kind: "reply", decision, text: "me too" };
      };
      await world.turn(id);
      expect(await world.outgoing()).toHaveLength(0);
      expect(world.dispositions).toEqual(["fenced"]);
      expect(await world.conversation()).toMatchObject({ mode: "human", leaseOwner: null });
    });
  });

  test("every model attempt is a row with its cost, and an unknown model costs null", async () => {
    await world.db.rows`
      insert into llm_prices (id, provider, model_pattern, input_usd_per_million,
        cached_usd_per_million, output_usd_per_million, valid_from, source)
      values (${newId()}, 'openai', '^known', 0.15, 0.075, 0.60, now() - interval '1 day', 'test')`;
    const id = await started();
    const { thinkWithCalls } = callsOf(["known-2026", "mystery"]);
    world.think = thinkWithCalls;
    await world.turn(id);
    // (1000 − 400) · 0.15 + 400 · 0.075 + 50 · 0.60 per million
    expect(
      await world.db.rows`
        select response_model, cost::text, disposition from llm_calls order by attempt`,
    ).toEqual([
      { responseModel: "known-2026", cost: "0.000150000000", disposition: "replied" },
      { responseModel: "mystery", cost: null, disposition: "replied" },
    ]);
  });

  test("a reply plans one follow-up; the lead's next message cancels it", async () => {
    const id = await started();
    await world.turn(id);
    const planned = await world.conversation();
    expect(planned.followUpStep).toBe(1);
    expect(planned.followUpAt).not.toBeNull();
    await inAMoment("Still here");
    expect(await world.conversation()).toMatchObject({ followUpAt: null });
  });

  test("a nudge carries its step's hint to the model; an answer carries none", async () => {
    await world.db.rows`update follow_up_sequences set steps = ${world.db.json([
      { afterMinutes: 10, hint: "Mention the winter offer." },
    ])} where organization_id = ${world.organizationId}`;
    const hints: (string | null)[] = [];
    world.think = (context) => {
      hints.push(context.followUpHint);
      return { kind: "reply", decision, text: "Hello" };
    };
    const id = await started();
    await world.turn(id);
    world.clock.setOffsetMs(10 * 60_000);
    await world.turn(id, "follow_up");
    expect(hints).toEqual([null, "Mention the winter offer."]);
  });

  describe("without an active sequence", () => {
    beforeEach(async () => {
      await world.db.rows`update follow_up_sequences set active = false`;
    });

    test("nobody is nudged, and silence of 24 hours is ghosted", async () => {
      const id = await started();
      await world.turn(id);
      for (const hours of [0.2, 6.1, 23.9, 24.1]) {
        world.clock.setOffsetMs(hours * 3_600_000);
        await world.turn(id, "follow_up");
      }
      expect(world.dispositions).toEqual(["replied", "no_reply"]);
      expect(await world.conversation()).toMatchObject({ stage: "ghosted", followUpAt: null });
    });

    test("who asked to be written to later is", async () => {
      const later = { ...decision, action: "wait_schedule", followUpDelayMinutes: 60 } as const;
      world.think = () => ({ kind: "no_reply", decision: later });
      const id = await started();
      await world.turn(id);
      world.think = () => ({ kind: "reply", decision, text: "As you asked" });
      world.clock.setOffsetMs(60 * 60_000);
      await world.turn(id, "follow_up");
      expect(await world.outgoing()).toHaveLength(1);
    });
  });

  test("follow-ups nudge by the business clock, then the lead counts as ghosted", async () => {
    const id = await started();
    await world.turn(id);
    await world.turn(id, "follow_up");
    expect(await world.outgoing()).toHaveLength(1);
    for (const hours of [0.2, 3.1, 6.1, 24.1]) {
      world.clock.setOffsetMs(hours * 3_600_000);
      await world.turn(id, "follow_up");
    }
    expect(world.dispositions).toEqual(["replied", "replied", "replied", "replied", "no_reply"]);
    expect(await world.conversation()).toMatchObject({ stage: "ghosted", followUpAt: null });
  });
});

/** A thought during which one model call is recorded for each of these answering models. */
function callsOf(models: readonly string[]) {
  const thinkWithCalls: World["think"] = async (_context, run) => {
    for (const [index, responseModel] of models.entries()) {
      await run.onCall({
        id: newId(),
        step: "brain",
        attempt: index + 1,
        provider: "openai",
        requestModel: "asked",
        responseModel,
        responseId: null,
        serviceTier: null,
        promptName: "brain",
        promptVersion: "1",
        promptHash: "hash",
        inputTokens: 1_000,
        cachedTokens: 400,
        cacheWriteTokens: null,
        outputTokens: 50,
        audioTokens: null,
        audioSeconds: null,
        reasoningTokens: 10,
        usageSource: "provider",
        startedAt: new Date(),
        latencyMs: 5,
        firstTokenMs: null,
        finishReason: "stop",
        outcome: "ok",
        errorClass: null,
      });
    }
    return { kind: "reply", decision, text: "done" };
  };
  return { thinkWithCalls };
}
